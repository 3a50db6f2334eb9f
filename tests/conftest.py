"""What every test may ask for: the servers come from `servers.py`."""

pytest_plugins = ["tests.servers"]

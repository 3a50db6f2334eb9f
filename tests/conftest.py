"""What every test may ask for: the servers come from `servers.py`, the house on them from `house.py`."""

pytest_plugins = ["tests.servers", "tests.house", "tests.factories", "tests.carrier", "tests.empowered"]

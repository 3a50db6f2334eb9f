"""What every test may ask for: the servers come from `servers.py`, the house on them from `house.py`."""

import pytest

pytest_plugins = ["tests.servers", "tests.house", "tests.factories", "tests.carrier", "tests.empowered"]

# Files that start whole houses, the longest first. They begin, so that no process is left alone with one at the end.
LONG = (
    "tests/browser/test_journey.py",
    "tests/test_bench_smoke.py",
    "tests/cli/test_demo.py",
    "tests/browser/",
    "tests/journeys/test_drill.py",
    "tests/workers/test_killed.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _turn(item.nodeid))


def _turn(nodeid: str) -> int:
    return next((turn for turn, beginning in enumerate(LONG) if nodeid.startswith(beginning)), len(LONG))

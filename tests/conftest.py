"""Fixtures for every test: the servers come from `servers.py`, the application on them from `house.py`."""

import gc
import os
import signal

import pytest
from hypothesis import settings

from tests import programs

pytest_plugins = [
    "tests.budgets",
    "tests.servers",
    "tests.again",
    "tests.site",
    "tests.factories",
    "tests.carrier",
    "tests.empowered",
    "tests.statements.recorder",
]

# What is made up is the same in each run, so that a run is green or red by what was changed. `make explore` looks further.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=500, deadline=None)
settings.load_profile("explore" if os.environ.get("EXPLORE") else "same")

# The longest files begin, so that no test process is left alone with one at the end.
LONG = (
    "tests/browser/test_approvals.py",
    "tests/browser/test_routing.py",
    "tests/test_bench_smoke.py",
    "tests/browser/",
    "tests/cli/test_demo.py",
    "tests/journeys/test_drill.py",
    "tests/test_embedded.py",
    "tests/actions/test_ledger.py",
)


def pytest_configure() -> None:
    """No program that a test starts inherits a signal as ignored: a shell's background does so with SIGINT, nohup with SIGHUP."""
    assert programs.FORKING  # its server preloads these before it forks
    for kind, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(kind) is signal.SIG_IGN:
            signal.signal(kind, usual)
    gc.disable()  # until all tests are collected


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _turn(item.nodeid))


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the collector never looks through it."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _turn(nodeid: str) -> int:
    return next((turn for turn, beginning in enumerate(LONG) if nodeid.startswith(beginning)), len(LONG))

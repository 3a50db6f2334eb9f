"""Time-outs of tests. A busy machine may stall for many seconds; only a missing event is a failure."""

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 120  # seconds, for every wait: until something is so, for an answer, for a thread or program to end
T = TypeVar("T")


def until(is_so: Callable[[], T]) -> T:
    """Wait for something to become true, and give it back."""
    end = time.monotonic() + PATIENCE
    while not (found := is_so()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
    return found

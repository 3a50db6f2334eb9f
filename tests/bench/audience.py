"""Controls the process of `listeners.py`."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.bench.ground import Web


class Audience:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def connect(self, web: Web, browsers: Sequence[dict[str, object]]) -> float:
        """Seconds until all of them were connected."""
        return float(self._ask("connect", url=web.url, browsers=browsers)["seconds"])

    def live(self) -> None:
        self._ask("live")

    def report(self) -> dict[str, Any]:
        return self._ask("report")

    def leave(self) -> None:
        self._ask("leave")

    def _ask(self, what: str, **more: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what, **more}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def audience() -> Iterator[Audience]:
    command = [sys.executable, "-m", "tests.bench.listeners"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Audience(process)
        assert process.stdin is not None
        process.stdin.close()


def nobody(number: int) -> list[dict[str, object]]:
    """Browsers for a floor, without sign-in."""
    return [{"token": "", "agent_id": 0, "wallboard": False}] * number

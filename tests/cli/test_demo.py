"""`callcenter demo` as a program: starts, restarts, explains obstacles in a sentence, cleans up."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
import pytest
from click.testing import CliRunner, Result

from callcenter.cli import main
from tests.cli.conftest import free_port
from tests.waiting import PATIENCE, until

STARTS_WITHIN = 180.0


@dataclass
class Place:
    """A data folder and two ports of its own."""

    data: Path
    web: int
    simulator: int

    @property
    def environment(self) -> dict[str, str]:
        return {
            "CALLCENTER_DATA": str(self.data),
            "BIND": f"127.0.0.1:{self.web}",
            "SIMULATOR_BIND": f"127.0.0.1:{self.simulator}",
            "PYTHONUNBUFFERED": "1",
            "WEB_PROCESSES": "1",
        }

    def start(self) -> "Demo":
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TWILIO", "SIMULATOR"))}
        said = self.data / "said"
        with said.open("wb") as out:
            program = subprocess.Popen(
                [sys.executable, "-m", "callcenter", "demo"], env=kept | self.environment, stdout=out, stderr=out
            )
        return Demo(program, said)

    def refused(self, **more: str) -> Result:
        """The output of a start that fails; no process was started."""
        result = CliRunner().invoke(main, ["demo"], env=self.environment | more)
        assert result.exit_code in (1, 2)
        assert isinstance(result.exception, SystemExit)
        assert not mine(self)
        return result


@dataclass
class Demo:
    """A running demo and what it says to the terminal."""

    program: subprocess.Popen[bytes]
    said: Path

    @property
    def text(self) -> str:
        return self.said.read_text()

    def until(self, words: str) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while words not in self.text:
            assert self.program.poll() is None or words in self.text, self.text
            assert time.monotonic() < deadline, self.text
            time.sleep(0.2)

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        self.program.send_signal(how)
        return self.program.wait(90)


@pytest.fixture
def place() -> Iterator[Place]:
    """Not below pytest's own folders: those are closed to the user who runs PostgreSQL for root."""
    folder = Path(tempfile.mkdtemp(prefix="callcenter-"))
    folder.chmod(0o755)
    place = Place(folder, free_port(), free_port())
    yield place
    for process in mine(place):
        process.kill()
    shutil.rmtree(folder, ignore_errors=True)


def mine(place: Place) -> list[psutil.Process]:
    """Every process that lives on this folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(place.data) in " ".join(process.cmdline()) or (
                process.environ().get("CALLCENTER_DATA") == str(place.data)
            ):
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.mark.processes
def test_the_demo_starts_outlives_what_dies_in_it_and_keeps_everything_for_the_next_time(place: Place) -> None:
    first = place.start()
    first.until("Harbor Home is open.")
    assert "harbor-demo" in first.text
    assert "alice, bo, mei" in first.text
    assert _get(f"http://127.0.0.1:{place.web}/readyz")["ready"] is True
    people = _get(f"http://127.0.0.1:{place.simulator}/control/people")
    assert [person["name"] for person in people][:2] == ["Carla Mendes", "李雷"]
    secrets = place.data / "demo-secrets.json"
    assert secrets.stat().st_mode & 0o077 == 0
    kept = secrets.read_text()
    _a_second_one_is_refused(place)
    _dies_and_comes_back(first, place)

    first.end(signal.SIGKILL)
    second = place.start()
    second.until("Harbor Home is open.")
    assert "made up" not in second.text
    assert secrets.read_text() == kept
    assert second.end(signal.SIGINT) == 0
    assert "Stopped; nothing is lost." in second.text
    until(lambda: not mine(place))


def _a_second_one_is_refused(place: Place) -> None:
    second = CliRunner().invoke(main, ["demo"], env=place.environment)
    assert (second.exit_code, "is running already" in second.output) == (1, True)


def _dies_and_comes_back(demo: Demo, place: Place) -> None:
    clock = next(process for process in mine(place) if process.name() == "workers.clock")
    clock.kill()
    demo.until("The clock ended and is started again")
    assert _get(f"http://127.0.0.1:{place.web}/healthz")


def test_a_taken_port_is_named_with_what_to_do(place: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", place.web))
        taken.listen()
        said = place.refused().output
    assert f"Port {place.web} is taken by " in said
    assert f"BIND=127.0.0.1:{place.web + 10} make run" in said


@pytest.mark.parametrize(
    ("bind", "said"), [("8000", "such as"), ("127.0.0.1:http", "such as"), ("203.0.113.7:8000", "cannot be used")]
)
def test_an_address_that_is_none_is_refused_in_a_sentence(place: Place, bind: str, said: str) -> None:
    assert said in place.refused(BIND=bind).output


def _get(url: str) -> Any:
    with urlopen(url, timeout=PATIENCE) as answer:
        return json.load(answer)

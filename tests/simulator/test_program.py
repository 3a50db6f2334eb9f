"""python -m callcenter.simulator as a program: prints its address, or why it cannot start."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.waiting import PATIENCE

from .company import Company

pytestmark = pytest.mark.processes
PROGRAM = [sys.executable, "-m", "callcenter.simulator"]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "SIMULATOR_STATE": "", "SIMULATOR_PEOPLE": "", **more}


def test_it_says_where_it_listens_serves_and_stops_when_told(tmp_path: Path) -> None:
    state = str(tmp_path / "state.json")
    started = subprocess.Popen(
        PROGRAM,
        env=environment(SIMULATOR_BIND="127.0.0.1:0", SIMULATOR_STATE=state),
        stdout=subprocess.PIPE,
        text=True,
    )
    with started:
        assert started.stdout
        url = started.stdout.readline().rpartition(" ")[2].strip()
        with urllib.request.urlopen(f"{url}/healthz", timeout=PATIENCE) as answer:
            assert answer.status == 200
        started.send_signal(signal.SIGTERM)
        assert started.wait(timeout=15) == 0


def test_a_taken_port_and_a_wrong_setting_are_told_in_a_sentence(company: Company) -> None:
    address = company.url.removeprefix("http://")
    for variable, value, sentence in (
        ("SIMULATOR_BIND", address, f"cannot listen on {address}"),
        ("SIMULATOR_SPEED", "fast", "SIMULATOR_SPEED must be a number"),
    ):
        ended = subprocess.run(
            PROGRAM, env=environment(**{variable: value}), capture_output=True, text=True, timeout=30, check=False
        )
        assert ended.returncode == 2
        assert sentence in ended.stderr

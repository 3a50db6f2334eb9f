"""The test clock: set by one endpoint, shared by all processes, absent in production."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from callcenter import clock
from callcenter.settings import Settings, SettingsError, load
from callcenter.wiring import Wiring
from tests.site import build


@pytest.fixture
def set_clock(tmp_path: Path) -> Callable[[], clock.Clock]:
    """Opens the same clock once more, as another process does."""
    file = tmp_path / "clock"
    file.touch()
    return lambda: clock.of(file)


def ahead(of: clock.Clock) -> float:
    return round((of() - datetime.now(UTC)).total_seconds())


def test_a_moved_clock_is_moved_for_everybody_who_has_opened_it(set_clock: Callable[[], clock.Clock]) -> None:
    mine, theirs = set_clock(), set_clock()
    assert isinstance(mine, clock.SetClock)
    mine.forward(90)
    mine.forward(30)
    assert (ahead(mine), ahead(theirs), ahead(set_clock())) == (120, 120, 120)


@pytest.mark.processes
def test_another_process_sees_the_time_that_was_set(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.touch()
    moved = clock.SetClock(file).forward(86_400)
    program = "import sys, pathlib; from callcenter import clock; print(clock.SetClock(pathlib.Path(sys.argv[1]))())"
    told = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, timeout=60)
    assert timedelta(0) <= datetime.fromisoformat(told.stdout.strip()) - moved < timedelta(seconds=60)


@pytest.fixture
def moving(settings: Settings, wiring: Wiring, tmp_path: Path) -> Flask:
    """The application of a test system."""
    file = tmp_path / "clock"
    file.touch()
    wiring.clock = clock.of(file)
    wiring.settings = settings.model_copy(update={"clock_file": file})
    return build(wiring.settings, wiring)


def test_the_endpoint_moves_it_and_says_the_new_now(moving: Flask, wiring: Wiring) -> None:
    client = moving.test_client()
    answer = client.post("/control/clock", json={"forward": 3600})
    assert ahead(wiring.clock) == 3600
    assert datetime.fromisoformat(answer.get_json()["now"]) <= wiring.clock()
    wrongs: tuple[object, ...] = ({"forward": "soon"}, {"forward": -5}, {"forward": True}, {}, None, [])
    for wrong in wrongs:
        assert client.post("/control/clock", json=wrong).status_code == 422
    assert ahead(wiring.clock) == 3600


def test_only_this_machine_may_move_it(moving: Flask, wiring: Wiring) -> None:
    stranger = {"REMOTE_ADDR": "203.0.113.7"}
    answer = moving.test_client().post("/control/clock", json={"forward": 60}, environ_base=stranger)
    assert (answer.status_code, ahead(wiring.clock)) == (403, 0)


def test_an_ordinary_application_has_no_such_address(app: Flask) -> None:
    assert app.test_client().post("/control/clock", json={"forward": 60}).status_code == 404


@pytest.mark.parametrize("env", ["production", "demo"])
def test_a_clock_that_is_set_is_refused_outside_of_tests(env: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"CLOCK_FILE: .*CALLCENTER_ENV=test"):
        load(
            callcenter_env=env,
            database_url="postgresql://x/y",
            redis_url="redis://x",
            secret_key="long enough for a key",
            clock_file=tmp_path / "clock",
        )

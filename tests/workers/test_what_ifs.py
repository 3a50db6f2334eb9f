"""What-if runs by a worker: once, restarted after a kill, failed after three tries, never in the web process."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest
from rq import Queue

import workers.job
from callcenter import background
from callcenter.actions.supervision import what_ifs
from callcenter.clock import utc_now
from callcenter.domain.errors import NotAllowed
from callcenter.domain.what_ifs import WhatIfScenario
from callcenter.settings import Settings
from callcenter.storage.supervision.what_ifs import WhatIf
from callcenter.wiring import Wiring
from tests import past as written
from tests import programs
from tests.factories import Centre
from tests.waiting import until
from workers import what_ifs as job
from workers.clock import Clock

MONDAY = date(2026, 11, 16)


@pytest.fixture
def monday(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> Centre:
    """A week after a Monday on which Alice had more to do than she could."""
    centre.clock.now = datetime(2026, 11, 23, 20, tzinfo=UTC)
    written.busy_days(centre, MONDAY)
    monkeypatch.setattr(workers.job, "process_wiring", lambda: centre.wiring)
    return centre


def ask(centre: Centre, by: str = "sam", **given: Any) -> int:
    with centre.wiring.work() as work:
        scenario = WhatIfScenario(**{"day": "monday", "queue_id": centre.delivery, "agents": 2, **given})
        return what_ifs.ask(work, scenario, actor=centre.actor(by)).id


def queued(wiring: Wiring) -> list[str]:
    return [one.id for one in Queue(background.LONG, connection=wiring.background.redis).jobs]


def test_two_agents_more_shorten_the_wait_and_the_result_is_kept(monday: Centre) -> None:
    id_ = ask(monday)
    assert queued(monday.wiring) == [f"play_what_if-{id_}"]
    job.play(what_if_id=id_)
    row = monday.row(WhatIf, id_)
    assert (row.state, row.due_at, row.tries, row.asked_by) == ("done", None, 1, monday.people.sam)
    assert row.played == row.to_play > 0
    assert row.result is not None
    wait = next(one for one in row.result["figures"] if one["name"] == "mean_wait")
    assert wait["after"][0] < 30 < wait["before"][0]
    assert wait["difference"][0] + wait["difference"][1] < 0
    assert wait["real"] == pytest.approx(96.0)
    assert monday.kinds()[-2:] == ["WhatIfAsked", "WhatIfEnded"]
    job.play(what_if_id=id_)  # enqueued once more: nothing is due
    assert monday.row(WhatIf, id_).tries == 1


def test_an_agent_less_is_worse(monday: Centre) -> None:
    written.on_duty(monday, "bo", MONDAY, "09:00", "11:00")
    id_ = ask(monday, agents=-1)
    job.play(what_if_id=id_)
    result = monday.row(WhatIf, id_).result
    assert result is not None
    level = next(one for one in result["figures"] if one["name"] == "level_of_all")
    assert level["difference"][0] + level["difference"][1] < 0


def test_where_too_little_is_known_it_fails_with_the_reason(monday: Centre) -> None:
    id_ = ask(monday, day="sunday")
    job.play(what_if_id=id_)
    row = monday.row(WhatIf, id_)
    assert (row.state, row.reason, row.result) == ("failed", "no_calls", None)


def test_agents_may_not_ask(monday: Centre) -> None:
    with pytest.raises(NotAllowed):
        ask(monday, by="alice")


def test_only_so_many_wait_at_once(monday: Centre) -> None:
    for _ in range(what_ifs.MOST_OPEN):
        ask(monday)
    with pytest.raises(what_ifs.TooManyOpen):
        ask(monday)


def test_what_a_killed_worker_held_is_begun_again_and_the_late_one_is_not_heard(monday: Centre) -> None:
    id_ = ask(monday)
    with monday.wiring.work() as work:
        assert what_ifs.begin(work, id_) is not None
    job.play(what_if_id=id_)  # still believed in
    assert monday.row(WhatIf, id_).state == "running"
    monday.wiring.background.redis.flushdb()  # the queue forgot it as well
    monday.clock.forward(what_ifs.BELIEVED.total_seconds() + 1)
    Clock(monday.wiring).tick()
    assert queued(monday.wiring) == [f"play_what_if-{id_}"]
    with monday.wiring.work() as work:
        assert what_ifs.begin(work, id_) is not None
    with pytest.raises(what_ifs.WhatIfSuperseded), monday.wiring.work() as work:
        what_ifs.go_on(work, id_, attempt=1, played=1, to_play=2)
    with pytest.raises(what_ifs.WhatIfSuperseded), monday.wiring.work() as work:
        what_ifs.finish(work, id_, attempt=1, result={"late": True})
    monday.clock.forward(what_ifs.BELIEVED.total_seconds() + 1)
    job.play(what_if_id=id_)
    row = monday.row(WhatIf, id_)
    assert (row.state, row.tries) == ("done", 3)


def test_what_never_comes_to_its_end_is_given_up(monday: Centre) -> None:
    id_ = ask(monday)
    for _ in range(what_ifs.MOST_TRIES):
        with monday.wiring.work() as work:
            assert what_ifs.begin(work, id_) is not None
        monday.clock.forward(what_ifs.BELIEVED.total_seconds() + 1)
    job.play(what_if_id=id_)
    row = monday.row(WhatIf, id_)
    assert (row.state, row.reason, row.due_at) == ("failed", "tries", None)


@contextmanager
def long_worker(settings: Settings, logs: Path) -> Iterator[ForkServerProcess]:
    """python -m workers.long, as in life; killed at the end with what it forked."""
    process = programs.fork(programs.LONG_WORKER, programs.environment_of(settings), logs / "long-worker.log")
    try:
        yield process
    finally:
        programs.kill(process)


@pytest.mark.processes
def test_a_real_worker_killed_in_the_middle_loses_only_time(
    monday: Centre, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monday.wiring.clock = utc_now
    today = utc_now().date()
    days = [today - timedelta(days=n) for n in range(1, 8)]
    written.busy_days(monday, *[day for day in days if day.weekday() < 5], calls=20)
    monkeypatch.setattr(background, "ABANDONED", timedelta(0))
    id_ = ask(monday, day="workdays", weeks=1, percent=2000)
    with long_worker(settings, tmp_path) as first:
        until(lambda: monday.row(WhatIf, id_).played > 0)
        programs.kill(first)
    assert monday.row(WhatIf, id_).state == "running"
    monday.run(
        "UPDATE what_ifs SET due_at = now() - interval '1 second', scenario = jsonb_set(scenario, '{percent}', '100')"
    )
    Clock(monday.wiring).tick()
    with long_worker(settings, tmp_path):
        until(lambda: monday.row(WhatIf, id_).state == "done")
    row = monday.row(WhatIf, id_)
    assert row.tries == 2
    assert row.result is not None

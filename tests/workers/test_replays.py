"""Rule book replays by a worker: the result, restart after a kill, failure after three tries."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rq import Queue
from sqlalchemy import select

import workers.job
from callcenter import background
from callcenter.actions.empowerment import replays
from callcenter.clock import utc_now
from callcenter.domain.empowerment.recorded_request import of_data
from callcenter.domain.empowerment_events import ApprovalAsked
from callcenter.domain.errors import Invalid, NotAllowed, NotFound
from callcenter.settings import Settings
from callcenter.storage.empowerment import cases
from callcenter.storage.empowerment.budgets import Budget
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.empowerment.replays import ReplayCase, ReplayRow
from callcenter.wiring import Wiring
from tests import programs
from tests.factories import CARLA, Centre
from tests.recorded import SINCE, V12, V13, Records
from tests.waiting import until
from tests.workers.test_what_ifs import long_worker
from workers import replays as job
from workers.clock import Clock

UNTIL = SINCE + timedelta(days=20)


@pytest.fixture
def records(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> Records:
    """A month in which credits above $20 had to be asked for, and a draft that lets agents give $60."""
    centre.clock.now = UNTIL
    monkeypatch.setattr(workers.job, "process_wiring", lambda: centre.wiring)
    made = Records(centre)
    made.rule_book(V12, number=12, state="published")
    made.rule_book(V13)
    return made


def ask(centre: Centre, number: int = 13, by: str = "sam") -> int:
    with centre.wiring.work() as work:
        return replays.ask(work, number, since=SINCE, until=UNTIL, actor=centre.actor(by)).id


def replayed(centre: Centre, number: int = 13) -> ReplayRow:
    id_ = ask(centre, number)
    job.replay(replay_id=id_)
    return centre.row(ReplayRow, id_)


def queued(wiring: Wiring) -> list[str]:
    return [one.id for one in Queue(background.LONG, connection=wiring.background.redis).jobs]


def a_month(records: Records) -> dict[str, int]:
    carla = records.centre.customer("Carla", CARLA)
    return {
        "at once": records.request("may", 2000, 2000, customer_id=carla),
        "asked": records.request("ask", 5000, 5000),
        "less": records.request("ask", 6000, 4000, agent="bo"),
        "no": records.request("ask", 9000, 0, held_seconds=240),
        "not asked": records.request("not_asked", 4000),
        "erased": records.request("ask", 3000, 3000, erased=True),
    }


def test_a_draft_is_replayed_and_what_changes_is_kept_case_by_case(records: Records) -> None:
    ids = a_month(records)
    row = replayed(records.centre)
    assert (row.state, row.tries, row.done, row.to_do, row.asked_by) == ("done", 1, 6, 6, records.centre.people.sam)
    result = row.result
    assert result is not None
    assert result["figures"]["grants"] == [4, 5]
    assert result["figures"]["asked"] == [4, 2]
    assert result["figures"]["held"] == [780, 420]
    assert result["figures"]["deciding"] == [320, 160]
    assert result["figures"]["unmet"] == [1, 0]
    assert result["money"] == {"USD": [14_000, 20_000]}
    assert (result["saved"], result["erased"], result["changed"]) == (2, 1, 3)
    changed = records.centre.rows(ReplayCase)
    assert [(one.grant_id, one.kind, one.units_before, one.units_after) for one in changed] == [
        (ids["asked"], "ask-may", 5000, 5000),
        (ids["less"], "ask-may", 4000, 6000),
        (ids["not asked"], "not_asked-may", 0, 4000),
    ]
    assert records.centre.kinds()[-2:] == ["ReplayAsked", "ReplayEnded"]
    job.replay(replay_id=row.id)  # enqueued once more: nothing is due
    assert records.centre.row(ReplayRow, row.id).tries == 1


def test_the_rules_in_force_change_nothing(records: Records) -> None:
    a_month(records)
    result = replayed(records.centre, 12).result
    assert result is not None
    assert (result["changed"], result["kinds"]) == (0, [])


def test_budgets_are_filled_by_the_replay(records: Records) -> None:
    with records.centre.wiring.work() as work:
        work.session.add(
            Budget(scope="company", currency="USD", period="month", zone="UTC", amount=15_000, created_at=work.now)
        )
    a_month(records)
    result = replayed(records.centre).result
    assert result is not None
    [told] = result["budgets"]
    assert (told["period"], told["limit"], told["broke"]) == ("2026-11", 15_000, None)
    assert told["breaks"] == {"day": 1, "date": "2026-11-01", "percent": 134}
    assert told["before"][-1] == 14_000


def test_what_is_streamed_for_a_file_reads_back_the_same(records: Records) -> None:
    a_month(records)
    with records.centre.wiring.reading() as session:
        streamed = list(cases.stream(session, since=SINCE, until=UNTIL))
    assert [of_data(one.to_data()) for one in streamed] == streamed
    assert all(one.at <= next_.at for one, next_ in pairwise(streamed))


def test_what_was_asked_for_is_known_where_something_else_was_given_instead(records: Records) -> None:
    id_ = records.request("ask", 5000, 5000)
    centre = records.centre
    centre.run("UPDATE grants SET remedy = 'gift', units = 1 WHERE id = :id", id=id_)
    centre.run("UPDATE approvals SET answer = 'instead', answer_remedy = 'gift' WHERE grant_id = :id", id=id_)
    values: dict[str, Any] = {"remedy": "credit", "units": 5000, "currency": "USD", "shown": {}, "until": ""}
    ticket_id = centre.row(Grant, id_).ticket_id
    with centre.wiring.work() as work:
        work.record(ApprovalAsked(ticket_id=ticket_id, actor="x", grant_id=id_, approval_id=1, **values))
    with centre.wiring.reading() as session:
        [one] = cases.stream(session, since=SINCE, until=UNTIL)
    assert (one.remedy, one.tried, one.granted_remedy, one.granted) == ("credit", 5000, "gift", 1)


def test_agents_may_not_ask_and_a_period_has_to_be_one(records: Records) -> None:
    with pytest.raises(NotAllowed):
        ask(records.centre, by="alice")
    with pytest.raises(NotFound):
        ask(records.centre, number=99)
    for since, end in ((UNTIL, SINCE), (UNTIL - timedelta(days=900), UNTIL)):
        with pytest.raises(Invalid), records.centre.wiring.work() as work:
            replays.ask(work, 13, since=since, until=end, actor=records.centre.actor("sam"))


def test_the_same_that_is_still_open_is_not_asked_for_twice_and_only_so_many_wait(records: Records) -> None:
    assert ask(records.centre) == ask(records.centre)
    for n in range(replays.MOST_OPEN - 1):
        records.rule_book(V13, number=20 + n)
        ask(records.centre, 20 + n)
    with pytest.raises(replays.TooManyReplays):
        ask(records.centre, 12)


def test_what_a_killed_worker_held_is_begun_again_and_the_late_one_is_not_heard(records: Records) -> None:
    centre = records.centre
    a_month(records)
    id_ = ask(centre)
    with centre.wiring.work() as work:
        assert replays.begin(work, id_) is not None
    job.replay(replay_id=id_)  # still believed in
    assert centre.row(ReplayRow, id_).state == "running"
    centre.wiring.background.redis.flushdb()  # the queue forgot it as well
    centre.clock.forward(replays.BELIEVED.total_seconds() + 1)
    Clock(centre.wiring).tick()
    assert queued(centre.wiring) == [f"replay_rules-{id_}"]
    job.replay(replay_id=id_)
    with pytest.raises(replays.ReplaySuperseded), centre.wiring.work() as work:
        replays.go_on(work, id_, attempt=1, done=1, to_do=2, cases=[])
    with pytest.raises(replays.ReplaySuperseded), centre.wiring.work() as work:
        replays.finish(work, id_, attempt=1, result={"late": True})
    row = centre.row(ReplayRow, id_)
    assert (row.state, row.tries, len(centre.rows(ReplayCase))) == ("done", 2, 3)


def test_what_never_comes_to_its_end_is_given_up(records: Records) -> None:
    id_ = ask(records.centre)
    for _ in range(replays.MOST_TRIES):
        with records.centre.wiring.work() as work:
            assert replays.begin(work, id_) is not None
        records.centre.clock.forward(replays.BELIEVED.total_seconds() + 1)
    job.replay(replay_id=id_)
    row = records.centre.row(ReplayRow, id_)
    assert (row.state, row.reason, row.due_at) == ("failed", "tries", None)


MANY = "INSERT INTO grants ({names}) SELECT {values} FROM grants, generate_series(1, :n) AS n WHERE grants.id = :id"


@pytest.mark.processes
def test_a_real_worker_killed_in_the_middle_loses_only_time_and_no_case_is_kept_twice(
    records: Records, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre, count = records.centre, 15_000
    id_ = records.request("not_asked", 4000)
    with centre.wiring.reading() as session:
        columns = [one.name for one in ReplayRow.metadata.tables["grants"].columns if one.name != "id"]
        assert session.scalar(select(1)) == 1
    values = [
        {"key": "key || n", "created_at": "created_at + n * interval '1 second'"}.get(one, one) for one in columns
    ]
    centre.run(MANY.format(names=", ".join(columns), values=", ".join(values)), id=id_, n=count)
    monkeypatch.setattr(background, "ABANDONED", timedelta(0))
    replay_id = ask(centre)
    centre.wiring.clock = utc_now
    centre.run("UPDATE replays SET due_at = now() - interval '1 second'")
    with long_worker(settings, tmp_path) as first:
        until(lambda: centre.row(ReplayRow, replay_id).done > 0)
        programs.kill(first)
    row = centre.row(ReplayRow, replay_id)
    assert (row.state, 0 < row.done < count) == ("running", True)
    centre.run("UPDATE replays SET due_at = now() - interval '1 second'")
    Clock(centre.wiring).tick()
    with long_worker(settings, tmp_path):
        until(lambda: centre.row(ReplayRow, replay_id).state == "done")
    row = centre.row(ReplayRow, replay_id)
    assert row.tries == 2
    assert row.result is not None
    with centre.wiring.reading() as session:
        kept = session.scalars(select(ReplayCase.grant_id)).all()
    assert len(kept) == len(set(kept)) == row.result["changed"] > count // 2

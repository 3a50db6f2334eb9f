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
from tests.factories import CARLA, Shop
from tests.recorded import SINCE, V12, V13, Records
from tests.waiting import until
from tests.workers.test_what_ifs import long_worker
from workers import replays as job
from workers.clock import Clock

UNTIL = SINCE + timedelta(days=20)


@pytest.fixture
def records(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Records:
    """A month in which credits above $20 had to be asked for, and a draft that lets agents give $60."""
    shop.clock.now = UNTIL
    monkeypatch.setattr(workers.job, "process_wiring", lambda: shop.wiring)
    made = Records(shop)
    made.rule_book(V12, number=12, state="published")
    made.rule_book(V13)
    return made


def ask(shop: Shop, number: int = 13, by: str = "sam") -> int:
    with shop.wiring.work() as work:
        return replays.ask(work, number, since=SINCE, until=UNTIL, actor=shop.actor(by)).id


def replayed(shop: Shop, number: int = 13) -> ReplayRow:
    id_ = ask(shop, number)
    job.replay(replay_id=id_)
    return shop.row(ReplayRow, id_)


def queued(wiring: Wiring) -> list[str]:
    return [one.id for one in Queue(background.LONG, connection=wiring.background.redis).jobs]


def a_month(records: Records) -> dict[str, int]:
    carla = records.shop.customer("Carla", CARLA)
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
    row = replayed(records.shop)
    assert (row.state, row.tries, row.done, row.to_do, row.asked_by) == ("done", 1, 6, 6, records.shop.people.sam)
    result = row.result
    assert result is not None
    assert result["figures"]["grants"] == [4, 5]
    assert result["figures"]["asked"] == [4, 2]
    assert result["figures"]["held"] == [780, 420]
    assert result["figures"]["deciding"] == [320, 160]
    assert result["figures"]["unmet"] == [1, 0]
    assert result["money"] == {"USD": [14_000, 20_000]}
    assert (result["saved"], result["erased"], result["changed"]) == (2, 1, 3)
    changed = records.shop.rows(ReplayCase)
    assert [(one.grant_id, one.kind, one.units_before, one.units_after) for one in changed] == [
        (ids["asked"], "ask-may", 5000, 5000),
        (ids["less"], "ask-may", 4000, 6000),
        (ids["not asked"], "not_asked-may", 0, 4000),
    ]
    assert records.shop.kinds()[-2:] == ["ReplayAsked", "ReplayEnded"]
    job.replay(replay_id=row.id)  # enqueued once more: nothing is due
    assert records.shop.row(ReplayRow, row.id).tries == 1


def test_the_rules_in_force_change_nothing(records: Records) -> None:
    a_month(records)
    result = replayed(records.shop, 12).result
    assert result is not None
    assert (result["changed"], result["kinds"]) == (0, [])


def test_budgets_are_filled_by_the_replay(records: Records) -> None:
    with records.shop.wiring.work() as work:
        work.session.add(
            Budget(scope="company", currency="USD", period="month", zone="UTC", amount=15_000, created_at=work.now)
        )
    a_month(records)
    result = replayed(records.shop).result
    assert result is not None
    [told] = result["budgets"]
    assert (told["period"], told["limit"], told["broke"]) == ("2026-11", 15_000, None)
    assert told["breaks"] == {"day": 1, "date": "2026-11-01", "percent": 134}
    assert told["before"][-1] == 14_000


def test_what_is_streamed_for_a_file_reads_back_the_same(records: Records) -> None:
    a_month(records)
    with records.shop.wiring.reading() as session:
        streamed = list(cases.stream(session, since=SINCE, until=UNTIL))
    assert [of_data(one.to_data()) for one in streamed] == streamed
    assert all(one.at <= next_.at for one, next_ in pairwise(streamed))


def test_what_was_asked_for_is_known_where_something_else_was_given_instead(records: Records) -> None:
    id_ = records.request("ask", 5000, 5000)
    shop = records.shop
    shop.run("UPDATE grants SET remedy = 'gift', units = 1 WHERE id = :id", id=id_)
    shop.run("UPDATE approvals SET answer = 'instead', answer_remedy = 'gift' WHERE grant_id = :id", id=id_)
    values: dict[str, Any] = {"remedy": "credit", "units": 5000, "currency": "USD", "shown": {}, "until": ""}
    ticket_id = shop.row(Grant, id_).ticket_id
    with shop.wiring.work() as work:
        work.record(ApprovalAsked(ticket_id=ticket_id, actor="x", grant_id=id_, approval_id=1, **values))
    with shop.wiring.reading() as session:
        [one] = cases.stream(session, since=SINCE, until=UNTIL)
    assert (one.remedy, one.tried, one.granted_remedy, one.granted) == ("credit", 5000, "gift", 1)


def test_agents_may_not_ask_and_a_period_has_to_be_one(records: Records) -> None:
    with pytest.raises(NotAllowed):
        ask(records.shop, by="alice")
    with pytest.raises(NotFound):
        ask(records.shop, number=99)
    for since, end in ((UNTIL, SINCE), (UNTIL - timedelta(days=900), UNTIL)):
        with pytest.raises(Invalid), records.shop.wiring.work() as work:
            replays.ask(work, 13, since=since, until=end, actor=records.shop.actor("sam"))


def test_the_same_that_is_still_open_is_not_asked_for_twice_and_only_so_many_wait(records: Records) -> None:
    assert ask(records.shop) == ask(records.shop)
    for n in range(replays.MOST_OPEN - 1):
        records.rule_book(V13, number=20 + n)
        ask(records.shop, 20 + n)
    with pytest.raises(replays.TooManyReplays):
        ask(records.shop, 12)


def test_what_a_killed_worker_held_is_begun_again_and_the_late_one_is_not_heard(records: Records) -> None:
    shop = records.shop
    a_month(records)
    id_ = ask(shop)
    with shop.wiring.work() as work:
        assert replays.begin(work, id_) is not None
    job.replay(replay_id=id_)  # still believed in
    assert shop.row(ReplayRow, id_).state == "running"
    shop.wiring.background.redis.flushdb()  # the queue forgot it as well
    shop.clock.forward(replays.BELIEVED.total_seconds() + 1)
    Clock(shop.wiring).tick()
    assert queued(shop.wiring) == [f"replay_rules-{id_}"]
    job.replay(replay_id=id_)
    with pytest.raises(replays.ReplaySuperseded), shop.wiring.work() as work:
        replays.go_on(work, id_, attempt=1, done=1, to_do=2, cases=[])
    with pytest.raises(replays.ReplaySuperseded), shop.wiring.work() as work:
        replays.finish(work, id_, attempt=1, result={"late": True})
    row = shop.row(ReplayRow, id_)
    assert (row.state, row.tries, len(shop.rows(ReplayCase))) == ("done", 2, 3)


def test_what_never_comes_to_its_end_is_given_up(records: Records) -> None:
    id_ = ask(records.shop)
    for _ in range(replays.MOST_TRIES):
        with records.shop.wiring.work() as work:
            assert replays.begin(work, id_) is not None
        records.shop.clock.forward(replays.BELIEVED.total_seconds() + 1)
    job.replay(replay_id=id_)
    row = records.shop.row(ReplayRow, id_)
    assert (row.state, row.reason, row.due_at) == ("failed", "tries", None)


MANY = "INSERT INTO grants ({names}) SELECT {values} FROM grants, generate_series(1, :n) AS n WHERE grants.id = :id"


@pytest.mark.processes
def test_a_real_worker_killed_in_the_middle_loses_only_time_and_no_case_is_kept_twice(
    records: Records, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, count = records.shop, 15_000
    id_ = records.request("not_asked", 4000)
    with shop.wiring.reading() as session:
        columns = [one.name for one in ReplayRow.metadata.tables["grants"].columns if one.name != "id"]
        assert session.scalar(select(1)) == 1
    values = [
        {"key": "key || n", "created_at": "created_at + n * interval '1 second'"}.get(one, one) for one in columns
    ]
    shop.run(MANY.format(names=", ".join(columns), values=", ".join(values)), id=id_, n=count)
    monkeypatch.setattr(background, "ABANDONED", timedelta(0))
    replay_id = ask(shop)
    shop.wiring.clock = utc_now
    shop.run("UPDATE replays SET due_at = now() - interval '1 second'")
    with long_worker(settings, tmp_path) as first:
        until(lambda: shop.row(ReplayRow, replay_id).done > 0)
        programs.kill(first)
    row = shop.row(ReplayRow, replay_id)
    assert (row.state, 0 < row.done < count) == ("running", True)
    shop.run("UPDATE replays SET due_at = now() - interval '1 second'")
    Clock(shop.wiring).tick()
    with long_worker(settings, tmp_path):
        until(lambda: shop.row(ReplayRow, replay_id).state == "done")
    row = shop.row(ReplayRow, replay_id)
    assert row.tries == 2
    assert row.result is not None
    with shop.wiring.reading() as session:
        kept = session.scalars(select(ReplayCase.grant_id)).all()
    assert len(kept) == len(set(kept)) == row.result["changed"] > count // 2

"""Wrap-up: with a timer, without one, or skipped, as the queue is set; across restarts."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from callcenter import due
from callcenter.actions.calls import calls, wrap_ups
from callcenter.domain.errors import WrapUpEnded
from callcenter.domain.interactions import EndedBy
from callcenter.storage.administration.company import Queue
from callcenter.storage.agents.agents import Interval
from callcenter.storage.calls import interactions
from callcenter.wiring import Wiring
from tests.factories import Shop


def _mode(shop: Shop, mode: str, **values: int) -> None:
    with shop.wiring.work() as work:
        queue = work.session.scalars(select(Queue).where(Queue.id == shop.delivery)).one()
        queue.routing = {**queue.routing, "wrap_up": mode}
        for name, value in values.items():
            setattr(queue, name, value)


def _hang_up(shop: Shop, interaction_id: int) -> None:
    with shop.wiring.work() as work:
        found = interactions.get(work.session, interaction_id, lock=True)
        assert found
        calls.end(work, found, by=EndedBy.CUSTOMER)


def _served(shop: Shop) -> int:
    shop.available("alice")
    id_, _, _ = shop.talk()
    _hang_up(shop, id_)
    return id_


def _run_out(shop: Shop, wiring: Wiring | None = None) -> int:
    """By the clock; how many wrap-ups that ended."""
    before = shop.kinds().count("WrapUpFinished")
    due.Round(wiring or shop.wiring).do(due.called("wrap_up_over"))
    return shop.kinds().count("WrapUpFinished") - before


def test_a_timed_wrap_up_is_over_at_its_time_and_waits_in_the_list_without_an_outcome(shop: Shop) -> None:
    _mode(shop, "timed", wrap_up_seconds=60)
    id_ = _served(shop)
    assert shop.interaction(id_).wrap_up_until == shop.clock.now + timedelta(seconds=60)
    shop.clock.forward(59)
    assert _run_out(shop) == 0
    shop.clock.forward(2)
    assert _run_out(shop) == 1
    assert (shop.interaction(id_).state, shop.agent("alice").state) == ("ended", "idle")
    with shop.wiring.reading() as session:
        missing = interactions.unfinished_wrap_ups(session, shop.people.alice, since=shop.interaction(id_).created_at)
    assert [row.id for row in missing] == [id_]


def test_a_mandatory_wrap_up_has_no_timer_and_lasts_until_the_agent_has_finished(shop: Shop) -> None:
    _mode(shop, "mandatory")
    id_ = _served(shop)
    one = shop.interaction(id_)
    assert (one.state, one.wrap_up_until, shop.agent("alice").state) == ("wrap_up", None, "wrap_up")
    shop.clock.forward(3600)
    assert _run_out(shop) == 0
    waiting, _ = shop.call("+14155550177")
    assert shop.asked(waiting) is None
    with shop.wiring.work() as work:
        wrap_ups.extend(work, id_, actor=shop.actor("alice"))
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=shop.actor("alice"))
    assert shop.interaction(id_).state == "ended"
    assert shop.asked(waiting) == "alice"


def test_a_queue_without_wrap_up_frees_the_agent_with_the_call_and_no_outcome_is_missing(shop: Shop) -> None:
    _mode(shop, "none")
    id_ = _served(shop)
    one = shop.interaction(id_)
    assert (one.state, one.result, one.finished_at) == ("ended", "served", shop.clock.now)
    assert shop.agent("alice").state == "idle"
    assert [row.value for row in shop.rows(Interval) if row.kind == "state"] == ["offered", "busy", "idle"]
    with shop.wiring.reading() as session:
        assert not interactions.unfinished_wrap_ups(session, shop.people.alice, since=one.created_at)
    with shop.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=shop.actor("alice"))
    with pytest.raises(WrapUpEnded), shop.wiring.work() as work:
        wrap_ups.extend(work, id_, actor=shop.actor("alice"))


@pytest.mark.parametrize("mode", ["timed", "mandatory"])
def test_a_wrap_up_survives_a_restart_of_everything(shop: Shop, mode: str) -> None:
    _mode(shop, mode)
    id_ = _served(shop)
    before = shop.interaction(id_)
    again = Wiring(shop.wiring.settings)
    again.clock = shop.clock
    try:
        shop.clock.forward(30)
        assert _run_out(shop, again) == 0
        with again.reading() as session:
            after = interactions.get(session, id_)
        assert after is not None
        assert (after.state, after.wrap_up_until) == ("wrap_up", before.wrap_up_until)
        shop.clock.forward(600)
        assert _run_out(shop, again) == (1 if mode == "timed" else 0)
    finally:
        again.close()

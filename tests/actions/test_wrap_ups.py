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
from tests.factories import Centre


def _mode(centre: Centre, mode: str, **values: int) -> None:
    with centre.wiring.work() as work:
        queue = work.session.scalars(select(Queue).where(Queue.id == centre.delivery)).one()
        queue.routing = {**queue.routing, "wrap_up": mode}
        for name, value in values.items():
            setattr(queue, name, value)


def _hang_up(centre: Centre, interaction_id: int) -> None:
    with centre.wiring.work() as work:
        found = interactions.get(work.session, interaction_id, lock=True)
        assert found
        calls.end(work, found, by=EndedBy.CUSTOMER)


def _served(centre: Centre) -> int:
    centre.available("alice")
    id_, _, _ = centre.talk()
    _hang_up(centre, id_)
    return id_


def _run_out(centre: Centre, wiring: Wiring | None = None) -> int:
    """By the clock; how many wrap-ups that ended."""
    before = centre.kinds().count("WrapUpFinished")
    due.Round(wiring or centre.wiring).do(due.called("wrap_up_over"))
    return centre.kinds().count("WrapUpFinished") - before


def test_a_timed_wrap_up_is_over_at_its_time_and_waits_in_the_list_without_an_outcome(centre: Centre) -> None:
    _mode(centre, "timed", wrap_up_seconds=60)
    id_ = _served(centre)
    assert centre.interaction(id_).wrap_up_until == centre.clock.now + timedelta(seconds=60)
    centre.clock.forward(59)
    assert _run_out(centre) == 0
    centre.clock.forward(2)
    assert _run_out(centre) == 1
    assert (centre.interaction(id_).state, centre.agent("alice").state) == ("ended", "idle")
    with centre.wiring.reading() as session:
        missing = interactions.unfinished_wrap_ups(
            session, centre.people.alice, since=centre.interaction(id_).created_at
        )
    assert [row.id for row in missing] == [id_]


def test_a_mandatory_wrap_up_has_no_timer_and_lasts_until_the_agent_has_finished(centre: Centre) -> None:
    _mode(centre, "mandatory")
    id_ = _served(centre)
    one = centre.interaction(id_)
    assert (one.state, one.wrap_up_until, centre.agent("alice").state) == ("wrap_up", None, "wrap_up")
    centre.clock.forward(3600)
    assert _run_out(centre) == 0
    waiting, _ = centre.call("+14155550177")
    assert centre.asked(waiting) is None
    with centre.wiring.work() as work:
        wrap_ups.extend(work, id_, actor=centre.actor("alice"))
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=centre.actor("alice"))
    assert centre.interaction(id_).state == "ended"
    assert centre.asked(waiting) == "alice"


def test_a_queue_without_wrap_up_frees_the_agent_with_the_call_and_no_outcome_is_missing(centre: Centre) -> None:
    _mode(centre, "none")
    id_ = _served(centre)
    one = centre.interaction(id_)
    assert (one.state, one.result, one.finished_at) == ("ended", "served", centre.clock.now)
    assert centre.agent("alice").state == "idle"
    assert [row.value for row in centre.rows(Interval) if row.kind == "state"] == ["offered", "busy", "idle"]
    with centre.wiring.reading() as session:
        assert not interactions.unfinished_wrap_ups(session, centre.people.alice, since=one.created_at)
    with centre.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=centre.actor("alice"))
    with pytest.raises(WrapUpEnded), centre.wiring.work() as work:
        wrap_ups.extend(work, id_, actor=centre.actor("alice"))


@pytest.mark.parametrize("mode", ["timed", "mandatory"])
def test_a_wrap_up_survives_a_restart_of_everything(centre: Centre, mode: str) -> None:
    _mode(centre, mode)
    id_ = _served(centre)
    before = centre.interaction(id_)
    again = Wiring(centre.wiring.settings)
    again.clock = centre.clock
    try:
        centre.clock.forward(30)
        assert _run_out(centre, again) == 0
        with again.reading() as session:
            after = interactions.get(session, id_)
        assert after is not None
        assert (after.state, after.wrap_up_until) == ("wrap_up", before.wrap_up_until)
        centre.clock.forward(600)
        assert _run_out(centre, again) == (1 if mode == "timed" else 0)
    finally:
        again.close()

"""Invariants: breaches found in rows broken on purpose, and none in an app in use."""

import pytest

from callcenter.actions.administration import skills
from callcenter.actions.agents import agents
from callcenter.actions.calls import wrap_ups
from callcenter.reports.supervision import invariants
from callcenter.reports.supervision.invariants import Breach
from tests.factories import Centre


def _found(centre: Centre) -> list[Breach]:
    with centre.wiring.reading() as session:
        return invariants.breaches(session, centre.clock())


def test_a_centre_at_work_breaks_nothing(centre: Centre) -> None:
    centre.available("alice", "bo")
    talked, sid, _ = centre.talk()
    centre.text("Hello", "+14155550178")
    waiting, _ = centre.call("+14155550177", key="2")  # no agent has the skill
    centre.accept(2)
    centre.clock.forward(60)
    assert centre.asked(waiting) is None
    assert _found(centre) == []
    centre.report(sid)
    assert _found(centre) == []
    with centre.wiring.work() as work:
        wrap_ups.finish(work, talked, outcome="solved", note="", actor=centre.actor(centre.asked(talked) or ""))
        agents.sign_out(work, centre.people.bo)
    centre.clock.forward(10)
    assert _found(centre) == []
    assert invariants.counts([]) == {
        "waits_beside_free": 0,
        "reserved_by_nothing": 0,
        "over_capacity": 0,
        "offer_overdue": 0,
    }


def test_somebody_who_waits_beside_an_agent_free_for_more_than_two_seconds_is_found(centre: Centre) -> None:
    id_, _ = centre.call()
    centre.clock.forward(30)
    centre.change("alice", status="available", status_since=centre.clock(), idle_since=centre.clock())
    centre.clock.forward(1)
    assert _found(centre) == []  # the router has two seconds
    centre.clock.forward(2)
    assert _found(centre) == [Breach("waits_beside_free", centre.people.alice, id_, 33, centre.delivery)]


def test_whoever_passed_on_it_or_has_not_its_skill_is_no_free_agent(centre: Centre) -> None:
    centre.available("alice", "bo")
    centre.change("bo", skills={})
    id_, _ = centre.call()
    centre.run("UPDATE offers SET state = 'declined', is_open = false, ended_at = :now", now=centre.clock())
    centre.run("UPDATE interactions SET state = 'waiting', agent_id = NULL")
    centre.change("alice", state="idle")
    centre.clock.forward(6)
    assert _found(centre) == []  # no agent gets a second offer within five seconds, even if alone
    centre.clock.forward(600)
    assert [breach.interaction_id for breach in _found(centre)] == [id_]


@pytest.mark.parametrize("state", ["offered", "busy", "wrap_up"])
def test_an_agent_whose_state_speaks_of_work_that_is_not_there_is_found(centre: Centre, state: str) -> None:
    centre.available("alice")
    centre.change("alice", state=state, state_since=centre.clock())
    centre.clock.forward(7)
    assert _found(centre) == [Breach("reserved_by_nothing", centre.people.alice, None, 7)]


def test_a_slot_held_by_what_is_over_is_found(centre: Centre) -> None:
    centre.available("alice")
    id_, _, _ = centre.talk()
    centre.run("UPDATE interactions SET state = 'ended', ended_at = now(), finished_at = now(), result = 'served'")
    centre.change("alice", state="idle")
    assert [(breach.kind, breach.interaction_id) for breach in _found(centre)] == [("reserved_by_nothing", id_)]


def test_more_in_hand_than_fits_is_found_but_not_where_the_limit_was_lowered_since(centre: Centre) -> None:
    centre.available("alice")
    centre.text("Hello")
    centre.accept(1)
    centre.text("Hello", "+14155550178")
    centre.accept(2)
    centre.change("alice", max_conversations=1)
    assert _found(centre) == [Breach("over_capacity", centre.people.alice)]
    with centre.wiring.work() as work:
        skills.set_conversations(work, centre.people.alice, most=2, actor=centre.actor("robin"))
    centre.change("alice", max_conversations=1)
    assert _found(centre) == []


def test_an_offer_past_its_time_is_found(centre: Centre) -> None:
    centre.available("alice")
    id_, _ = centre.call()
    centre.clock.forward(24)
    assert _found(centre) == []
    centre.clock.forward(2)
    assert _found(centre) == [Breach("offer_overdue", centre.people.alice, id_, 6)]

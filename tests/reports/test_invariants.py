"""Invariants: breaches found in rows broken on purpose, and none in an app in use."""

import pytest

from callcenter.actions.administration import skills
from callcenter.actions.agents import agents
from callcenter.actions.calls import wrap_ups
from callcenter.reports.supervision import invariants
from callcenter.reports.supervision.invariants import Breach
from tests.factories import Shop


def _found(shop: Shop) -> list[Breach]:
    with shop.wiring.reading() as session:
        return invariants.breaches(session, shop.clock())


def test_a_shop_at_work_breaks_nothing(shop: Shop) -> None:
    shop.available("alice", "bo")
    talked, sid, _ = shop.talk()
    shop.text("Hello", "+14155550178")
    waiting, _ = shop.call("+14155550177", key="2")  # no agent has the skill
    shop.accept(2)
    shop.clock.forward(60)
    assert shop.asked(waiting) is None
    assert _found(shop) == []
    shop.report(sid)
    assert _found(shop) == []
    with shop.wiring.work() as work:
        wrap_ups.finish(work, talked, outcome="solved", note="", actor=shop.actor(shop.asked(talked) or ""))
        agents.sign_out(work, shop.people.bo)
    shop.clock.forward(10)
    assert _found(shop) == []
    assert invariants.counts([]) == {
        "waits_beside_free": 0,
        "reserved_by_nothing": 0,
        "over_capacity": 0,
        "offer_overdue": 0,
    }


def test_somebody_who_waits_beside_an_agent_free_for_more_than_two_seconds_is_found(shop: Shop) -> None:
    id_, _ = shop.call()
    shop.clock.forward(30)
    shop.change("alice", status="available", status_since=shop.clock(), idle_since=shop.clock())
    shop.clock.forward(1)
    assert _found(shop) == []  # the router has two seconds
    shop.clock.forward(2)
    assert _found(shop) == [Breach("waits_beside_free", shop.people.alice, id_, 33, shop.delivery)]


def test_whoever_passed_on_it_or_has_not_its_skill_is_no_free_agent(shop: Shop) -> None:
    shop.available("alice", "bo")
    shop.change("bo", skills={})
    id_, _ = shop.call()
    shop.run("UPDATE offers SET state = 'declined', is_open = false, ended_at = :now", now=shop.clock())
    shop.run("UPDATE interactions SET state = 'waiting', agent_id = NULL")
    shop.change("alice", state="idle")
    shop.clock.forward(6)
    assert _found(shop) == []  # no agent gets a second offer within five seconds, even if alone
    shop.clock.forward(600)
    assert [breach.interaction_id for breach in _found(shop)] == [id_]


@pytest.mark.parametrize("state", ["offered", "busy", "wrap_up"])
def test_an_agent_whose_state_speaks_of_work_that_is_not_there_is_found(shop: Shop, state: str) -> None:
    shop.available("alice")
    shop.change("alice", state=state, state_since=shop.clock())
    shop.clock.forward(7)
    assert _found(shop) == [Breach("reserved_by_nothing", shop.people.alice, None, 7)]


def test_a_slot_held_by_what_is_over_is_found(shop: Shop) -> None:
    shop.available("alice")
    id_, _, _ = shop.talk()
    shop.run("UPDATE interactions SET state = 'ended', ended_at = now(), finished_at = now(), result = 'served'")
    shop.change("alice", state="idle")
    assert [(breach.kind, breach.interaction_id) for breach in _found(shop)] == [("reserved_by_nothing", id_)]


def test_more_in_hand_than_fits_is_found_but_not_where_the_limit_was_lowered_since(shop: Shop) -> None:
    shop.available("alice")
    shop.text("Hello")
    shop.accept(1)
    shop.text("Hello", "+14155550178")
    shop.accept(2)
    shop.change("alice", max_conversations=1)
    assert _found(shop) == [Breach("over_capacity", shop.people.alice)]
    with shop.wiring.work() as work:
        skills.set_conversations(work, shop.people.alice, most=2, actor=shop.actor("robin"))
    shop.change("alice", max_conversations=1)
    assert _found(shop) == []


def test_an_offer_past_its_time_is_found(shop: Shop) -> None:
    shop.available("alice")
    id_, _ = shop.call()
    shop.clock.forward(24)
    assert _found(shop) == []
    shop.clock.forward(2)
    assert _found(shop) == [Breach("offer_overdue", shop.people.alice, id_, 6)]

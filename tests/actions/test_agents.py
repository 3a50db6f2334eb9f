"""Agent requests: kinds of break, breaks after the work in hand, cancelled requests."""

import pytest

from callcenter.actions.administration import company
from callcenter.actions.agents import agents
from callcenter.actions.calls import wrap_ups
from callcenter.actions.routing import offers
from callcenter.domain.errors import Invalid
from callcenter.storage.administration.company import BreakReason
from callcenter.storage.agents.agents import Interval
from tests.factories import Centre


@pytest.fixture
def lunch(centre: Centre) -> str:
    with centre.wiring.work() as work:
        names = {"en": "Lunch", "zh": "午餐"}
        company.add_break_reason(work, key="lunch", names=names, actor=centre.actor("robin"))
        work.session.add(BreakReason(key="training", names={"en": "Training", "zh": "培训"}))
        work.session.add(BreakReason(key="smoking", names={"en": "Smoking", "zh": "吸烟"}, is_active=False))
    return "lunch"


def _choose(centre: Centre, status: str, reason: str = "") -> None:
    with centre.wiring.work() as work:
        agents.choose_status(work, centre.people.alice, status, reason=reason)


def _asked_for(centre: Centre) -> tuple[str | None, str]:
    alice = centre.agent("alice")
    return alice.next_status, alice.next_reason


def test_a_break_is_of_a_kind_and_each_kind_is_a_stretch_of_the_day(centre: Centre, lunch: str) -> None:
    centre.available("alice")
    _choose(centre, "break", lunch)
    centre.clock.forward(600)
    _choose(centre, "break", lunch)  # pressed twice
    _choose(centre, "break", "training")
    stretches = [(row.value, row.reason, row.actor) for row in centre.rows(Interval) if row.kind == "status"]
    me = f"agent:{centre.people.alice}"
    assert stretches[-2:] == [("break", "lunch", me), ("break", "training", me)]
    assert centre.agent("alice").status_reason == "training"


@pytest.mark.parametrize(("status", "reason"), [("break", "sleep"), ("break", "smoking"), ("available", "lunch")])
def test_only_a_kind_of_break_that_can_be_chosen_is_one(centre: Centre, lunch: str, status: str, reason: str) -> None:
    assert lunch
    centre.available("alice")
    with pytest.raises(Invalid):
        _choose(centre, status, reason)


def test_a_break_asked_for_during_work_begins_when_it_is_done_and_keeps_its_kind(centre: Centre, lunch: str) -> None:
    centre.available("alice")
    id_, sid, _ = centre.talk()
    _choose(centre, "break", lunch)
    assert (centre.agent("alice").status, *_asked_for(centre)) == ("available", "break", "lunch")
    centre.report(sid)
    with centre.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=centre.actor("alice"))
    alice = centre.agent("alice")
    assert (alice.status, alice.status_reason, *_asked_for(centre)) == ("break", "lunch", None, "")


def test_asking_again_takes_it_back_and_another_kind_replaces_it(centre: Centre, lunch: str) -> None:
    centre.available("alice")
    centre.talk()
    _choose(centre, "break", lunch)
    _choose(centre, "break", "training")
    assert _asked_for(centre) == ("break", "training")
    _choose(centre, "break", "training")
    assert _asked_for(centre) == (None, "")


def test_a_request_taken_back_lets_the_next_one_come(centre: Centre, lunch: str) -> None:
    centre.available("alice")
    centre.text("Hello")
    first = centre.rows(Interval)
    assert first
    with centre.wiring.work() as work:
        offer = centre.offer(1)
        offers.accept(work, offer.id, agent_id=offer.agent_id)
    _choose(centre, "break", lunch)
    waiting, _ = centre.call("+14155550177")
    assert centre.asked(waiting) is None
    with centre.wiring.work() as work:
        agents.take_back_request(work, centre.people.alice)
    assert centre.asked(waiting) == "alice"
    with centre.wiring.work() as work:
        agents.take_back_request(work, centre.people.alice)  # nothing to take back
    assert _asked_for(centre) == (None, "")

"""Agent requests: kinds of break, breaks after the work in hand, cancelled requests."""

import pytest

from callcenter.actions.administration import company
from callcenter.actions.agents import agents
from callcenter.actions.calls import wrap_ups
from callcenter.actions.routing import offers
from callcenter.domain.errors import Invalid
from callcenter.storage.administration.company import BreakReason
from callcenter.storage.agents.agents import Interval
from tests.factories import Shop


@pytest.fixture
def lunch(shop: Shop) -> str:
    with shop.wiring.work() as work:
        names = {"en": "Lunch", "zh": "午餐"}
        company.add_break_reason(work, key="lunch", names=names, actor=shop.actor("robin"))
        work.session.add(BreakReason(key="training", names={"en": "Training", "zh": "培训"}))
        work.session.add(BreakReason(key="smoking", names={"en": "Smoking", "zh": "吸烟"}, is_active=False))
    return "lunch"


def _choose(shop: Shop, status: str, reason: str = "") -> None:
    with shop.wiring.work() as work:
        agents.choose_status(work, shop.people.alice, status, reason=reason)


def _asked_for(shop: Shop) -> tuple[str | None, str]:
    alice = shop.agent("alice")
    return alice.next_status, alice.next_reason


def test_a_break_is_of_a_kind_and_each_kind_is_a_stretch_of_the_day(shop: Shop, lunch: str) -> None:
    shop.available("alice")
    _choose(shop, "break", lunch)
    shop.clock.forward(600)
    _choose(shop, "break", lunch)  # pressed twice
    _choose(shop, "break", "training")
    stretches = [(row.value, row.reason, row.actor) for row in shop.rows(Interval) if row.kind == "status"]
    me = f"agent:{shop.people.alice}"
    assert stretches[-2:] == [("break", "lunch", me), ("break", "training", me)]
    assert shop.agent("alice").status_reason == "training"


@pytest.mark.parametrize(("status", "reason"), [("break", "sleep"), ("break", "smoking"), ("available", "lunch")])
def test_only_a_kind_of_break_that_can_be_chosen_is_one(shop: Shop, lunch: str, status: str, reason: str) -> None:
    assert lunch
    shop.available("alice")
    with pytest.raises(Invalid):
        _choose(shop, status, reason)


def test_a_break_asked_for_during_work_begins_when_it_is_done_and_keeps_its_kind(shop: Shop, lunch: str) -> None:
    shop.available("alice")
    id_, sid, _ = shop.talk()
    _choose(shop, "break", lunch)
    assert (shop.agent("alice").status, *_asked_for(shop)) == ("available", "break", "lunch")
    shop.report(sid)
    with shop.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=shop.actor("alice"))
    alice = shop.agent("alice")
    assert (alice.status, alice.status_reason, *_asked_for(shop)) == ("break", "lunch", None, "")


def test_asking_again_takes_it_back_and_another_kind_replaces_it(shop: Shop, lunch: str) -> None:
    shop.available("alice")
    shop.talk()
    _choose(shop, "break", lunch)
    _choose(shop, "break", "training")
    assert _asked_for(shop) == ("break", "training")
    _choose(shop, "break", "training")
    assert _asked_for(shop) == (None, "")


def test_a_request_taken_back_lets_the_next_one_come(shop: Shop, lunch: str) -> None:
    shop.available("alice")
    shop.text("Hello")
    first = shop.rows(Interval)
    assert first
    with shop.wiring.work() as work:
        offer = shop.offer(1)
        offers.accept(work, offer.id, agent_id=offer.agent_id)
    _choose(shop, "break", lunch)
    waiting, _ = shop.call("+14155550177")
    assert shop.asked(waiting) is None
    with shop.wiring.work() as work:
        agents.take_back_request(work, shop.people.alice)
    assert shop.asked(waiting) == "alice"
    with shop.wiring.work() as work:
        agents.take_back_request(work, shop.people.alice)  # nothing to take back
    assert _asked_for(shop) == (None, "")

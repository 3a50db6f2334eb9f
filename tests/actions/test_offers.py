"""One interaction, one agent at a time: offers made, accepted, declined, expired, and races between them."""

from collections.abc import Callable

import pytest

from callcenter.actions.agents import agents
from callcenter.actions.calls import wrap_ups
from callcenter.actions.routing import offers, routing
from callcenter.domain.calls import Connection
from callcenter.domain.errors import InteractionEnded, NotFound, OfferEnded, OfferTaken
from callcenter.domain.routing import explanation
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.routing.offers import Offer
from callcenter.storage.tickets.tickets import Ticket
from tests.factories import CARLA, Shop, at_once


def _accept(shop: Shop, offer_id: int, name: str) -> Callable[[], Connection]:
    def act() -> Connection:
        with shop.wiring.work() as work:
            return offers.accept(work, offer_id, agent_id=shop.id_of(name))

    return act


def _expire(shop: Shop, interaction_id: int) -> Callable[[], None]:
    def act() -> None:
        with shop.wiring.work() as work:
            offers.expire(work, interaction_id)

    return act


def _decline(shop: Shop, offer_id: int, name: str) -> None:
    with shop.wiring.work() as work:
        offers.decline(work, offer_id, agent_id=shop.id_of(name))


def test_the_longest_idle_is_asked_and_takes_it_and_a_ticket_is_opened(shop: Shop) -> None:
    shop.available("alice", "bo")
    id_, _ = shop.call()
    offer = shop.offer(id_)
    assert shop.asked(id_) == "alice"
    why = explanation(offer.reason)
    assert (why.why, [one.agent_id for one in why.able]) == ("longest_idle", [shop.people.alice, shop.people.bo])
    assert shop.agent("alice").state == "offered"
    connection = _accept(shop, offer.id, "alice")()
    assert connection.params == {"interaction": str(id_), "offer": str(offer.id)}
    assert _accept(shop, offer.id, "alice")() == connection  # pressed twice
    one = shop.interaction(id_)
    assert (one.state, one.agent_id, one.ticket_id is not None) == ("active", shop.people.alice, True)
    assert len(shop.rows(Ticket)) == 1
    assert shop.kinds(id_).count("InteractionAccepted") == 1
    assert shop.agent("alice").state == "busy"


def test_an_offer_to_somebody_else_is_as_if_it_did_not_exist(shop: Shop) -> None:
    shop.available("alice", "bo")
    id_, _ = shop.call()
    offer = shop.offer(id_).id
    with pytest.raises(NotFound):
        _accept(shop, offer, "bo")()
    with pytest.raises(NotFound):
        _decline(shop, offer, "bo")
    with pytest.raises(NotFound):
        _accept(shop, 999, "bo")()
    assert shop.asked(id_) == "alice"


def test_a_declined_call_keeps_its_place_and_goes_to_the_next_and_not_back(shop: Shop) -> None:
    shop.available("alice", "bo")
    id_, _ = shop.call()
    joined = shop.interaction(id_).joined_at
    first = shop.offer(id_).id
    _decline(shop, first, "alice")
    _decline(shop, first, "alice")  # pressed twice
    assert shop.asked(id_) == "bo"
    assert shop.interaction(id_).joined_at == joined
    with pytest.raises(OfferEnded):
        _accept(shop, first, "alice")()
    _decline(shop, shop.offer(id_).id, "bo")
    assert shop.asked(id_) is None  # both were asked lately
    shop.clock.forward(61)
    with shop.wiring.work() as work:
        one = interactions.claim_waiting(work.session, id_)
        assert one is not None
        routing.route(work, one)
    assert shop.asked(id_) == "alice"


def test_an_unanswered_offer_goes_on_and_the_second_in_a_row_sets_the_agent_aside(shop: Shop) -> None:
    shop.available("alice", "bo")
    id_, _ = shop.call()
    _expire(shop, id_)()
    assert shop.asked(id_) == "alice"  # not due yet
    shop.clock.forward(20)
    _expire(shop, id_)()
    _expire(shop, id_)()
    assert shop.asked(id_) == "bo"
    assert (shop.agent("alice").status, shop.agent("alice").missed_in_a_row) == ("available", 1)
    second, _ = shop.call("+14155550143")
    assert shop.asked(second) == "alice"
    shop.clock.forward(20)
    _expire(shop, second)()
    assert (shop.agent("alice").status, shop.agent("alice").status_reason) == ("not_answering", "missed")
    with shop.wiring.work() as work:
        agents.choose_status(work, shop.people.alice, "available")
    assert shop.agent("alice").missed_in_a_row == 0
    assert shop.asked(second) is None  # she was asked lately
    third, _ = shop.call("+14155550144")
    assert shop.asked(third) == "alice"


def test_two_browsers_of_one_agent_accept_at_the_same_instant_and_it_is_accepted_once(shop: Shop) -> None:
    shop.available("alice")
    for number in ("+14155550101", "+14155550102", "+14155550103"):
        id_, sid = shop.call(number)
        offer = shop.offer(id_).id
        results = at_once(*[_accept(shop, offer, "alice")] * 4)
        assert len({str(result) for result in results}) == 1, results
        assert shop.kinds(id_).count("InteractionAccepted") == 1
        shop.report(sid)


def test_of_two_agents_who_accept_one_after_the_other_the_second_hears_who_was_first(shop: Shop) -> None:
    shop.available("alice", "bo")
    id_, _ = shop.call()
    first = shop.offer(id_).id
    shop.clock.forward(20)
    _expire(shop, id_)()
    second = shop.offer(id_).id
    results = at_once(_accept(shop, first, "alice"), _accept(shop, second, "bo"))
    assert isinstance(results[0], OfferEnded)
    assert isinstance(results[1], Connection)
    with pytest.raises(OfferTaken) as told:
        _accept(shop, first, "alice")()
    assert "Bo Chen" in str(told.value)
    assert (shop.interaction(id_).agent_id, shop.agent("alice").state) == (shop.people.bo, "idle")


def test_accepting_and_expiring_at_the_same_instant_ends_in_one_of_the_two(shop: Shop) -> None:
    shop.available("alice")
    for turn in range(8):
        id_, sid = shop.call(f"+1415555020{turn}")
        with shop.wiring.work() as work:
            agents.choose_status(work, shop.people.alice, "available")
        if shop.asked(id_) is None:
            shop.report(sid)
            continue
        offer = shop.offer(id_).id
        shop.clock.forward(20)
        result, _ = at_once(_accept(shop, offer, "alice"), _expire(shop, id_))
        stands = shop.row(Offer, offer)
        if isinstance(result, Connection):
            assert (stands.state, stands.is_open, shop.interaction(id_).state) == ("accepted", True, "active")
        else:
            assert isinstance(result, OfferEnded)
            assert (stands.state, stands.is_open, shop.interaction(id_).state) == ("expired", False, "waiting")
        shop.report(sid)
        assert shop.agent("alice").state == "idle"


def test_accepting_while_the_caller_hangs_up_ends_in_one_of_the_two(shop: Shop) -> None:
    shop.available("alice")
    for turn in range(8):
        id_, sid = shop.call(f"+1415555030{turn}")
        offer = shop.offer(id_).id
        result, _ = at_once(_accept(shop, offer, "alice"), lambda sid=sid: shop.report(sid))  # type: ignore[misc]
        one = shop.interaction(id_)
        assert isinstance(result, Connection | InteractionEnded), result
        assert (one.state, one.result) == ("ended", "abandoned")
        assert shop.kinds(id_).count("CallEnded") == 1
        assert shop.open_offer(id_) is None
        assert shop.agent("alice").state == "idle"


def test_many_calls_at_the_same_instant_never_give_one_agent_two(shop: Shop) -> None:
    shop.available("alice", "bo")
    acts: list[Callable[[], tuple[int, str]]] = [lambda n=n: shop.call(f"+141555504{n:02d}") for n in range(8)]  # type: ignore[misc]
    ids = [result[0] for result in at_once(*acts)]  # type: ignore[index]
    asked = [name for id_ in ids if (name := shop.asked(id_))]
    assert sorted(asked) == sorted(set(asked))
    assert all(one.state in ("waiting", "offered") for one in shop.rows(Interaction))


def test_three_conversations_but_one_call_and_no_call_beside_one(shop: Shop) -> None:
    shop.available("alice")
    taken = []
    for turn in range(3):
        shop.text("hello", f"+1415555050{turn}")
        id_ = shop.rows(Interaction)[-1].id
        assert shop.asked(id_) == "alice"
        shop.accept(id_)
        taken.append(id_)
    shop.text("hello", "+14155550509")
    fourth = shop.rows(Interaction)[-1].id
    assert shop.asked(fourth) is None
    call, sid = shop.call(CARLA)
    assert shop.asked(call) == "alice"  # a call comes before conversations
    shop.accept(call)
    shop.connect(call)
    second, _ = shop.call("+14155550143")
    assert (shop.asked(second), shop.asked(fourth)) == (None, None)
    shop.report(sid)
    assert shop.interaction(call).state == "wrap_up"
    assert shop.asked(second) is None


def test_an_agent_who_signs_out_leaves_nobody_behind_and_is_asked_nothing_more(shop: Shop) -> None:
    shop.available("alice")
    shop.text("hello", "+14155550150")
    shop.accept(shop.rows(Interaction)[-1].id)
    shop.text("hello", "+14155550151")
    talking, offered = (one.id for one in shop.rows(Interaction))
    assert shop.asked(offered) == "alice"
    waiting, _ = shop.call("+14155550152")
    assert shop.asked(waiting) is None  # asked one thing at a time
    with shop.wiring.work() as work:
        agents.sign_out(work, shop.people.alice)
    assert [shop.asked(id_) for id_ in (talking, offered, waiting)] == [None, None, None]
    assert {shop.interaction(id_).state for id_ in (talking, offered, waiting)} == {"waiting"}
    assert (shop.agent("alice").status, shop.agent("alice").state) == ("signed_out", "idle")
    shop.available("bo")
    assert shop.asked(waiting) == "bo"


def test_a_break_asked_for_in_a_call_begins_when_it_is_done(shop: Shop) -> None:
    shop.available("alice")
    id_, sid, _ = shop.talk()
    with shop.wiring.work() as work:
        agents.choose_status(work, shop.people.alice, "break")
    assert (shop.agent("alice").status, shop.agent("alice").next_status) == ("available", "break")
    second, _ = shop.call("+14155550143")
    shop.report(sid)
    shop.clock.forward(400)
    with shop.wiring.work() as work:
        wrap_ups.run_out(work, id_)
    assert (shop.agent("alice").status, shop.agent("alice").state) == ("break", "idle")
    assert shop.asked(second) is None

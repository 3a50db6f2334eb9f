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
from tests.factories import CARLA, Centre, at_once


def _accept(centre: Centre, offer_id: int, name: str) -> Callable[[], Connection]:
    def act() -> Connection:
        with centre.wiring.work() as work:
            return offers.accept(work, offer_id, agent_id=centre.id_of(name))

    return act


def _expire(centre: Centre, interaction_id: int) -> Callable[[], None]:
    def act() -> None:
        with centre.wiring.work() as work:
            offers.expire(work, interaction_id)

    return act


def _decline(centre: Centre, offer_id: int, name: str) -> None:
    with centre.wiring.work() as work:
        offers.decline(work, offer_id, agent_id=centre.id_of(name))


def test_the_longest_idle_is_asked_and_takes_it_and_a_ticket_is_opened(centre: Centre) -> None:
    centre.available("alice", "bo")
    id_, _ = centre.call()
    offer = centre.offer(id_)
    assert centre.asked(id_) == "alice"
    why = explanation(offer.reason)
    assert (why.why, [one.agent_id for one in why.able]) == ("longest_idle", [centre.people.alice, centre.people.bo])
    assert centre.agent("alice").state == "offered"
    connection = _accept(centre, offer.id, "alice")()
    assert connection.params == {"interaction": str(id_), "offer": str(offer.id)}
    assert _accept(centre, offer.id, "alice")() == connection  # pressed twice
    one = centre.interaction(id_)
    assert (one.state, one.agent_id, one.ticket_id is not None) == ("active", centre.people.alice, True)
    assert len(centre.rows(Ticket)) == 1
    assert centre.kinds(id_).count("InteractionAccepted") == 1
    assert centre.agent("alice").state == "busy"


def test_an_offer_to_somebody_else_is_as_if_it_did_not_exist(centre: Centre) -> None:
    centre.available("alice", "bo")
    id_, _ = centre.call()
    offer = centre.offer(id_).id
    with pytest.raises(NotFound):
        _accept(centre, offer, "bo")()
    with pytest.raises(NotFound):
        _decline(centre, offer, "bo")
    with pytest.raises(NotFound):
        _accept(centre, 999, "bo")()
    assert centre.asked(id_) == "alice"


def test_a_declined_call_keeps_its_place_and_goes_to_the_next_and_not_back(centre: Centre) -> None:
    centre.available("alice", "bo")
    id_, _ = centre.call()
    joined = centre.interaction(id_).joined_at
    first = centre.offer(id_).id
    _decline(centre, first, "alice")
    _decline(centre, first, "alice")  # pressed twice
    assert centre.asked(id_) == "bo"
    assert centre.interaction(id_).joined_at == joined
    with pytest.raises(OfferEnded):
        _accept(centre, first, "alice")()
    _decline(centre, centre.offer(id_).id, "bo")
    assert centre.asked(id_) is None  # both were asked lately
    centre.clock.forward(61)
    with centre.wiring.work() as work:
        one = interactions.claim_waiting(work.session, id_)
        assert one is not None
        routing.route(work, one)
    assert centre.asked(id_) == "alice"


def test_an_unanswered_offer_goes_on_and_the_second_in_a_row_sets_the_agent_aside(centre: Centre) -> None:
    centre.available("alice", "bo")
    id_, _ = centre.call()
    _expire(centre, id_)()
    assert centre.asked(id_) == "alice"  # not due yet
    centre.clock.forward(20)
    _expire(centre, id_)()
    _expire(centre, id_)()
    assert centre.asked(id_) == "bo"
    assert (centre.agent("alice").status, centre.agent("alice").missed_in_a_row) == ("available", 1)
    second, _ = centre.call("+14155550143")
    assert centre.asked(second) == "alice"
    centre.clock.forward(20)
    _expire(centre, second)()
    assert (centre.agent("alice").status, centre.agent("alice").status_reason) == ("not_answering", "missed")
    with centre.wiring.work() as work:
        agents.choose_status(work, centre.people.alice, "available")
    assert centre.agent("alice").missed_in_a_row == 0
    assert centre.asked(second) is None  # she was asked lately
    third, _ = centre.call("+14155550144")
    assert centre.asked(third) == "alice"


def test_two_browsers_of_one_agent_accept_at_the_same_instant_and_it_is_accepted_once(centre: Centre) -> None:
    centre.available("alice")
    for number in ("+14155550101", "+14155550102", "+14155550103"):
        id_, sid = centre.call(number)
        offer = centre.offer(id_).id
        results = at_once(*[_accept(centre, offer, "alice")] * 4)
        assert len({str(result) for result in results}) == 1, results
        assert centre.kinds(id_).count("InteractionAccepted") == 1
        centre.report(sid)


def test_of_two_agents_who_accept_one_after_the_other_the_second_hears_who_was_first(centre: Centre) -> None:
    centre.available("alice", "bo")
    id_, _ = centre.call()
    first = centre.offer(id_).id
    centre.clock.forward(20)
    _expire(centre, id_)()
    second = centre.offer(id_).id
    results = at_once(_accept(centre, first, "alice"), _accept(centre, second, "bo"))
    assert isinstance(results[0], OfferEnded)
    assert isinstance(results[1], Connection)
    with pytest.raises(OfferTaken) as told:
        _accept(centre, first, "alice")()
    assert "Bo Chen" in str(told.value)
    assert (centre.interaction(id_).agent_id, centre.agent("alice").state) == (centre.people.bo, "idle")


def test_accepting_and_expiring_at_the_same_instant_ends_in_one_of_the_two(centre: Centre) -> None:
    centre.available("alice")
    for turn in range(8):
        id_, sid = centre.call(f"+1415555020{turn}")
        with centre.wiring.work() as work:
            agents.choose_status(work, centre.people.alice, "available")
        if centre.asked(id_) is None:
            centre.report(sid)
            continue
        offer = centre.offer(id_).id
        centre.clock.forward(20)
        result, _ = at_once(_accept(centre, offer, "alice"), _expire(centre, id_))
        stands = centre.row(Offer, offer)
        if isinstance(result, Connection):
            assert (stands.state, stands.is_open, centre.interaction(id_).state) == ("accepted", True, "active")
        else:
            assert isinstance(result, OfferEnded)
            assert (stands.state, stands.is_open, centre.interaction(id_).state) == ("expired", False, "waiting")
        centre.report(sid)
        assert centre.agent("alice").state == "idle"


def test_accepting_while_the_caller_hangs_up_ends_in_one_of_the_two(centre: Centre) -> None:
    centre.available("alice")
    for turn in range(8):
        id_, sid = centre.call(f"+1415555030{turn}")
        offer = centre.offer(id_).id
        result, _ = at_once(_accept(centre, offer, "alice"), lambda sid=sid: centre.report(sid))  # type: ignore[misc]
        one = centre.interaction(id_)
        assert isinstance(result, Connection | InteractionEnded), result
        assert (one.state, one.result) == ("ended", "abandoned")
        assert centre.kinds(id_).count("CallEnded") == 1
        assert centre.open_offer(id_) is None
        assert centre.agent("alice").state == "idle"


def test_many_calls_at_the_same_instant_never_give_one_agent_two(centre: Centre) -> None:
    centre.available("alice", "bo")
    acts: list[Callable[[], tuple[int, str]]] = [lambda n=n: centre.call(f"+141555504{n:02d}") for n in range(8)]  # type: ignore[misc]
    ids = [result[0] for result in at_once(*acts)]  # type: ignore[index]
    asked = [name for id_ in ids if (name := centre.asked(id_))]
    assert sorted(asked) == sorted(set(asked))
    assert all(one.state in ("waiting", "offered") for one in centre.rows(Interaction))


def test_three_conversations_but_one_call_and_no_call_beside_one(centre: Centre) -> None:
    centre.available("alice")
    taken = []
    for turn in range(3):
        centre.text("hello", f"+1415555050{turn}")
        id_ = centre.rows(Interaction)[-1].id
        assert centre.asked(id_) == "alice"
        centre.accept(id_)
        taken.append(id_)
    centre.text("hello", "+14155550509")
    fourth = centre.rows(Interaction)[-1].id
    assert centre.asked(fourth) is None
    call, sid = centre.call(CARLA)
    assert centre.asked(call) == "alice"  # a call comes before conversations
    centre.accept(call)
    centre.connect(call)
    second, _ = centre.call("+14155550143")
    assert (centre.asked(second), centre.asked(fourth)) == (None, None)
    centre.report(sid)
    assert centre.interaction(call).state == "wrap_up"
    assert centre.asked(second) is None


def test_an_agent_who_signs_out_leaves_nobody_behind_and_is_asked_nothing_more(centre: Centre) -> None:
    centre.available("alice")
    centre.text("hello", "+14155550150")
    centre.accept(centre.rows(Interaction)[-1].id)
    centre.text("hello", "+14155550151")
    talking, offered = (one.id for one in centre.rows(Interaction))
    assert centre.asked(offered) == "alice"
    waiting, _ = centre.call("+14155550152")
    assert centre.asked(waiting) is None  # asked one thing at a time
    with centre.wiring.work() as work:
        agents.sign_out(work, centre.people.alice)
    assert [centre.asked(id_) for id_ in (talking, offered, waiting)] == [None, None, None]
    assert {centre.interaction(id_).state for id_ in (talking, offered, waiting)} == {"waiting"}
    assert (centre.agent("alice").status, centre.agent("alice").state) == ("signed_out", "idle")
    centre.available("bo")
    assert centre.asked(waiting) == "bo"


def test_a_break_asked_for_in_a_call_begins_when_it_is_done(centre: Centre) -> None:
    centre.available("alice")
    id_, sid, _ = centre.talk()
    with centre.wiring.work() as work:
        agents.choose_status(work, centre.people.alice, "break")
    assert (centre.agent("alice").status, centre.agent("alice").next_status) == ("available", "break")
    second, _ = centre.call("+14155550143")
    centre.report(sid)
    centre.clock.forward(400)
    with centre.wiring.work() as work:
        wrap_ups.run_out(work, id_)
    assert (centre.agent("alice").status, centre.agent("alice").state) == ("break", "idle")
    assert centre.asked(second) is None


def test_after_a_conversation_is_accepted_the_next_is_offered_at_once(centre: Centre) -> None:
    centre.text("one", "+14155550701")
    centre.text("two", "+14155550702")
    centre.available("alice")
    first, second = centre.rows(Interaction)
    assert (centre.asked(first.id), centre.asked(second.id)) == ("alice", None)
    centre.accept(first.id)
    assert centre.asked(second.id) == "alice"


def test_an_agent_with_a_conversation_is_not_idle_since_before_it(centre: Centre) -> None:
    """Else who has one conversation open for long wins every tie."""
    centre.available("alice")
    centre.text("hello")
    centre.clock.forward(600)
    [one] = centre.rows(Interaction)
    centre.run("UPDATE offers SET expires_at = :at", at=centre.clock.now)
    centre.accept(one.id)
    assert centre.agent("alice").idle_since == centre.clock.now
    first = centre.clock.now
    centre.clock.forward(60)
    assert centre.agent("alice").idle_since == first


def test_an_offer_of_which_the_agent_could_not_hear_is_no_miss(centre: Centre) -> None:
    centre.available("alice", "bo")
    with centre.wiring.work() as work:
        agents.connected(work, sid="s1", agent_id=centre.people.alice)
    centre.clock.forward(40)
    id_, _ = centre.call()
    assert centre.asked(id_) == "alice"
    centre.clock.forward(21)
    _expire(centre, id_)()
    assert centre.agent("alice").missed_in_a_row == 0
    assert centre.asked(id_) == "bo"

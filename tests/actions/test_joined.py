"""Connected means that both are in the same conference."""

import pytest
from sqlalchemy import select

from callcenter import operations
from callcenter.actions.legs import legs
from callcenter.domain.calls import CallStatus, ConferenceReport
from callcenter.storage.calls.legs import Leg
from tests.factories import Centre, new_sid


def conference(centre: Centre, call: int, event: str, sid: str, *, of: str, sequence: int = 1) -> None:
    with centre.wiring.work() as work:
        report = ConferenceReport(
            conference_sid=of, name=f"interaction-{call}", event=event, sequence=sequence, call_sid=sid
        )
        legs.conference(work, report)


def joins(centre: Centre, call: int, *, of: str) -> str:
    offer, sid = centre.offer(call), new_sid()
    with centre.wiring.work() as work:
        legs.connect_agent(work, call_sid=sid, agent_id=offer.agent_id, interaction_id=call, offer_id=offer.id)
    conference(centre, call, "participant-join", sid, of=of)
    return sid


@pytest.fixture
def unheard(centre: Centre) -> tuple[int, str]:
    """A caller waited in the first conference and hung up while nobody could hear of it; an agent accepted."""
    call, sid = centre.call()
    conference(centre, call, "participant-join", sid, of="CF1")
    centre.clock.forward(40)
    centre.available("alice")
    centre.accept(call)
    return call, sid


def test_an_agent_in_another_conference_than_the_caller_is_connected_to_nobody(
    centre: Centre, unheard: tuple[int, str]
) -> None:
    call, sid = unheard
    joins(centre, call, of="CF2")
    found = centre.interaction(call)
    assert found.answered_at is None
    assert "CallConnected" not in centre.kinds(call)
    assert found.call.reconcile_at == centre.clock.now  # the clock asks the provider at once
    centre.report(sid)
    found = centre.interaction(call)
    assert (found.result, found.answered_at) == ("abandoned", None)
    assert "LegToEnd" in centre.kinds(call)
    assert centre.agent("alice").state == "idle"


def test_a_join_of_the_caller_that_is_reported_later_connects_them(centre: Centre, unheard: tuple[int, str]) -> None:
    call, sid = unheard
    joins(centre, call, of="CF2")
    conference(centre, call, "participant-join", sid, of="CF2", sequence=2)
    assert centre.interaction(call).answered_at == centre.clock.now


def test_what_is_known_of_a_call_is_asked_again_when_an_agent_accepts_it_after_a_silence(
    centre: Centre, unheard: tuple[int, str]
) -> None:
    call, _ = unheard
    assert centre.interaction(call).call.reconcile_at == centre.offer(call).accepted_at


def test_an_agent_whose_join_was_not_reported_is_connected_only_if_the_caller_is_there(
    centre: Centre, unheard: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    call, sid = unheard
    offer, mine = centre.offer(call), new_sid()
    with centre.wiring.work() as work:
        legs.connect_agent(work, call_sid=mine, agent_id=offer.agent_id, interaction_id=call, offer_id=offer.id)
    known = {sid: CallStatus.COMPLETED, mine: CallStatus.IN_PROGRESS}
    monkeypatch.setattr(centre.wiring.phone, "status", known.get)
    centre.clock.forward(16)
    operations.agent_not_connected(centre.wiring, offer.id)
    with centre.wiring.reading() as session:
        assert session.scalar(select(Leg.left_at).where(Leg.sid == sid)) is not None
    found = centre.interaction(call)
    assert (found.result, found.answered_at) == ("abandoned", None)

"""A transfer keeps the customer's waiting time, checks capacity, and reports reasons."""

import pytest
from sqlalchemy import select, update

from callcenter import operations
from callcenter.actions.calls import transfers
from callcenter.domain.errors import AgentNotFree, CallNotConnected, Invalid, NotYourInteraction, QueueClosed
from callcenter.storage.administration.company import Queue
from callcenter.storage.history import History
from tests.carrier import Rest
from tests.factories import LI_LEI, Centre


def to_queue(centre: Centre, interaction_id: int, *, by: str = "alice", reason: str = "wants an invoice") -> None:
    with centre.wiring.work() as work:
        transfers.to_queue(work, interaction_id, queue_id=centre.billing, reason=reason, actor=centre.actor(by))


def to_bo(centre: Centre, interaction_id: int) -> None:
    with centre.wiring.work() as work:
        transfers.to_agent(
            work, interaction_id, agent_id=centre.people.bo, reason="Bo knows them", actor=centre.actor("alice")
        )


@pytest.fixture
def always_open(centre: Centre) -> None:
    with centre.wiring.work() as work:
        work.session.execute(update(Queue).values(hours={}))


@pytest.mark.usefixtures("always_open")
def test_in_another_queue_they_wait_since_they_first_waited(centre: Centre) -> None:
    call_id, _ = centre.call()
    centre.clock.forward(120)
    centre.available("alice")
    joined = centre.interaction(call_id).joined_at
    centre.accept(call_id)
    centre.connect(call_id)
    centre.clock.forward(60)
    to_queue(centre, call_id)
    one = centre.interaction(call_id)
    assert (one.state, one.queue_id, one.agent_id, one.joined_at) == ("waiting", centre.billing, None, joined)
    assert (one.transfer_reason, one.call.bring_back_at) == ("wants an invoice", centre.clock.now)
    assert centre.agent("alice").state == "idle"
    told = next(row for row in centre.rows(History) if row.kind == "Transferred")
    assert (told.agent_id, told.data["queue_id"], told.data["reason"]) == (
        centre.people.alice,
        centre.billing,
        "wants an invoice",
    )
    centre.change("bo", skills={"billing": 3})
    centre.available("bo")
    assert centre.asked(call_id) == "bo"


@pytest.mark.usefixtures("always_open")
def test_the_first_agents_line_is_ended_and_the_customer_led_back_to_the_music(centre: Centre, rest: Rest) -> None:
    centre.available("alice")
    call_id, sid, browser = centre.talk()
    rest.calls[browser] = rest.calls[sid] = "in-progress"
    to_queue(centre, call_id)
    operations.bring_back(centre.wiring, call_id)
    operations.end_legs(centre.wiring, call_id)
    assert rest.calls[browser] == "completed"
    assert any(form.get("Url", "").endswith(f"/again/{call_id}") for _, _, form in rest.asked)
    centre.conference(call_id, "participant-leave", browser)
    assert centre.interaction(call_id).state == "waiting"


def test_one_agent_alone_is_asked_and_may_pass(centre: Centre) -> None:
    centre.available("alice", "bo", "sam")
    call_id, _, _ = centre.talk()
    centre.change("bo", skills={})
    to_bo(centre, call_id)
    assert centre.asked(call_id) == "bo"
    assert centre.offer(call_id).reason["why"] == "transferred"
    assert centre.agent("alice").state == "idle"
    centre.accept(call_id)
    assert centre.interaction(call_id).agent_id == centre.people.bo


def test_an_agent_without_room_is_no_place_to_go(centre: Centre) -> None:
    centre.available("alice", "bo")
    call_id, _, _ = centre.talk()
    centre.talk(LI_LEI)
    with pytest.raises(AgentNotFree, match="Bo Chen"):
        to_bo(centre, call_id)
    one = centre.interaction(call_id)
    assert (one.state, one.agent_id, one.transfer_reason) == ("active", centre.people.alice, "")
    assert "Transferred" not in centre.kinds()


def test_only_whoever_serves_or_leads_may_and_only_with_a_reason(centre: Centre) -> None:
    centre.available("alice")
    call_id, _ = centre.call()
    centre.accept(call_id)
    with pytest.raises(CallNotConnected):
        to_queue(centre, call_id)
    centre.connect(call_id)
    with pytest.raises(NotYourInteraction):
        to_queue(centre, call_id, by="bo")
    with pytest.raises(Invalid):
        to_queue(centre, call_id, reason=" ")
    with centre.wiring.work() as work:
        billing = work.session.scalars(select(Queue).where(Queue.key == "billing")).one()
        billing.hours = {"mon": []}
    with pytest.raises(QueueClosed):
        to_queue(centre, call_id, by="sam")
    assert centre.interaction(call_id).state == "active"


@pytest.mark.usefixtures("always_open")
def test_a_conversation_is_passed_on_too(centre: Centre) -> None:
    centre.available("alice")
    centre.text("Where is my invoice?")
    with centre.wiring.reading() as session:
        id_ = session.scalar(select(History.interaction_id).where(History.kind == "ConversationStarted"))
    assert id_ is not None
    centre.accept(id_)
    to_queue(centre, id_)
    one = centre.interaction(id_)
    assert (one.state, one.queue_id) == ("waiting", centre.billing)

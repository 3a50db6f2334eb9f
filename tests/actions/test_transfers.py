"""A transfer keeps the customer's waiting time, checks capacity, and reports reasons."""

import pytest
from sqlalchemy import select, update

from callcenter import operations
from callcenter.actions.calls import transfers
from callcenter.domain.errors import AgentNotFree, CallNotConnected, Invalid, NotYourInteraction, QueueClosed
from callcenter.storage.administration.company import Queue
from callcenter.storage.history import History
from tests.carrier import Rest
from tests.factories import LI_LEI, Shop


def to_queue(shop: Shop, interaction_id: int, *, by: str = "alice", reason: str = "wants an invoice") -> None:
    with shop.wiring.work() as work:
        transfers.to_queue(work, interaction_id, queue_id=shop.billing, reason=reason, actor=shop.actor(by))


def to_bo(shop: Shop, interaction_id: int) -> None:
    with shop.wiring.work() as work:
        transfers.to_agent(
            work, interaction_id, agent_id=shop.people.bo, reason="Bo knows them", actor=shop.actor("alice")
        )


@pytest.fixture
def always_open(shop: Shop) -> None:
    with shop.wiring.work() as work:
        work.session.execute(update(Queue).values(hours={}))


@pytest.mark.usefixtures("always_open")
def test_in_another_queue_they_wait_since_they_first_waited(shop: Shop) -> None:
    call_id, _ = shop.call()
    shop.clock.forward(120)
    shop.available("alice")
    joined = shop.interaction(call_id).joined_at
    shop.accept(call_id)
    shop.connect(call_id)
    shop.clock.forward(60)
    to_queue(shop, call_id)
    one = shop.interaction(call_id)
    assert (one.state, one.queue_id, one.agent_id, one.joined_at) == ("waiting", shop.billing, None, joined)
    assert (one.transfer_reason, one.call.bring_back_at) == ("wants an invoice", shop.clock.now)
    assert shop.agent("alice").state == "idle"
    told = next(row for row in shop.rows(History) if row.kind == "Transferred")
    assert (told.agent_id, told.data["queue_id"], told.data["reason"]) == (
        shop.people.alice,
        shop.billing,
        "wants an invoice",
    )
    shop.change("bo", skills={"billing": 3})
    shop.available("bo")
    assert shop.asked(call_id) == "bo"


@pytest.mark.usefixtures("always_open")
def test_the_first_agents_line_is_ended_and_the_customer_led_back_to_the_music(shop: Shop, rest: Rest) -> None:
    shop.available("alice")
    call_id, sid, browser = shop.talk()
    rest.calls[browser] = rest.calls[sid] = "in-progress"
    to_queue(shop, call_id)
    operations.bring_back(shop.wiring, call_id)
    operations.end_legs(shop.wiring, call_id)
    assert rest.calls[browser] == "completed"
    assert any(form.get("Url", "").endswith(f"/again/{call_id}") for _, _, form in rest.asked)
    shop.conference(call_id, "participant-leave", browser)
    assert shop.interaction(call_id).state == "waiting"


def test_one_agent_alone_is_asked_and_may_pass(shop: Shop) -> None:
    shop.available("alice", "bo", "sam")
    call_id, _, _ = shop.talk()
    shop.change("bo", skills={})
    to_bo(shop, call_id)
    assert shop.asked(call_id) == "bo"
    assert shop.offer(call_id).reason["why"] == "transferred"
    assert shop.agent("alice").state == "idle"
    shop.accept(call_id)
    assert shop.interaction(call_id).agent_id == shop.people.bo


def test_an_agent_without_room_is_no_place_to_go(shop: Shop) -> None:
    shop.available("alice", "bo")
    call_id, _, _ = shop.talk()
    shop.talk(LI_LEI)
    with pytest.raises(AgentNotFree, match="Bo Chen"):
        to_bo(shop, call_id)
    one = shop.interaction(call_id)
    assert (one.state, one.agent_id, one.transfer_reason) == ("active", shop.people.alice, "")
    assert "Transferred" not in shop.kinds()


def test_only_whoever_serves_or_leads_may_and_only_with_a_reason(shop: Shop) -> None:
    shop.available("alice")
    call_id, _ = shop.call()
    shop.accept(call_id)
    with pytest.raises(CallNotConnected):
        to_queue(shop, call_id)
    shop.connect(call_id)
    with pytest.raises(NotYourInteraction):
        to_queue(shop, call_id, by="bo")
    with pytest.raises(Invalid):
        to_queue(shop, call_id, reason=" ")
    with shop.wiring.work() as work:
        billing = work.session.scalars(select(Queue).where(Queue.key == "billing")).one()
        billing.hours = {"mon": []}
    with pytest.raises(QueueClosed):
        to_queue(shop, call_id, by="sam")
    assert shop.interaction(call_id).state == "active"


@pytest.mark.usefixtures("always_open")
def test_a_conversation_is_passed_on_too(shop: Shop) -> None:
    shop.available("alice")
    shop.text("Where is my invoice?")
    with shop.wiring.reading() as session:
        id_ = session.scalar(select(History.interaction_id).where(History.kind == "ConversationStarted"))
    assert id_ is not None
    shop.accept(id_)
    to_queue(shop, id_)
    one = shop.interaction(id_)
    assert (one.state, one.queue_id) == ("waiting", shop.billing)

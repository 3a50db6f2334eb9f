"""WhatsApp webhooks: the sender, where replies go, and for how long."""

from datetime import timedelta
from typing import Any

import pytest

from callcenter import operations
from callcenter.actions.messages import messages as acts
from callcenter.actions.tickets import tickets as ticket_acts
from callcenter.domain.channels import AddressKind, Channel
from callcenter.domain.errors import WindowClosed
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.customers.customers import Address, Customer
from callcenter.storage.messages.messages import Message
from callcenter.storage.surveys.surveys import Survey
from tests.carrier import Carrier, Rest
from tests.factories import CARLA, OURS, Shop, at_once
from workers.surveys import invite

NAME = "US.13491208655302741918"
ON = "whatsapp:"


def whatsapp(carrier: Carrier, body: str = "Hello", sender: str = CARLA, **more: Any) -> None:
    assert carrier.sms(body, ON + sender, to=ON + OURS, **more).status_code == 200


def served(shop: Shop) -> int:
    """The newest conversation, taken by Alice."""
    shop.available("alice")
    id_ = shop.rows(Interaction)[-1].id
    shop.accept(id_)
    return id_


def write(shop: Shop, interaction_id: int, body: str = "It comes at four.") -> Message:
    with shop.wiring.work() as work:
        return acts.send(work, interaction_id, actor=shop.actor("alice"), body=body)


def send(shop: Shop) -> None:
    """What is due goes to the carrier."""
    for row in shop.rows(Message):
        operations.send_message(shop.wiring, row.id)


def test_a_whatsapp_text_is_a_conversation_that_is_answered_on_whatsapp(
    shop: Shop, carrier: Carrier, rest: Rest
) -> None:
    whatsapp(carrier, "Where is it?")
    (one,) = shop.rows(Interaction)
    assert (one.channel, one.our_address, one.their_address) == (Channel.WHATSAPP, OURS, CARLA)
    write(shop, served(shop))
    send(shop)
    assert [(sent["from"], sent["to"]) for sent in rest.sent] == [(ON + OURS, ON + CARLA)]


def test_who_is_known_by_their_number_is_known_on_whatsapp(shop: Shop, carrier: Carrier) -> None:
    carla = shop.customer("Carla Diaz", CARLA)
    whatsapp(carrier, ProfileName="~carla~", WaId=CARLA[1:])
    assert [one.customer_id for one in shop.rows(Interaction)] == [carla]
    assert [(one.kind, one.address) for one in shop.rows(Address)] == [
        (AddressKind.PHONE, CARLA),
        (AddressKind.WHATSAPP, CARLA),
    ]
    assert [one.name for one in shop.rows(Customer)] == ["Carla Diaz"]


def test_who_hides_their_number_is_known_again_by_the_name_in_its_place(shop: Shop, carrier: Carrier) -> None:
    whatsapp(carrier, "one", NAME, ProfileName="Ana\x00 ")
    whatsapp(carrier, "two", NAME)
    (one,) = shop.rows(Interaction)
    (customer,) = shop.rows(Customer)
    assert (one.their_address, one.customer_id, customer.name) == (NAME, customer.id, "Ana")
    assert len(shop.rows(Message)) == 2


@pytest.mark.parametrize("field", ["ExternalUserId", "ExternalUserIdentifier"])
def test_a_name_that_comes_with_a_number_is_remembered(shop: Shop, carrier: Carrier, field: str) -> None:
    carla = shop.customer("Carla Diaz", CARLA)
    whatsapp(carrier, "with my number", **{field: NAME})
    whatsapp(carrier, "and now without", NAME)
    first, second = shop.rows(Interaction)
    assert first.customer_id == second.customer_id == carla
    assert (first.their_address, second.their_address) == (CARLA, NAME)  # no thread moves to another address


def test_a_name_that_is_somebody_elses_stays_theirs(shop: Shop, carrier: Carrier) -> None:
    whatsapp(carrier, "hidden", NAME)
    (hidden,) = shop.rows(Customer)
    carla = shop.customer("Carla Diaz", CARLA)
    whatsapp(carrier, "shown", CARLA, ExternalUserId=NAME)
    assert [one.customer_id for one in shop.rows(Interaction)] == [hidden.id, carla]
    with shop.wiring.reading() as session:
        assert [customer.id for customer in customers.with_address(session, NAME)] == [hidden.id]


def test_sms_and_whatsapp_of_one_number_are_two_conversations_of_one_customer(shop: Shop, carrier: Carrier) -> None:
    whatsapp(carrier)
    carrier.sms("Hello")
    assert {one.channel for one in shop.rows(Interaction)} == {Channel.SMS, Channel.WHATSAPP}
    assert len(shop.rows(Customer)) == 1


def test_two_at_the_same_instant_are_one_conversation_of_one_customer(shop: Shop, carrier: Carrier) -> None:
    client = carrier.client.application.test_client
    both = [Carrier(client()), Carrier(client())]
    at_once(*(lambda each=each, n=n: whatsapp(each, f"{n}", NAME) for n, each in enumerate(both)))
    assert len(shop.rows(Interaction)) == len(shop.rows(Customer)) == 1
    assert len(shop.rows(Message)) == 2


def test_no_more_messages_there_is_no_word_about_sms(shop: Shop, carrier: Carrier) -> None:
    shop.customer("Carla Diaz", CARLA)
    whatsapp(carrier, "STOP")
    with shop.wiring.reading() as session:
        assert customers.has_opted_out(session, AddressKind.WHATSAPP, CARLA)
        assert not customers.has_opted_out(session, AddressKind.PHONE, CARLA)
    carrier.sms("STOP")
    whatsapp(carrier, "START")
    with shop.wiring.reading() as session:
        assert customers.has_opted_out(session, AddressKind.PHONE, CARLA)
        assert not customers.has_opted_out(session, AddressKind.WHATSAPP, CARLA)


def test_after_a_day_they_have_to_write_first(shop: Shop, carrier: Carrier) -> None:
    whatsapp(carrier)
    id_ = served(shop)
    shop.clock.forward(timedelta(hours=23, minutes=59).total_seconds())
    write(shop, id_)
    shop.clock.forward(60)
    with pytest.raises(WindowClosed, match="WhatsApp lets us answer for 24 hours"):
        write(shop, id_)
    whatsapp(carrier, "Still there?")
    write(shop, id_)
    assert [row.direction for row in shop.rows(Message)] == ["in", "out", "in", "out"]


def test_the_question_how_it_was_is_asked_and_answered_there(shop: Shop, carrier: Carrier, rest: Rest) -> None:
    whatsapp(carrier)
    _solved(shop, served(shop))
    shop.clock.forward(3600)
    _ask(shop)
    send(shop)
    whatsapp(carrier, "5 thanks")
    send(shop)
    (survey,) = shop.rows(Survey)
    assert (survey.channel, survey.state, survey.score) == (Channel.WHATSAPP, "answered", 5)
    assert {sent["to"] for sent in rest.sent} == {ON + CARLA}
    carrier.sms("1")  # on another channel a number is no answer
    assert shop.rows(Interaction)[-1].channel == Channel.SMS


def test_a_question_that_comes_too_late_for_whatsapp_is_not_asked(shop: Shop, carrier: Carrier) -> None:
    whatsapp(carrier)
    _solved(shop, served(shop))
    shop.clock.forward(timedelta(hours=25).total_seconds())
    _ask(shop)
    (survey,) = shop.rows(Survey)
    assert (survey.state, survey.end_reason) == ("cancelled", "window_closed")
    assert [row.direction for row in shop.rows(Message)] == ["in"]


def test_read_is_never_taken_back(shop: Shop, carrier: Carrier, rest: Rest) -> None:
    whatsapp(carrier)
    write(shop, served(shop))
    send(shop)
    sid = rest.sent[0]["sid"]
    for status in ("sent", "read", "delivered", "sent"):
        carrier.post("/webhooks/messages/status", MessageSid=sid, MessageStatus=status)
    assert shop.rows(Message)[-1].status == "read"


def test_a_refusal_of_whatsapp_is_kept_with_its_number(shop: Shop, carrier: Carrier, rest: Rest) -> None:
    whatsapp(carrier)
    write(shop, served(shop))
    send(shop)
    status = {"MessageSid": rest.sent[0]["sid"], "MessageStatus": "failed", "ErrorCode": "63016"}
    carrier.post("/webhooks/messages/status", status)
    assert (shop.rows(Message)[-1].status, shop.rows(Message)[-1].error_code) == ("failed", 63016)


def test_a_channel_that_we_do_not_have_loses_nothing(shop: Shop, carrier: Carrier) -> None:
    assert carrier.sms("Hello", "rcs:harbor_agent").status_code == 200
    assert [(row.their_address, row.body) for row in shop.rows(Message)] == [("rcs:harbor_agent", "Hello")]


def _solved(shop: Shop, interaction_id: int) -> None:
    ticket_id = shop.interaction(interaction_id).ticket_id
    assert ticket_id
    with shop.wiring.work() as work:
        ticket_acts.change(work, ticket_id, values={"status": "solved"}, version=None, actor=shop.actor("alice"))


def _ask(shop: Shop) -> None:
    (survey,) = shop.rows(Survey)
    invite.__wrapped__(shop.wiring, survey_id=survey.id)  # type: ignore[attr-defined]

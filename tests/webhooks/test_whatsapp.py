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
from tests.factories import CARLA, OURS, Centre, at_once
from workers.surveys import invite

NAME = "US.13491208655302741918"
ON = "whatsapp:"


def whatsapp(carrier: Carrier, body: str = "Hello", sender: str = CARLA, **more: Any) -> None:
    assert carrier.sms(body, ON + sender, to=ON + OURS, **more).status_code == 200


def served(centre: Centre) -> int:
    """The newest conversation, taken by Alice."""
    centre.available("alice")
    id_ = centre.rows(Interaction)[-1].id
    centre.accept(id_)
    return id_


def write(centre: Centre, interaction_id: int, body: str = "It comes at four.") -> Message:
    with centre.wiring.work() as work:
        return acts.send(work, interaction_id, actor=centre.actor("alice"), body=body)


def send(centre: Centre) -> None:
    """What is due goes to the carrier."""
    for row in centre.rows(Message):
        operations.send_message(centre.wiring, row.id)


def test_a_whatsapp_text_is_a_conversation_that_is_answered_on_whatsapp(
    centre: Centre, carrier: Carrier, rest: Rest
) -> None:
    whatsapp(carrier, "Where is it?")
    (one,) = centre.rows(Interaction)
    assert (one.channel, one.our_address, one.their_address) == (Channel.WHATSAPP, OURS, CARLA)
    write(centre, served(centre))
    send(centre)
    assert [(sent["from"], sent["to"]) for sent in rest.sent] == [(ON + OURS, ON + CARLA)]


def test_who_is_known_by_their_number_is_known_on_whatsapp(centre: Centre, carrier: Carrier) -> None:
    carla = centre.customer("Carla Diaz", CARLA)
    whatsapp(carrier, ProfileName="~carla~", WaId=CARLA[1:])
    assert [one.customer_id for one in centre.rows(Interaction)] == [carla]
    assert [(one.kind, one.address) for one in centre.rows(Address)] == [
        (AddressKind.PHONE, CARLA),
        (AddressKind.WHATSAPP, CARLA),
    ]
    assert [one.name for one in centre.rows(Customer)] == ["Carla Diaz"]


def test_who_hides_their_number_is_known_again_by_the_name_in_its_place(centre: Centre, carrier: Carrier) -> None:
    whatsapp(carrier, "one", NAME, ProfileName="Ana\x00 ")
    whatsapp(carrier, "two", NAME)
    (one,) = centre.rows(Interaction)
    (customer,) = centre.rows(Customer)
    assert (one.their_address, one.customer_id, customer.name) == (NAME, customer.id, "Ana")
    assert len(centre.rows(Message)) == 2


@pytest.mark.parametrize("field", ["ExternalUserId", "ExternalUserIdentifier"])
def test_a_name_that_comes_with_a_number_is_remembered(centre: Centre, carrier: Carrier, field: str) -> None:
    carla = centre.customer("Carla Diaz", CARLA)
    whatsapp(carrier, "with my number", **{field: NAME})
    whatsapp(carrier, "and now without", NAME)
    first, second = centre.rows(Interaction)
    assert first.customer_id == second.customer_id == carla
    assert (first.their_address, second.their_address) == (CARLA, NAME)  # no thread moves to another address


def test_a_name_that_is_somebody_elses_stays_theirs(centre: Centre, carrier: Carrier) -> None:
    whatsapp(carrier, "hidden", NAME)
    (hidden,) = centre.rows(Customer)
    carla = centre.customer("Carla Diaz", CARLA)
    whatsapp(carrier, "shown", CARLA, ExternalUserId=NAME)
    assert [one.customer_id for one in centre.rows(Interaction)] == [hidden.id, carla]
    with centre.wiring.reading() as session:
        assert [customer.id for customer in customers.with_address(session, NAME)] == [hidden.id]


def test_sms_and_whatsapp_of_one_number_are_two_conversations_of_one_customer(centre: Centre, carrier: Carrier) -> None:
    whatsapp(carrier)
    carrier.sms("Hello")
    assert {one.channel for one in centre.rows(Interaction)} == {Channel.SMS, Channel.WHATSAPP}
    assert len(centre.rows(Customer)) == 1


def test_two_at_the_same_instant_are_one_conversation_of_one_customer(centre: Centre, carrier: Carrier) -> None:
    client = carrier.client.application.test_client
    both = [Carrier(client()), Carrier(client())]
    at_once(*(lambda each=each, n=n: whatsapp(each, f"{n}", NAME) for n, each in enumerate(both)))
    assert len(centre.rows(Interaction)) == len(centre.rows(Customer)) == 1
    assert len(centre.rows(Message)) == 2


def test_no_more_messages_there_is_no_word_about_sms(centre: Centre, carrier: Carrier) -> None:
    centre.customer("Carla Diaz", CARLA)
    whatsapp(carrier, "STOP")
    with centre.wiring.reading() as session:
        assert customers.has_opted_out(session, AddressKind.WHATSAPP, CARLA)
        assert not customers.has_opted_out(session, AddressKind.PHONE, CARLA)
    carrier.sms("STOP")
    whatsapp(carrier, "START")
    with centre.wiring.reading() as session:
        assert customers.has_opted_out(session, AddressKind.PHONE, CARLA)
        assert not customers.has_opted_out(session, AddressKind.WHATSAPP, CARLA)


def test_after_a_day_they_have_to_write_first(centre: Centre, carrier: Carrier) -> None:
    whatsapp(carrier)
    id_ = served(centre)
    centre.clock.forward(timedelta(hours=23, minutes=59).total_seconds())
    write(centre, id_)
    centre.clock.forward(60)
    with pytest.raises(WindowClosed, match="WhatsApp lets us answer for 24 hours"):
        write(centre, id_)
    whatsapp(carrier, "Still there?")
    write(centre, id_)
    assert [row.direction for row in centre.rows(Message)] == ["in", "out", "in", "out"]


def test_the_question_how_it_was_is_asked_and_answered_there(centre: Centre, carrier: Carrier, rest: Rest) -> None:
    whatsapp(carrier)
    _solved(centre, served(centre))
    centre.clock.forward(3600)
    _ask(centre)
    send(centre)
    whatsapp(carrier, "5 thanks")
    send(centre)
    (survey,) = centre.rows(Survey)
    assert (survey.channel, survey.state, survey.score) == (Channel.WHATSAPP, "answered", 5)
    assert {sent["to"] for sent in rest.sent} == {ON + CARLA}
    carrier.sms("1")  # on another channel a number is no answer
    assert centre.rows(Interaction)[-1].channel == Channel.SMS


def test_a_question_that_comes_too_late_for_whatsapp_is_not_asked(centre: Centre, carrier: Carrier) -> None:
    whatsapp(carrier)
    _solved(centre, served(centre))
    centre.clock.forward(timedelta(hours=25).total_seconds())
    _ask(centre)
    (survey,) = centre.rows(Survey)
    assert (survey.state, survey.end_reason) == ("cancelled", "window_closed")
    assert [row.direction for row in centre.rows(Message)] == ["in"]


def test_read_is_never_taken_back(centre: Centre, carrier: Carrier, rest: Rest) -> None:
    whatsapp(carrier)
    write(centre, served(centre))
    send(centre)
    sid = rest.sent[0]["sid"]
    for status in ("sent", "read", "delivered", "sent"):
        carrier.post("/webhooks/messages/status", MessageSid=sid, MessageStatus=status)
    assert centre.rows(Message)[-1].status == "read"


def test_a_refusal_of_whatsapp_is_kept_with_its_number(centre: Centre, carrier: Carrier, rest: Rest) -> None:
    whatsapp(carrier)
    write(centre, served(centre))
    send(centre)
    status = {"MessageSid": rest.sent[0]["sid"], "MessageStatus": "failed", "ErrorCode": "63016"}
    carrier.post("/webhooks/messages/status", status)
    assert (centre.rows(Message)[-1].status, centre.rows(Message)[-1].error_code) == ("failed", 63016)


def test_a_channel_that_we_do_not_have_loses_nothing(centre: Centre, carrier: Carrier) -> None:
    assert carrier.sms("Hello", "rcs:harbor_agent").status_code == 200
    assert [(row.their_address, row.body) for row in centre.rows(Message)] == [("rcs:harbor_agent", "Hello")]


def _solved(centre: Centre, interaction_id: int) -> None:
    ticket_id = centre.interaction(interaction_id).ticket_id
    assert ticket_id
    with centre.wiring.work() as work:
        ticket_acts.change(work, ticket_id, values={"status": "solved"}, version=None, actor=centre.actor("alice"))


def _ask(centre: Centre) -> None:
    (survey,) = centre.rows(Survey)
    invite.__wrapped__(centre.wiring, survey_id=survey.id)  # type: ignore[attr-defined]

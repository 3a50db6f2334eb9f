"""Message webhooks: stored unchanged, once, in the right conversation."""

import json
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from callcenter.domain.attachments import AttachmentState
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers.customers import Address, Customer
from callcenter.storage.messages.attachments import Attachment
from callcenter.storage.messages.messages import Message
from callcenter.wiring import Wiring
from tests.carrier import Carrier
from tests.factories import CARLA, LI_LEI, OURS, Centre, at_once, new_sid

PAYLOADS = Path(__file__).parents[1] / "payloads"
EXAMPLES: list[dict[str, Any]] = json.loads((PAYLOADS / "webhooks.json").read_text())["webhooks"]
EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response />'


def _examples(begin: str) -> list[dict[str, str]]:
    found = [one["params"] for one in EXAMPLES if one["name"].startswith(begin)]
    return [{name: value for name, value in params.items() if name != "AccountSid"} for params in found]


def test_every_example_of_twilio_is_kept_and_answered_with_nothing_to_say(centre: Centre, carrier: Carrier) -> None:
    examples = [*_examples("sms.inbound"), *_examples("mms.inbound"), *_examples("whatsapp.inbound")]
    for params in examples:
        answer = carrier.post("/webhooks/messages/sms", params, SomethingNewOfTwilio="")
        assert (answer.status_code, answer.data) == (200, EMPTY)
    assert len(centre.rows(Message)) == len({params["MessageSid"] for params in examples})
    assert len(examples) == 7


def test_every_example_of_a_report_is_taken(centre: Centre, carrier: Carrier) -> None:
    examples = [*_examples("message.status"), *_examples("whatsapp.status")]
    for params in examples:
        assert carrier.post("/webhooks/messages/status", params).status_code == 204
    assert len(examples) == 11
    assert carrier.post("/webhooks/messages/status", {"MessageSid": "SM1"}).status_code == 204


def test_strange_bodies_are_kept_as_they_came(centre: Centre, carrier: Carrier) -> None:
    bodies = {
        "empty": "",
        "blank": "  ",
        "long": "word " * 2000,
        "emoji": "👩‍👩‍👧‍👦 📦💔 e\u0301",
        "html": "<script>alert('x')</script> & <b>bold</b>",
        "quotes": "'; DROP TABLE customers; --",
        "chinese": "床架少了一个螺丝，怎么办？",
        "lines": "one\r\ntwo\n\nthree",
        "right to left": "\u202egnp.exe",
    }
    written = {**bodies, "emoji": "👩‍👩‍👧‍👦 📦💔 é", "lines": "one\ntwo\n\nthree"}  # as Unicode and we write them
    for name, body in bodies.items():
        assert carrier.sms(body, sid=f"SM{name}").status_code == 200
    kept = {row.sid: row.body for row in centre.rows(Message)}
    assert kept == {f"SM{name}": body for name, body in written.items()}
    assert [one.state for one in centre.rows(Interaction)] == ["waiting"]


def test_a_nul_is_dropped_and_the_rest_is_kept(centre: Centre, carrier: Carrier) -> None:
    assert carrier.sms("no\x00thing").status_code == 200
    assert [row.body for row in centre.rows(Message)] == ["nothing"]


def test_more_than_anybody_writes_is_kept_in_part(centre: Centre, carrier: Carrier) -> None:
    assert carrier.sms("x" * 60_000).status_code == 200
    assert [len(row.body) for row in centre.rows(Message)] == [20_000]


def test_pictures_are_to_be_fetched_from_where_they_lie(centre: Centre, carrier: Carrier) -> None:
    media = {"NumMedia": "2", "MediaUrl0": "https://api.example/1", "MediaContentType0": "image/jpeg"}
    carrier.sms("", **media, MediaUrl1="https://api.example/2")
    assert [row.files for row in centre.rows(Message)] == [2]
    assert [(row.source, row.stated_kind, row.state) for row in centre.rows(Attachment)] == [
        ("https://api.example/1", "image/jpeg", AttachmentState.DUE),
        ("https://api.example/2", "", AttachmentState.DUE),
    ]
    assert {row.next_try_at for row in centre.rows(Attachment)} == {centre.clock.now}


def test_the_same_text_told_twice_or_by_the_fallback_is_one_text(centre: Centre, carrier: Carrier) -> None:
    carrier.sms("hello", sid="SM1")
    carrier.sms("hello", sid="SM1")
    carrier.post("/webhooks/messages/fallback", {"MessageSid": "SM1", "From": CARLA, "To": OURS, "Body": "hello"})
    assert len(centre.rows(Message)) == 1
    assert centre.kinds().count("MessageReceived") == 1


def test_two_texts_of_one_new_number_at_the_same_instant_are_one_conversation_of_one_customer(
    centre: Centre, app: Flask
) -> None:
    centre.available("alice")
    for number in ("+14155550150", "+14155550151", "+14155550152"):
        people = [Carrier(app.test_client()) for _ in range(3)]
        answers = at_once(*[lambda one=one, n=number: one.sms("hello", n) for one in people])
        assert [answer.status_code for answer in answers] == [200, 200, 200]  # type: ignore[union-attr]
    assert [len(centre.rows(kind)) for kind in (Interaction, Customer, Message)] == [3, 3, 9]


def test_the_same_text_at_the_same_instant_is_one_text(centre: Centre, app: Flask) -> None:
    people = [Carrier(app.test_client()) for _ in range(4)]
    at_once(*[lambda one=one: one.sms("hello", sid="SM1") for one in people])
    assert [len(centre.rows(kind)) for kind in (Interaction, Customer, Message)] == [1, 1, 1]


def test_a_text_from_a_short_code_or_a_name_is_kept_without_a_customer(centre: Centre, carrier: Carrier) -> None:
    for sender in ("12345", "HARBOR"):
        assert carrier.sms("your code is 1", sender).status_code == 200
    assert not centre.rows(Customer)
    assert [one.their_address for one in centre.rows(Interaction)] == ["12345", "HARBOR"]


def test_a_text_to_a_number_that_is_not_ours_is_not_lost(centre: Centre, carrier: Carrier) -> None:
    assert carrier.sms("hello", to="+14155559999").status_code == 200
    assert [one.queue_id for one in centre.rows(Interaction)] == [centre.delivery]


def test_a_chinese_text_waits_in_chinese(centre: Centre, carrier: Carrier) -> None:
    carrier.sms("你好", LI_LEI)
    assert [one.language for one in centre.rows(Interaction)] == ["zh"]


def test_stop_and_start_are_obeyed_and_are_no_conversation(centre: Centre, carrier: Carrier) -> None:
    carla = centre.customer("Carla Diaz", CARLA)

    def opted_out() -> bool:
        with centre.wiring.reading() as session:
            return session.scalar(select(Address.opted_out_at).where(Address.customer_id == carla)) is not None

    carrier.sms("STOP", sid="SM1")
    carrier.sms("STOP", sid="SM1")
    assert opted_out()
    carrier.sms("stop", sid="SM2")
    assert centre.kinds().count("CustomerOptedOut") == 1
    carrier.sms("Start", sid="SM3")
    assert not opted_out()
    carrier.sms("no more of this", sid="SM4", OptOutType="STOP")
    assert opted_out()
    assert not centre.rows(Interaction)
    assert [row.purpose for row in centre.rows(Message)] == ["opt_out"] * 4


def test_where_the_database_fails_twilio_is_told_to_try_the_second_way(
    centre: Centre, wiring: Wiring, carrier: Carrier
) -> None:
    whole = wiring.database

    class Broken:
        def begin(self) -> Any:
            raise OperationalError("insert", {}, Exception("gone"))

    wiring.database = Broken()  # type: ignore[assignment]
    sid = new_sid("SM")
    assert carrier.sms("hello", sid=sid).status_code == 503
    wiring.database = whole
    again = carrier.post("/webhooks/messages/fallback", {"MessageSid": sid, "From": CARLA, "To": OURS, "Body": "hello"})
    assert again.status_code == 200
    assert [row.body for row in centre.rows(Message)] == ["hello"]

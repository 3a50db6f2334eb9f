"""Message files: fetched once with the account's credentials, checked, stored; outbound files served to Twilio."""

import base64
from datetime import timedelta

import pytest

from callcenter import operations
from callcenter.actions.messages import attachments as acts
from callcenter.actions.messages import messages, outgoing
from callcenter.actions.messages.attachments import TRIES, File
from callcenter.domain.attachments import LARGEST, AttachmentState
from callcenter.domain.errors import Invalid
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.messages import attachments as rows
from callcenter.storage.messages.attachments import Attachment
from callcenter.storage.messages.messages import Message
from tests.carrier import Carrier, Rest
from tests.factories import CARLA, OURS, Centre, at_once
from tests.pictures import DRAWING, PDF, PROGRAM, png

PATH = "/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


def arrives(centre: Centre, carrier: Carrier, url: str, kind: str = "image/png") -> int:
    """A WhatsApp message with a file that lies there; the attachment."""
    sender, files = {"to": f"whatsapp:{OURS}"}, {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": kind}
    assert carrier.sms("", f"whatsapp:{CARLA}", **sender, **files).status_code == 200
    return centre.rows(Attachment)[-1].id


def content(centre: Centre, attachment_id: int) -> bytes | None:
    with centre.wiring.reading() as session:
        found = rows.with_content(session, attachment_id)
        return found.content if found else None


def test_a_picture_is_fetched_with_credentials_kept_and_deleted_there(
    centre: Centre, carrier: Carrier, rest: Rest
) -> None:
    rest.files[PATH] = png()
    id_ = arrives(centre, carrier, rest.url + PATH)
    operations.fetch_attachment(centre.wiring, id_)
    row = centre.row(Attachment, id_)
    assert (row.state, row.kind, row.size, row.name) == (
        AttachmentState.KEPT,
        "image/png",
        len(png()),
        f"image-{id_}.png",
    )
    assert content(centre, id_) == png()
    assert not rest.files
    account = centre.wiring.settings
    user = account.twilio_api_key or account.twilio_account_sid
    assert base64.b64decode((rest.credentials[0] or "").removeprefix("Basic ")).decode().startswith(f"{user}:")
    assert centre.kinds()[-1] == "AttachmentFetched"


@pytest.mark.parametrize("bad", [PROGRAM, DRAWING, b""])
def test_what_is_no_picture_whatever_is_said_of_it_is_refused(
    centre: Centre, carrier: Carrier, rest: Rest, bad: bytes
) -> None:
    rest.files[PATH] = bad
    id_ = arrives(centre, carrier, rest.url + PATH)
    operations.fetch_attachment(centre.wiring, id_)
    row = centre.row(Attachment, id_)
    assert (row.state, row.kind, row.stated_kind) == (AttachmentState.REFUSED, None, "image/png")
    assert content(centre, id_) is None


def test_the_kind_is_that_of_the_content(centre: Centre, carrier: Carrier, rest: Rest) -> None:
    rest.files[PATH] = PDF
    id_ = arrives(centre, carrier, rest.url + PATH, "image/png")
    operations.fetch_attachment(centre.wiring, id_)
    assert centre.row(Attachment, id_).kind == "application/pdf"


def test_credentials_go_to_the_telephone_company_alone(centre: Centre, carrier: Carrier, rest: Rest) -> None:
    with Rest().open() as other:
        other.files[PATH] = png()
        id_ = arrives(centre, carrier, other.url + PATH)
        operations.fetch_attachment(centre.wiring, id_)
        assert not other.asked
    assert centre.row(Attachment, id_).state == AttachmentState.FAILED
    assert not rest.credentials


def test_a_failure_is_tried_again_later_and_given_up_in_the_end(centre: Centre, carrier: Carrier, rest: Rest) -> None:
    rest.files[PATH] = png()
    id_ = arrives(centre, carrier, rest.url + PATH)
    rest.refuse = [500] * TRIES
    for tries in range(1, TRIES):
        operations.fetch_attachment(centre.wiring, id_)
        row = centre.row(Attachment, id_)
        assert (row.state, row.tries) == (AttachmentState.DUE, tries)
        assert row.next_try_at is not None
        operations.fetch_attachment(centre.wiring, id_)  # its time has not come
        assert centre.row(Attachment, id_).tries == tries
        centre.clock.forward((row.next_try_at - centre.clock.now).total_seconds())
    operations.fetch_attachment(centre.wiring, id_)
    assert centre.row(Attachment, id_).state == AttachmentState.FAILED


def test_what_is_gone_or_too_large_has_failed_at_once(centre: Centre, carrier: Carrier, rest: Rest) -> None:
    rest.files[PATH] = bytes(LARGEST + 1)
    for url in (rest.url + PATH, rest.url + PATH + "0"):
        id_ = arrives(centre, carrier, url)
        operations.fetch_attachment(centre.wiring, id_)
        assert centre.row(Attachment, id_).state == AttachmentState.FAILED


def test_two_workers_fetch_it_once(centre: Centre, carrier: Carrier, rest: Rest) -> None:
    rest.files[PATH] = png()
    id_ = arrives(centre, carrier, rest.url + PATH)
    at_once(*[lambda: operations.fetch_attachment(centre.wiring, id_)] * 4)
    assert [method for method, path, _ in rest.asked if path == PATH] == ["GET", "DELETE"]
    assert centre.kinds().count("AttachmentFetched") == 1


def talk(centre: Centre, carrier: Carrier, sender: str = f"whatsapp:{CARLA}") -> int:
    centre.available("alice")
    assert carrier.sms("Hello", sender, to=OURS if sender == CARLA else f"whatsapp:{OURS}").status_code == 200
    id_ = centre.rows(Interaction)[-1].id
    centre.accept(id_)
    return id_


def write(centre: Centre, interaction_id: int, *files: File, body: str = "") -> Message:
    with centre.wiring.work() as work:
        return messages.send(work, interaction_id, actor=centre.actor("alice"), body=body, files=files)


def test_a_file_of_ours_is_sent_by_an_address_that_the_carrier_can_read(
    centre: Centre, carrier: Carrier, rest: Rest
) -> None:
    sent = write(centre, talk(centre, carrier), File(name="C:\\up\\plan.png", content=png()))
    operations.send_message(centre.wiring, sent.id)
    (asked,) = [form for method, path, form in rest.asked if method == "POST" and "Messages" in path]
    path = asked["MediaUrl"].removeprefix(centre.wiring.settings.public_url)
    answer = carrier.client.get(path)
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", png())
    assert "plan.png" in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert carrier.client.head(path).headers["Content-Type"] == "image/png"
    assert carrier.client.get(path + "x").status_code == 404
    centre.clock.forward(timedelta(days=1, seconds=1).total_seconds())
    assert carrier.client.get(path).status_code == 404


def test_what_a_channel_does_not_carry_is_refused_before_it_is_sent(centre: Centre, carrier: Carrier) -> None:
    picture = File(name="a.png", content=png())
    by_whatsapp, by_sms = talk(centre, carrier), talk(centre, carrier, CARLA)
    for id_, files, why in (
        (by_whatsapp, [picture, picture], "WhatsApp carries 1 file"),
        (by_whatsapp, [File(name="a.exe", content=PROGRAM)], "“a.exe” is not of a kind that can be sent"),
        (by_sms, [File(name="a.png", content=png() + bytes(5 * 1024 * 1024))], "SMS carries at most 5 MB"),
        (by_sms, [picture] * 11, "SMS carries 10 file"),
        (by_sms, [], "Nothing is written yet"),
    ):
        with pytest.raises(Invalid, match=why):
            write(centre, id_, *files)
    assert write(centre, by_sms, picture, picture).files == 2
    assert timedelta(seconds=60) < acts.LEASE


def test_after_a_crash_another_message_with_the_same_words_is_not_taken_for_it(
    centre: Centre, carrier: Carrier, rest: Rest
) -> None:
    talking = talk(centre, carrier)
    first, second, third = (write(centre, talking, body="OK") for _ in range(3))
    operations.send_message(centre.wiring, first.id)
    _crash(centre, second)
    operations.send_message(centre.wiring, second.id)
    assert len({sent["sid"] for sent in rest.sent}) == 2  # it was never handed over: now it is
    _crash(centre, third)
    rest.sent.insert(0, {"sid": "SM" + "7" * 32, "body": "OK", "to": "", "from": ""})
    operations.send_message(centre.wiring, third.id)
    assert len(rest.sent) == 3  # it was: it is not sent twice
    assert centre.row(Message, third.id).sid == "SM" + "7" * 32


def _crash(centre: Centre, message: Message) -> None:
    """A worker takes it in hand and is gone."""
    with centre.wiring.work() as work:
        outgoing.claim(work, message.id)
    centre.clock.forward(61)

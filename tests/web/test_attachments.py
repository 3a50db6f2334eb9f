"""Message files on pages: shown, saved, or refused with a reason; and sent from the composer."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from callcenter import operations
from callcenter.domain.attachments import AttachmentState
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.messages.attachments import Attachment
from callcenter.storage.messages.messages import Message
from tests.carrier import Carrier, Rest
from tests.factories import CARLA, OURS, Centre
from tests.pictures import PDF, PROGRAM, png
from tests.site import SignIn, csrf_token

PATH = "/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME"


@pytest.fixture
def alice(centre: Centre, signed_in: SignIn) -> FlaskClient:
    centre.available("alice")
    return signed_in("alice")


def arrives(centre: Centre, carrier: Carrier, rest: Rest, *contents: bytes, body: str = "Look") -> int:
    """A WhatsApp message with these files, taken by Alice, its files fetched; the conversation."""
    form: dict[str, Any] = {"NumMedia": str(len(contents))}
    for n, content in enumerate(contents):
        rest.files[f"{PATH}{n}"] = content
        form |= {f"MediaUrl{n}": f"{rest.url}{PATH}{n}", f"MediaContentType{n}": "image/png"}
    carrier.sms(body, f"whatsapp:{CARLA}", to=f"whatsapp:{OURS}", **form)
    (one,) = centre.rows(Interaction)
    centre.accept(one.id)
    for row in centre.rows(Attachment):
        operations.fetch_attachment(centre.wiring, row.id)
    return one.id


def test_pictures_are_shown_and_other_files_can_be_saved(
    centre: Centre, carrier: Carrier, rest: Rest, alice: FlaskClient
) -> None:
    id_ = arrives(centre, carrier, rest, png(), PDF, PROGRAM)
    page = alice.get(f"/desk/interactions/{id_}/talk").text
    picture, document, _ = (row.id for row in centre.rows(Attachment))
    assert f'<img src="/attachments/{picture}"' in page
    assert f"document-{document}.pdf" in page
    assert "not taken (image/png)" in page
    shown, saved = alice.get(f"/attachments/{picture}"), alice.get(f"/attachments/{document}")
    assert (shown.mimetype, shown.data) == ("image/png", png())
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    for answer in (shown, saved):
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_is_not_there_yet_or_was_not_to_be_had_is_said(
    centre: Centre, carrier: Carrier, rest: Rest, alice: FlaskClient
) -> None:
    id_ = arrives(centre, carrier, rest, png())
    for state, words in ((AttachmentState.DUE, "being fetched"), (AttachmentState.FAILED, "could not be fetched")):
        centre.run("UPDATE attachments SET state = :state, content = NULL", state=state)
        assert words in alice.get(f"/desk/interactions/{id_}/talk").text
    assert alice.get(f"/attachments/{centre.rows(Attachment)[0].id}").status_code == 404


def test_the_ticket_has_the_files_of_its_contacts(
    centre: Centre, carrier: Carrier, rest: Rest, alice: FlaskClient, signed_in: SignIn
) -> None:
    id_ = arrives(centre, carrier, rest, png())
    ticket, (picture,) = centre.interaction(id_).ticket_id, centre.rows(Attachment)
    assert f"/attachments/{picture.id}" in alice.get(f"/tickets/{ticket}").text
    assert signed_in("bo").get(f"/attachments/{picture.id}").status_code == 200  # any reader of the ticket


def test_what_is_not_of_a_ticket_is_for_whoever_serves_it(
    centre: Centre, carrier: Carrier, rest: Rest, alice: FlaskClient, signed_in: SignIn
) -> None:
    arrives(centre, carrier, rest, png())
    centre.run("UPDATE interactions SET ticket_id = NULL")
    path = f"/attachments/{centre.rows(Attachment)[0].id}"
    assert [client.get(path).status_code for client in (alice, signed_in("sam"), signed_in("bo"))] == [200, 200, 404]


def test_a_file_is_sent_from_the_composer_with_or_without_words(
    centre: Centre, carrier: Carrier, rest: Rest, alice: FlaskClient
) -> None:
    id_ = arrives(centre, carrier, rest)
    path = f"/desk/interactions/{id_}/messages"
    large = png() + bytes(3 * 1024 * 1024)
    headers = {"HX-Request": "true", "X-CSRFToken": csrf_token(alice)}
    sent = alice.post(path, headers=headers, **_encoded(body="", file=FileStorage(io.BytesIO(large), "Plan 1.png")))
    assert sent.status_code == 200
    (row,) = centre.rows(Attachment)
    assert (row.name, row.kind, row.size) == ("Plan 1.png", "image/png", len(large))
    assert centre.rows(Message)[-1].body == ""
    refused = alice.post(path, data={"body": "x", "file": (io.BytesIO(PROGRAM), "a.exe")}, headers=headers)
    assert refused.status_code == 422
    assert "a.exe" in refused.text
    note = _encoded(note=FileStorage(io.BytesIO(large), "note.txt"))
    assert alice.post(f"/desk/interactions/{id_}/notes", headers=headers, **note).status_code == 413


def _encoded(**fields: object) -> dict[str, Any]:
    """A form with files as a browser sends it; the client itself would leave a temporary file open."""
    boundary, data = encode_multipart(fields)
    return {"data": data, "content_type": f"multipart/form-data; boundary={boundary}"}


def test_the_time_that_is_left_to_answer_stands_in_the_composer(
    centre: Centre, carrier: Carrier, rest: Rest, alice: FlaskClient
) -> None:
    id_ = arrives(centre, carrier, rest)
    open_page = alice.get(f"/desk/interactions/{id_}").text
    assert "answer within" in open_page
    assert 'name="file"' in open_page
    centre.clock.forward(24 * 3600)
    shut = alice.get(f"/desk/interactions/{id_}").text
    assert "WhatsApp lets us answer for 24 hours" in shut
    assert 'name="file"' not in shut

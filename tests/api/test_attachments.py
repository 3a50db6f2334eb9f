"""Message files by the API: listed, fetched and sent."""

import base64

import pytest

from callcenter import operations
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.messages.attachments import Attachment
from tests.api.program import Program, problem
from tests.carrier import Carrier, Rest
from tests.factories import CARLA, OURS, Centre
from tests.pictures import PROGRAM, png

PATH = "/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


@pytest.fixture
def talk(centre: Centre, carrier: Carrier, rest: Rest) -> int:
    """A WhatsApp conversation of Alice's that began with a picture."""
    centre.available("alice")
    rest.files[PATH] = png()
    form = {"NumMedia": "1", "MediaUrl0": rest.url + PATH, "MediaContentType0": "image/png"}
    carrier.sms("Look", f"whatsapp:{CARLA}", to=f"whatsapp:{OURS}", **form)
    (one,) = centre.rows(Interaction)
    centre.accept(one.id)
    operations.fetch_attachment(centre.wiring, centre.rows(Attachment)[0].id)
    return one.id


def test_a_message_tells_its_files_and_each_can_be_fetched(alice: Program, centre: Centre, talk: int) -> None:
    [message] = alice.get(f"/interactions/{talk}/messages").get_json()["data"]
    assert message["channel"] == "whatsapp"
    [file] = message["files"]
    assert (file["state"], file["kind"], file["size"]) == ("kept", "image/png", len(png()))
    assert alice.get(f"/attachments/{file['id']}").get_json() == file
    content = alice.get(f"/attachments/{file['id']}/content")
    assert (content.mimetype, content.data) == ("image/png", png())
    assert content.headers["Content-Disposition"].startswith("attachment")
    ticket = centre.interaction(talk).ticket_id
    assert alice.get(f"/tickets/{ticket}/attachments").get_json() == {"data": [file], "next": None}


def test_what_is_not_kept_has_no_content(alice: Program, centre: Centre, talk: int) -> None:
    assert talk
    centre.run("UPDATE attachments SET state = 'failed', content = NULL")
    id_ = centre.rows(Attachment)[0].id
    assert alice.get(f"/attachments/{id_}").get_json()["state"] == "failed"
    problem(alice.get(f"/attachments/{id_}/content"), 404, "not-found")
    problem(alice.get("/attachments/99"), 404, "not-found")
    problem(alice.get("/tickets/99/attachments"), 404, "not-found")


def test_a_file_is_sent_with_a_message(alice: Program, talk: int) -> None:
    path = f"/interactions/{talk}/messages"
    file = {"name": "valve.png", "content": base64.b64encode(png(40)).decode()}
    sent = alice.once(path, {"body": "This one", "files": [file]}, "key-1").get_json()
    assert [(one["name"], one["kind"]) for one in sent["files"]] == [("valve.png", "image/png")]
    assert alice.once(path, {"body": "This one", "files": [file]}, "key-1").get_json() == sent
    bad = {"name": "a.exe", "content": base64.b64encode(PROGRAM).decode()}
    problem(alice.post(path, {"files": [bad]}), 422, "invalid", "file")
    problem(alice.post(path, {"files": [{"name": "x", "content": "no base64!"}]}), 422, "invalid", "files")
    problem(alice.post(path, {}), 422, "invalid", "body")


def test_after_a_day_whatsapp_refuses(alice: Program, centre: Centre, talk: int) -> None:
    centre.clock.forward(24 * 3600)
    problem(alice.post(f"/interactions/{talk}/messages", {"body": "Hello"}), 409, "window-closed")

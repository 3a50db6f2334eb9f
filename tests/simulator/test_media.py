"""Message files: attached by a person, offered with credentials, fetched when the app sends them."""

import base64
from pathlib import Path
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callcenter.simulator.carrier import Carrier
from callcenter.simulator.exchange import media, messages
from callcenter.simulator.exchange.media import Media
from callcenter.simulator.settings import SimulatorSettings
from tests.waiting import PATIENCE

from .company import CARLA, OURS, Company
from .site import Site

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PNG = {"name": "machine.png", "type": "image/png", "content": base64.b64encode(PICTURE).decode()}
PAGE = {"name": "evil.html", "type": "text/html", "content": base64.b64encode(b"<b>Hi</b>").decode()}
HERS, OUR_WHATSAPP = f"whatsapp:{CARLA}", f"whatsapp:{OURS}"


def attach(company: Company, *files: dict[str, str], whatsapp: bool = False, **more: Any) -> dict[str, Any]:
    """Carla sends files; the message."""
    ends = {"from": HERS, "to": OUR_WHATSAPP} if whatsapp else {"from": CARLA, "to": OURS}
    shown = company.post("/control/messages", {**ends, "attachments": list(files), **more})
    company.settle()
    return dict(shown)


def secret(company: Company) -> tuple[str, str]:
    return company.carrier.settings.account_sid, company.carrier.settings.auth_token


def status_of_sent(company: Company, site: Site, twilio: Client, url: str, **ends: str) -> tuple[str, str]:
    """How a message with a file at an address ends, and Twilio's code."""
    ends = {"to": CARLA, "from_": OURS} | ends
    twilio.messages.create(media_url=[url], status_callback=f"{site.url}/sent", **ends)
    company.settle()
    told = site.at("/sent")[-1].params
    return told["MessageStatus"], told.get("ErrorCode", "")


@pytest.mark.parametrize("whatsapp", [False, True])
def test_a_message_with_a_picture_carries_its_address_and_type(company: Company, site: Site, whatsapp: bool) -> None:
    shown = attach(company, PNG, whatsapp=whatsapp)
    params = site.at("/sms")[0].params
    account = company.carrier.settings.account_sid
    start = f"{company.url}/2010-04-01/Accounts/{account}/Messages/{params['MessageSid']}/Media/ME"
    assert params["MediaUrl0"].startswith(start)
    assert (params["NumMedia"], params["MediaContentType0"], params["Body"]) == ("1", "image/png", "")
    assert params["MessageSid"] == shown["sid"]
    assert shown["sid"].startswith("MM")
    assert params.get("MessageType") == ("image" if whatsapp else None)


def test_a_file_wants_the_secret_and_is_gone_once_deleted(company: Company, site: Site, twilio: Client) -> None:
    shown = attach(company, PNG, body="Look")
    url, http = site.at("/sms")[0].params["MediaUrl0"], company.http
    assert http.get(url, timeout=PATIENCE).status_code == 401
    assert http.get(url, auth=(secret(company)[0], "wrong"), timeout=PATIENCE).status_code == 401
    found = http.get(url, auth=secret(company), timeout=PATIENCE)
    assert (found.content, found.headers["Content-Type"]) == (PICTURE, "image/png")
    settings = company.carrier.settings
    assert http.get(url, auth=(settings.api_key, settings.api_secret), timeout=PATIENCE).ok
    assert [m.content_type for m in twilio.messages(shown["sid"]).media.list()] == ["image/png"]
    assert http.delete(url, timeout=PATIENCE).status_code == 401
    assert http.delete(url, auth=secret(company), timeout=PATIENCE).status_code == 204
    assert http.get(url, auth=secret(company), timeout=PATIENCE).status_code == 404
    assert http.delete(url, auth=secret(company), timeout=PATIENCE).status_code == 404
    assert twilio.messages(shown["sid"]).media.list() == []
    assert http.get(company.url + shown["media"][0]["url"], timeout=PATIENCE).content == PICTURE, "the phone keeps it"


def test_the_phone_page_shows_pictures_and_hands_over_the_rest(company: Company, site: Site) -> None:
    picture, page = attach(company, PNG, PAGE)["media"]
    assert picture == {"url": picture["url"], "type": "image/png", "name": "machine.png"}
    shown = company.http.get(company.url + picture["url"], timeout=PATIENCE)
    assert (shown.headers["Content-Type"], "Content-Disposition" in shown.headers) == ("image/png", False)
    handed = company.http.get(company.url + page["url"], timeout=PATIENCE)
    assert handed.headers["Content-Disposition"] == "attachment; filename=evil.html"
    assert handed.headers["X-Content-Type-Options"] == "nosniff"
    assert company.http.get(f"{company.url}/phone/media/ME0", timeout=PATIENCE).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        [{**PNG, "content": "no base64!"}],
        [{**PNG, "content": None}],
        [{**PNG, "type": "a picture"}],
        ["machine.png"],
        "machine.png",
        [PNG] * 11,
        [{**PNG, "content": base64.b64encode(b"x" * (media.LARGEST + 1)).decode()}],
    ],
    ids=["base64", "content", "type", "object", "list", "many", "large"],
)
def test_an_attachment_that_is_none_is_refused(company: Company, wrong: Any) -> None:
    body = {"from": CARLA, "to": OURS, "body": "", "attachments": wrong}
    answer = company.http.post(f"{company.url}/control/messages", json=body, timeout=PATIENCE)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_file_elsewhere_keeps_its_address(company: Company, site: Site) -> None:
    shown = attach(company, media=["https://pictures.test/1.jpg"], body="Look")
    params = site.at("/sms")[0].params
    assert (params["MediaUrl0"], params["MediaContentType0"]) == ("https://pictures.test/1.jpg", "image/jpeg")
    assert shown["media"] == [{"url": "https://pictures.test/1.jpg", "type": "image/jpeg", "name": ""}]


def test_a_file_we_send_is_fetched_and_shown(company: Company, site: Site, twilio: Client) -> None:
    site.answers["/file"] = ("", 302, {"Location": "/manual.pdf"})
    site.answers["/manual.pdf"] = ("%PDF", 200, {"Content-Type": "application/pdf"})
    assert status_of_sent(company, site, twilio, f"{site.url}/file") == ("delivered", "")
    message = company.get("/control/messages")[0]
    assert message["sid"].startswith("MM")
    assert [item["type"] for item in message["media"]] == ["application/pdf"]
    assert company.http.get(company.url + message["media"][0]["url"], timeout=PATIENCE).content == b"%PDF"
    assert "X-Twilio-Signature" not in site.at("/manual.pdf")[0].headers
    assert twilio.messages(message["sid"]).fetch().num_media == "1"


def test_a_file_in_twiml_is_sent_back_too(company: Company, site: Site) -> None:
    site.answers["/sms"] = "<Message><Body>Here</Body><Media>/manual.pdf</Media></Message>"
    site.answers["/manual.pdf"] = ("%PDF", 200, {"Content-Type": "application/pdf"})
    attach(company, whatsapp=True, body="Send me the manual")
    reply = company.get("/control/messages")[-1]
    assert (reply["body"], reply["status"], len(reply["media"])) == ("Here", "read", 1)


def test_a_file_that_cannot_be_had_fails_the_message(company: Company, site: Site, twilio: Client) -> None:
    site.answers["/page"] = ("<p>", 200, {"Content-Type": "text/html"})
    site.answers["/none"] = ("", 404)
    site.answers["/away"] = ("", 302, {"Location": "ftp://127.0.0.1/file"})
    site.answers["/large"] = ("x" * (media.LARGEST + 1), 200, {"Content-Type": "image/png"})
    ends = {name: status_of_sent(company, site, twilio, site.url + name) for name in site.answers}
    assert ends == {
        "/page": ("failed", "12300"),
        "/none": ("failed", "11200"),
        "/away": ("failed", "11200"),
        "/large": ("failed", "30019"),
    }
    assert status_of_sent(company, site, twilio, "http://127.0.0.1:9/x") == ("failed", "11200")
    assert 11200 in company.codes()


def test_a_file_that_cannot_be_had_fails_on_whatsapp_with_its_own_code(
    company: Company, site: Site, twilio: Client
) -> None:
    attach(company, whatsapp=True, body="Hi")
    ends = {"to": HERS, "from_": OUR_WHATSAPP}
    assert status_of_sent(company, site, twilio, "http://127.0.0.1:9/x", **ends) == ("failed", "63019")


@pytest.mark.parametrize(
    ("urls", "code"), [(["http://house.test/x"] * 11, 21623), (["file:///etc/passwd"], 21620), (["http://[::"], 21620)]
)
def test_too_many_files_and_other_addresses_are_refused(twilio: Client, urls: list[str], code: int) -> None:
    with pytest.raises(TwilioRestException, check=lambda error: error.code == code):
        twilio.messages.create(to=CARLA, from_=OURS, media_url=urls)


def test_after_a_restart_the_message_is_there_and_its_file_is_not(tmp_path: Path) -> None:
    settings = SimulatorSettings(state_file=tmp_path / "state.json", speed=100)
    before = Carrier(settings)
    item = media.keep(before, Media(name="machine.png"), PICTURE, "image/png")
    messages.receive(before, from_=CARLA, to=OURS, body="", files=[item])
    before.callbacks.is_settled(PATIENCE)
    before.close()
    after = Carrier(settings)
    kept = next(iter(after.books.messages.values()))
    assert [m.as_json() for m in kept.media] == [item.as_json()]
    assert kept.media[0].created == item.created
    assert after.books.files == {}
    after.close()

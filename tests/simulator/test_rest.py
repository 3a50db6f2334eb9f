"""Twilio's REST API, driven by Twilio's own client and checked against Twilio's OpenAPI document."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from tests.waiting import PATIENCE, until

from .company import CARLA, OURS, Company
from .site import Site

SPEC = json.loads((Path(__file__).parents[1] / "payloads" / "twilio_api_v2010.subset.json").read_text("utf-8"))


def as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 to JSON Schema: `nullable` becomes a type of its own, references stay."""
    if isinstance(node, list):
        return [as_json_schema(part) for part in node]
    if not isinstance(node, dict):
        return node
    made = {key: as_json_schema(value) for key, value in node.items()}
    if made.pop("nullable", False) is True and "type" in made:
        made["type"] = [made["type"], "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    return made


COMPONENTS = as_json_schema(copy.deepcopy(SPEC["components"]))
for name, schema in COMPONENTS["schemas"].items():
    if "enum" in schema:  # an enum behind a reference cannot be said to be nullable in OpenAPI 3.0
        COMPONENTS["schemas"][name] = {**schema, "type": ["string", "null"], "enum": [*schema["enum"], None]}


def path_of(url: str) -> str:
    """The template in the document that an address belongs to."""
    parts = url.partition("?")[0].removesuffix(".json").split("/")
    for template in SPEC["paths"]:
        wanted = template.removesuffix(".json").split("/")
        pairs = zip(wanted, parts, strict=False)
        if len(wanted) == len(parts) and all(w.startswith("{") or w == p for w, p in pairs):
            return str(template)
    raise AssertionError(f"Twilio has no such address: {url}")


class CheckingClient(TwilioHttpClient):
    """Sends nothing that Twilio does not know, and takes nothing that Twilio would not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.checked: list[tuple[str, str, int]] = []

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        answer = super().request(method, url, *args, **kwargs)
        path = path_of("/" + url.split("/", 3)[3])
        operation = SPEC["paths"][path][method.lower()]
        self.checked.append((method, path, answer.status_code))
        if answer.status_code < 400:
            assert str(answer.status_code) in operation["responses"], (method, path, answer.status_code)
            content = operation["responses"][str(answer.status_code)].get("content")
            if content:
                wanted = {
                    **as_json_schema(content["application/json"]["schema"]),
                    "components": COMPONENTS,
                }
                found = json.loads(answer.text)
                jsonschema.validate(found, wanted)
                _has_every_field(found, wanted)
        return answer


def _has_every_field(found: dict[str, Any], schema: dict[str, Any]) -> None:
    ref = schema.get("$ref")
    if ref:
        known = COMPONENTS["schemas"][ref.rpartition("/")[2]]["properties"]
        assert set(found) == set(known), set(found) ^ set(known)


@pytest.fixture
def twilio(company: Company) -> Iterator[Client]:
    http = CheckingClient()
    settings = company.carrier.settings
    client = Client(settings.account_sid, settings.auth_token, http_client=http)
    client.api.base_url = company.url
    yield client
    http.session.close()


@pytest.fixture
def conference_sid(company: Company, site: Site, twilio: Client) -> str:
    """Carla and Alice talk in interaction-1."""
    room = '<Dial><Conference participantLabel="{}" beep="false">interaction-1</Conference></Dial>'
    site.answers["/voice"], site.answers["/agent"] = room.format("customer"), room.format("agent-1")
    customer = company.dial()
    company.wait_for(customer, "music")
    company.connect()
    company.wait_for(customer, "joined")
    return str(twilio.conferences.list(friendly_name="interaction-1", status="in-progress")[0].sid)


def refused(code: int, status: int = 400) -> Any:
    return pytest.raises(TwilioRestException, check=lambda error: (error.code, error.status) == (code, status))


def test_numbers_are_listed_and_their_webhooks_set(company: Company, site: Site, twilio: Client) -> None:
    number = twilio.incoming_phone_numbers.list(phone_number=OURS)[0]
    changed = number.update(voice_url=f"{site.url}/v", sms_url=f"{site.url}/s", status_callback=f"{site.url}/c")
    assert twilio.incoming_phone_numbers(str(number.sid)).fetch().voice_url == f"{site.url}/v"
    assert changed.sms_url == f"{site.url}/s"
    assert changed.capabilities["voice"] is True


def test_applications_are_fetched_created_and_changed(company: Company, twilio: Client) -> None:
    application = twilio.applications(company.carrier.settings.application_sid).fetch()
    assert application.update(voice_url="http://house.test/agent").voice_url == "http://house.test/agent"
    twilio.applications.create(friendly_name="another")
    assert [a.friendly_name for a in twilio.applications.list(friendly_name="another")] == ["another"]


def test_an_address_with_an_underscore_in_its_host_is_refused(twilio: Client) -> None:
    number = twilio.incoming_phone_numbers.list()[0]
    with refused(21205):
        number.update(voice_url="http://my_house.test/voice")


def test_a_leg_is_made_fetched_listed_and_ended(company: Company, site: Site, twilio: Client) -> None:
    site.answers["/leg"] = '<Pause length="60"/>'
    leg = twilio.calls.create(to="+15550100456", from_=OURS, url=f"{site.url}/leg", timeout=20)
    assert leg.status == "queued"
    company.wait_for(str(leg.sid), "ringing")
    company.post(f"/control/calls/{leg.sid}/answer")
    until(lambda: twilio.calls(str(leg.sid)).fetch().status == "in-progress")
    assert [c.sid for c in twilio.calls.list(to="+15550100456", status="in-progress")] == [leg.sid]
    assert twilio.calls.list(to="+15550100999") == []
    today = datetime.now(UTC)
    assert [c.sid for c in twilio.calls.list(start_time_after=today.date())] == [leg.sid]
    assert twilio.calls(str(leg.sid)).update(status="completed").status == "completed"
    with refused(21220):
        twilio.calls(str(leg.sid)).update(twiml="<Response/>")


def test_a_ringing_leg_is_cancelled(company: Company, site: Site, twilio: Client) -> None:
    leg = twilio.calls.create(
        to="+15550100456", from_=OURS, twiml="<Response/>", status_callback=f"{site.url}/progress"
    )
    company.wait_for(str(leg.sid), "ringing")
    assert twilio.calls(str(leg.sid)).update(status="canceled").status == "canceled"
    told = until(lambda: site.at("/progress"))[0].params
    assert (told["CallStatus"], told["SipResponseCode"]) == ("canceled", "487")


def test_a_leg_that_nobody_answers_ends_as_no_answer(company: Company, twilio: Client) -> None:
    leg = twilio.calls.create(to="+15550100456", from_=OURS, twiml="<Response/>", timeout=5)
    assert company.wait_over(str(leg.sid)) == "no-answer"


def test_busy_and_unreachable_telephones_say_so(company: Company, twilio: Client) -> None:
    for number, state in (("+15550100801", "busy"), ("+15550100802", "unreachable")):
        company.post("/control/people", {"id": number, "name": state, "number": number, state: True})
    legs = [twilio.calls.create(to=to, from_=OURS, twiml="<Response/>") for to in ("+15550100801", "+15550100802")]
    assert [company.wait_over(str(leg.sid)) for leg in legs] == ["busy", "failed"]


def test_a_live_call_is_sent_elsewhere(company: Company, site: Site, twilio: Client) -> None:
    site.answers["/voice"] = '<Enqueue waitUrl="" action="/done">care</Enqueue>'
    sid = company.dial()
    company.wait_for(sid, "silence")
    twilio.calls(sid).update(twiml='<Response><Say language="zh-CN">您好</Say></Response>')
    company.wait_over(sid)
    company.settle()
    assert company.heard(sid, "announcement") == ["您好"]
    assert [a.params["QueueResult"] for a in site.at("/done")] == ["redirected"]


def test_wrong_credentials_unknown_things_and_bad_numbers_get_twilios_codes(company: Company, twilio: Client) -> None:
    stranger = Client(company.carrier.settings.account_sid, "wrong", http_client=twilio.http_client)
    stranger.api.base_url = company.url
    with refused(20003, 401):
        stranger.calls("CA" + "0" * 32).fetch()
    with refused(20404, 404):
        twilio.calls("CA" + "0" * 32).fetch()
    with refused(20404, 404):
        twilio.conferences("CF" + "0" * 32).fetch()
    with refused(21211):
        twilio.calls.create(to="nonsense", from_=OURS, twiml="<Response/>")
    with refused(21212):
        twilio.calls.create(to=CARLA, from_="+15550100999", twiml="<Response/>")
    with refused(21205):
        twilio.calls.create(to=CARLA, from_=OURS, url="http://my_house.test/")


def test_an_api_key_and_its_secret_are_let_in(company: Company) -> None:
    settings = company.carrier.settings
    client = Client(settings.api_key, settings.api_secret, settings.account_sid)
    client.api.base_url = company.url
    assert client.calls.list() == []
    client.http_client.session.close()


def test_participants_are_held_muted_coached_and_removed(
    company: Company, site: Site, twilio: Client, conference_sid: str
) -> None:
    room = twilio.conferences(conference_sid)
    customer, agent = room.participants("customer").fetch(), room.participants("agent-1").fetch()
    site.answers["/hold"] = "<Say>One moment.</Say>"
    held = room.participants("customer").update(hold=True, hold_url=f"{site.url}/hold", hold_method="POST")
    assert held.hold is True
    until(lambda: company.heard(str(customer.call_sid), "announcement") == ["One moment."])
    assert [p.label for p in room.participants.list(hold=True)] == ["customer"]
    room.participants("customer").update(hold=False)
    assert room.participants(str(agent.call_sid)).update(muted=True).muted is True
    assert room.participants("agent-1").update(end_conference_on_exit=True).end_conference_on_exit is True
    assert room.participants("agent-1").delete() is True
    assert company.wait_over(str(agent.call_sid)) == "completed"
    ended = room.fetch()
    assert ended.status == "completed"
    assert ended.reason_conference_ended == "participant-with-end-conference-on-exit-kicked"
    assert ended.call_sid_ending_conference == agent.call_sid


def test_a_leg_added_by_rest_joins_when_it_is_answered(company: Company, twilio: Client, conference_sid: str) -> None:
    added = twilio.conferences("interaction-1").participants.create(
        from_=OURS, to="+15550100456", label="supervisor-3", beep="false", muted=True
    )
    assert (added.status, added.conference_sid) == ("queued", conference_sid)
    company.wait_for(str(added.call_sid), "ringing")
    company.post(f"/control/calls/{added.call_sid}/answer")
    company.wait_for(str(added.call_sid), "joined")
    assert twilio.conferences(conference_sid).participants("supervisor-3").fetch().status == "connected"
    agent = twilio.conferences(conference_sid).participants("agent-1").fetch()
    changed = (
        twilio.conferences(conference_sid)
        .participants("supervisor-3")
        .update(muted=False, coaching=True, call_sid_to_coach=agent.call_sid)
    )
    assert (changed.coaching, changed.call_sid_to_coach) == (True, agent.call_sid)
    with refused(13240):
        twilio.conferences(conference_sid).participants("supervisor-3").update(call_sid_to_coach="CA" + "0" * 32)
    with refused(16025):
        twilio.conferences("interaction-1").participants.create(from_=OURS, to="+15550100457", label="supervisor-3")


def test_a_leg_added_by_rest_that_nobody_answers_leaves_again(company: Company, site: Site, twilio: Client) -> None:
    twilio.conferences("interaction-9").participants.create(
        from_=OURS,
        to="+15550100456",
        label="agent-9",
        timeout=5,
        conference_status_callback=f"{site.url}/conference",
        conference_status_callback_event=["start", "end", "join", "leave"],
    )
    told = until(lambda: site.at("/conference"))
    company.settle()
    assert [a.params["StatusCallbackEvent"] for a in told] == ["participant-leave"]
    assert told[0].params["ReasonParticipantLeft"] == "participant_add_failed"
    assert told[0].params["ParticipantCallStatus"] == "no-answer"


def test_only_a_new_participant_may_name_the_conference(twilio: Client, conference_sid: str) -> None:
    with refused(20404, 404):
        twilio.conferences("interaction-1").participants("customer").fetch()


def test_a_recording_is_paused_resumed_stopped_fetched_and_deleted(
    company: Company, site: Site, twilio: Client
) -> None:
    site.answers["/voice"] = '<Pause length="60"/>'
    sid = company.dial()
    company.wait_for(sid, "connected")
    recording = twilio.calls(sid).recordings.create(recording_channels="dual")
    current = twilio.calls(sid).recordings("Twilio.CURRENT")
    assert current.update(status="paused", pause_behavior="silence").status == "paused"
    assert current.update(status="in-progress").status == "in-progress"
    assert current.update(status="stopped").status == "completed"
    assert twilio.recordings(str(recording.sid)).fetch().channels == 2
    settings = company.carrier.settings
    url = str(twilio.recordings(str(recording.sid)).fetch().media_url)
    sound = company.http.get(url + ".wav", auth=(settings.account_sid, settings.auth_token), timeout=PATIENCE)
    assert sound.content.startswith(b"RIFF")
    assert company.http.get(url + ".wav", timeout=PATIENCE).status_code == 401
    assert twilio.recordings(str(recording.sid)).delete() is True
    with refused(20404, 404):
        twilio.recordings(str(recording.sid)).fetch()


def test_messages_are_sent_fetched_and_listed(company: Company, twilio: Client) -> None:
    sent = twilio.messages.create(to=CARLA, from_=OURS, body="Your dishwasher comes today.")
    assert (sent.status, sent.direction) == ("queued", "outbound-api")
    until(lambda: twilio.messages(str(sent.sid)).fetch().status == "delivered")
    assert [m.sid for m in twilio.messages.list(to=CARLA, date_sent_after=datetime.now(UTC).date())] == [sent.sid]
    assert twilio.messages.list(from_=CARLA) == []


def test_the_files_of_a_message_are_listed_fetched_and_deleted(company: Company, twilio: Client) -> None:
    files = [{"name": "a.png", "type": "image/png", "content": "iVBORw0KGgo="}]
    sid = company.post("/control/messages", {"from": CARLA, "to": OURS, "attachments": files})["sid"]
    media = twilio.messages(sid).media
    item = media(str(media.list()[0].sid))
    assert item.fetch().content_type == "image/png"
    assert item.delete() is True
    assert media.list() == []
    with refused(20404, 404):
        item.fetch()


def test_a_message_twilio_would_not_take_is_refused_with_its_code(company: Company, twilio: Client) -> None:
    company.post("/control/people", {"id": "old", "name": "Old", "number": "+15550100803", "landline": True})
    for code, to, from_, body in (
        (21211, "12345", OURS, "Hi"),
        (21602, CARLA, OURS, ""),
        (21617, CARLA, OURS, "x" * 1601),
        (21606, CARLA, "+15550100999", "Hi"),
        (21614, "+15550100803", OURS, "Hi"),
    ):
        with refused(code):
            twilio.messages.create(to=to, from_=from_, body=body)


def test_whoever_says_stop_gets_nothing_until_start(company: Company, site: Site, twilio: Client) -> None:
    company.post("/control/messages", {"from": CARLA, "to": OURS, "body": " Stop "})
    company.settle()
    assert site.at("/sms")[0].params["Body"] == " Stop "
    with refused(21610):
        twilio.messages.create(to=CARLA, from_=OURS, body="Hi")
    company.post("/control/messages", {"from": CARLA, "to": OURS, "body": "START"})
    company.settle()
    assert twilio.messages.create(to=CARLA, from_=OURS, body="Hi").status == "queued"


def test_an_unreachable_telephone_gets_no_message(company: Company, site: Site, twilio: Client) -> None:
    company.post("/control/people", {"id": "off", "name": "Off", "number": "+15550100804", "unreachable": True})
    twilio.messages.create(to="+15550100804", from_=OURS, body="Hi", status_callback=f"{site.url}/sent")
    company.settle()
    assert site.at("/sent")[-1].params["MessageStatus"] == "undelivered"
    assert site.at("/sent")[-1].params["ErrorCode"] == "30003"


def test_long_lists_come_in_pages(company: Company, twilio: Client) -> None:
    for at in range(7):
        twilio.messages.create(to=CARLA, from_=OURS, body=f"message {at}")
    assert [m.body for m in twilio.messages.list(page_size=3)] == [f"message {at}" for at in range(6, -1, -1)]

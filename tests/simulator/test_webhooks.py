"""Signatures against Twilio's vectors, field sets against captured examples, retries, limits and fallbacks."""

import json
from pathlib import Path
from typing import Any

import pytest
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from callcenter.simulator.exchange import webhooks
from tests.waiting import until

from .company import CARLA, OURS, Company
from .site import Site

PAYLOADS = Path(__file__).parents[1] / "payloads"
EXAMPLES = {w["name"]: w for w in json.loads((PAYLOADS / "webhooks.json").read_text("utf-8"))["webhooks"]}
VECTORS = json.loads((PAYLOADS / "signature_vectors.json").read_text("utf-8"))["vectors"]
SIGNABLE = [v for v in VECTORS if v["valid"] and isinstance(v.get("params"), dict)]
CONFERENCE = (
    '<Dial action="/after"><Conference participantLabel="{label}" beep="false" statusCallback="/conference" '
    'statusCallbackEvent="start end join leave mute hold modify" {more}>interaction-1</Conference></Dial>'
)


def keys(name: str) -> set[str]:
    return set(EXAMPLES[name]["params"])


@pytest.mark.parametrize("vector", SIGNABLE, ids=[v["name"] for v in SIGNABLE])
def test_our_signature_passes_the_official_validator(vector: dict[str, Any]) -> None:
    signature = webhooks.sign(vector["auth_token"], vector["url"], vector["params"])
    assert RequestValidator(vector["auth_token"]).validate(vector["url"], vector["params"], signature)


@pytest.mark.parametrize("name", ["form post", "https url carries port 1234, signature made without port"])
def test_our_signature_equals_twilios_own(name: str) -> None:
    vector = next(v for v in VECTORS if v["name"] == name)
    assert webhooks.sign(vector["auth_token"], vector["url"], vector["params"]) == vector["signature"]


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_example_request_gets_the_signature_it_carries(name: str) -> None:
    example = EXAMPLES[name]
    params = example["params"] if example["method"] == "POST" else {}
    token = "0123456789abcdef0123456789abcdef"
    assert webhooks.sign(token, example["url"], params) == example["x_twilio_signature"]


def test_a_webhook_is_signed_and_carries_twilios_headers(company: Company, site: Site) -> None:
    company.wait_over(company.dial())
    asked = site.at("/voice")[0]
    token = company.carrier.settings.auth_token
    assert RequestValidator(token).validate(asked.url, asked.params, asked.headers["X-Twilio-Signature"])
    assert asked.headers["User-Agent"] == "TwilioProxy/1.1"
    assert asked.headers["I-Twilio-Idempotency-Token"]
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded; charset=UTF-8"


def test_an_incoming_call_carries_the_fields_of_the_example(company: Company, site: Site) -> None:
    company.wait_over(company.dial())
    until(lambda: site.at("/status"))
    assert set(site.at("/voice")[0].params) == keys("voice.inbound")
    assert set(site.at("/status")[0].params) == keys("call.status.inbound_completed")
    assert site.at("/status")[0].params["Timestamp"].endswith("+0000")


def test_a_withheld_number_carries_the_fields_of_the_example(company: Company, site: Site) -> None:
    company.wait_over(company.dial("anonymous"))
    assert set(site.at("/voice")[0].params) == keys("voice.inbound.withheld")
    assert site.at("/voice")[0].params["From"] == "anonymous"


def test_a_browser_carries_its_identity_and_its_parameters(company: Company, site: Site) -> None:
    sid = company.connect(Destination="+15550100123")
    company.wait_over(sid)
    params = site.at("/agent")[0].params
    assert set(params) == keys("voice.from_browser")
    assert params["From"] == "client:agent-1"
    assert params["Direction"] == "inbound"


def test_keys_words_and_silence_carry_the_fields_of_the_examples(company: Company, site: Site) -> None:
    site.answers["/voice"] = '<Gather numDigits="1" action="/menu"/>'
    site.answers["/menu"] = '<Gather input="speech" action="/words"/>'
    site.answers["/words"] = '<Gather timeout="1" actionOnEmptyResult="true" action="/empty"/>'
    sid = company.dial(keys="2")
    until(lambda: site.at("/menu") and company.call(sid)["listening"])
    company.post(f"/control/calls/{sid}/say", {"text": "I have a question about my bill."})
    company.wait_over(sid)
    assert set(site.at("/menu")[0].params) == keys("gather.dtmf")
    assert site.at("/menu")[0].params["Digits"] == "2"
    assert set(site.at("/words")[0].params) == keys("gather.speech")
    assert set(site.at("/empty")[0].params) == keys("gather.empty")


def test_a_queue_carries_the_fields_of_the_examples(company: Company, site: Site) -> None:
    site.answers["/voice"] = '<Enqueue waitUrl="/wait" action="/done">care</Enqueue>'
    site.answers["/wait"] = "<Say>You are number one.</Say><Leave/>"
    company.wait_over(company.dial())
    assert set(site.at("/wait")[0].params) == keys("enqueue.wait")
    assert site.at("/wait")[0].params["QueuePosition"] == "1"
    assert set(site.at("/done")[0].params) == keys("enqueue.action.leave")


def test_a_caller_who_hangs_up_in_a_queue_is_told_to_the_action(company: Company, site: Site) -> None:
    site.answers["/voice"] = '<Enqueue waitUrl="/wait" action="/done">care</Enqueue>'
    site.answers["/wait"] = "<Play>/music</Play>"
    site.answers["/music"] = ("x" * 160_000, 200)
    sid = company.dial()
    company.wait_for(sid, "music")
    company.post(f"/control/calls/{sid}/hangup")
    done = until(lambda: site.at("/done"))[0].params
    assert set(done) == keys("enqueue.action.hangup")
    assert (done["QueueResult"], done["CallStatus"]) == ("hangup", "completed")


def test_a_conference_tells_its_life_with_the_fields_of_the_examples(
    company: Company, site: Site, twilio: Client
) -> None:
    site.answers["/voice"] = CONFERENCE.format(label="customer", more='endConferenceOnExit="true"')
    site.answers["/agent"] = CONFERENCE.format(label="agent-1", more="")
    customer = company.dial()
    company.wait_for(customer, "music")
    agent = company.connect()
    company.wait_for(agent, "joined")
    conference = twilio.conferences.list(friendly_name="interaction-1", status="in-progress")[0]
    twilio.conferences(conference.sid).participants("customer").update(hold=True)
    twilio.conferences(conference.sid).participants("customer").update(hold=False)
    twilio.conferences(conference.sid).participants(agent).update(muted=True)
    company.post(f"/control/calls/{customer}/hangup")
    company.wait_over(agent)
    company.settle()
    told = [a.params for a in site.at("/conference")]
    assert [t["StatusCallbackEvent"] for t in told] == [
        "participant-join", "participant-join", "conference-start", "participant-hold", "participant-unhold",
        "participant-mute", "participant-leave", "participant-leave", "conference-end",
    ]  # fmt: skip
    assert [int(t["SequenceNumber"]) for t in told] == list(range(1, 10))
    for fields in told:
        assert set(fields) == keys(f"conference.{fields['StatusCallbackEvent']}")
    assert told[-1]["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert told[-2]["ReasonParticipantLeft"] == "moderator_ended_conference"
    assert set(site.params("/after", From=CARLA)[0]) == keys("dial.action.conference")


def test_a_leg_by_rest_tells_its_progress_with_the_fields_of_the_examples(
    company: Company, site: Site, twilio: Client
) -> None:
    site.answers["/leg"] = "<Say>Press one to take the call.</Say>"
    leg = twilio.calls.create(
        to="+15550100456",
        from_=OURS,
        url=f"{site.url}/leg",
        status_callback=f"{site.url}/progress",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    company.wait_for(str(leg.sid), "ringing")
    company.post(f"/control/calls/{leg.sid}/answer")
    company.wait_over(str(leg.sid))
    company.settle()
    told = [a.params for a in site.at("/progress")]
    assert [t["CallStatus"] for t in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [t["SequenceNumber"] for t in told] == ["0", "1", "2", "3"]
    names = ("initiated", "ringing", "answered", "completed")
    for name, fields in zip(names, told, strict=True):
        assert set(fields) == keys(f"call.status.{name}")


def test_a_number_dialled_from_a_call_tells_the_action_and_its_own_status(company: Company, site: Site) -> None:
    company.post("/control/people", {"id": "desk", "name": "Bo", "number": "+15550100456", "answers_after": 0.1})
    site.answers["/voice"] = (
        '<Dial action="/after"><Number statusCallback="/child" statusCallbackEvent="answered completed">'
        "+15550100456</Number></Dial>"
    )
    sid = company.dial()
    company.wait_for(sid, "joined")
    child = next(c for c in company.get("/control/calls") if c["parent"] == sid)
    company.post(f"/control/calls/{child['sid']}/hangup")
    company.wait_over(sid)
    company.settle()
    assert set(site.at("/child")[0].params) == keys("call.status.child_leg")
    assert set(site.at("/after")[0].params) == keys("dial.action.completed")


def test_a_recording_tells_its_life_with_the_fields_of_the_examples(
    company: Company, site: Site, twilio: Client
) -> None:
    site.answers["/voice"] = '<Pause length="60"/>'
    sid = company.dial()
    company.wait_for(sid, "connected")
    twilio.calls(sid).recordings.create(
        recording_channels="dual",
        recording_status_callback=f"{site.url}/recorded",
        recording_status_callback_event=["in-progress", "completed"],
    )
    company.post(f"/control/calls/{sid}/hangup")
    company.settle()
    assert [set(a.params) for a in site.at("/recorded")] == [
        keys("recording.status.in-progress"),
        keys("recording.status.completed"),
    ]


def test_a_voice_message_carries_the_fields_of_the_example(company: Company, site: Site) -> None:
    site.answers["/voice"] = '<Record action="/message" maxLength="30"/>'
    sid = company.dial()
    until(lambda: company.call(sid)["listening"])
    company.post(f"/control/calls/{sid}/say", {"text": "Please call me back."})
    company.post(f"/control/calls/{sid}/digits", {"digits": "#"})
    company.wait_over(sid)
    assert set(site.at("/message")[0].params) == keys("record.action")
    assert site.at("/message")[0].params["Digits"] == "#"


def test_a_text_message_and_its_delivery_carry_the_fields_of_the_examples(
    company: Company, site: Site, twilio: Client
) -> None:
    site.answers["/sms"] = ""
    company.post("/control/messages", {"from": CARLA, "to": OURS, "body": "Hello ☎"})
    twilio.messages.create(to=CARLA, from_=OURS, body="Hi", status_callback=f"{site.url}/sent")
    company.settle()
    assert set(site.at("/sms")[0].params) == keys("sms.inbound.unicode")
    assert [set(a.params) for a in site.at("/sent")] == [
        keys("message.status.sent"),
        keys("message.status.delivered"),
    ]


def test_a_refused_connection_is_tried_once_more_with_the_same_token(company: Company, twilio: Client) -> None:
    number = twilio.incoming_phone_numbers.list()[0]
    number.update(voice_url="http://127.0.0.1:9/voice")
    company.wait_over(company.dial())
    tried = company.get("/control/log?path=127.0.0.1:9/voice")
    assert len(tried) == 2
    assert len({entry["token"] for entry in tried}) == 1
    assert company.codes() == [11205]


def test_the_fragment_of_an_address_orders_retries_and_is_not_sent(
    company: Company, site: Site, twilio: Client
) -> None:
    site.answers["/voice"] = ("broken", 503)
    number = twilio.incoming_phone_numbers.list()[0]
    number.update(voice_url=f"{site.url}/voice#rc=2&rp=5xx")
    company.wait_over(company.dial())
    assert len(site.at("/voice")) == 3
    assert "#" not in site.at("/voice")[0].url


def test_an_error_page_sends_the_caller_to_the_fallback_address(company: Company, site: Site, twilio: Client) -> None:
    site.answers["/voice"] = ("broken", 500)
    site.answers["/fallback"] = "<Say>We are having trouble.</Say>"
    twilio.incoming_phone_numbers.list()[0].update(voice_fallback_url=f"{site.url}/fallback")
    sid = company.dial()
    company.wait_over(sid)
    assert company.heard(sid, "announcement") == ["We are having trouble."]
    assert len(site.at("/voice")) == 1, "an error answer is not asked for again"
    asked = site.at("/fallback")[0].params
    assert (asked["ErrorCode"], asked["ErrorUrl"]) == ("11200", f"{site.url}/voice")
    assert set(asked) - {"CallToken", "StirVerstat"} == keys("voice.fallback")


def test_an_answer_after_the_limit_is_no_answer(company: Company, site: Site) -> None:
    def sleep() -> str:
        company.carrier.closing.wait(1.0)
        return "<Say>Too late</Say>"

    site.answers["/voice"] = sleep
    next(iter(company.carrier.books.numbers.values())).voice_url += "#rt=300"
    sid = company.dial()
    company.wait_over(sid)
    assert 11200 in company.codes()
    assert company.heard(sid, "announcement") == ["We are sorry, an application error has occurred. Goodbye."]


def test_a_host_name_with_an_underscore_is_refused(company: Company, twilio: Client) -> None:
    company.carrier.books.numbers[twilio.incoming_phone_numbers.list()[0].sid].voice_url = "http://a_b.test/v"
    company.wait_over(company.dial())
    assert company.codes() == [11100]

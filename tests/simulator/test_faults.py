"""Injected faults: what the app receives when callbacks and REST answers fail, reproducibly."""

import time
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from callcenter.simulator.faults import Faults
from tests.waiting import PATIENCE, until

from .company import CARLA, OURS, Company
from .site import Site


def order(company: Company, *faults: dict[str, Any]) -> None:
    company.post("/control/faults", list(faults))


def text(company: Company, site: Site, twilio: Client) -> list[str]:
    """Send a message; returns the statuses the app received, in order of arrival."""
    twilio.messages.create(to=CARLA, from_=OURS, body="Hi", status_callback=f"{site.url}/sent")
    company.settle()
    return [asked.params["MessageStatus"] for asked in site.at("/sent")]


def tokens(site: Site, path: str) -> list[str]:
    return [asked.headers["I-Twilio-Idempotency-Token"] for asked in site.at(path)]


@pytest.mark.parametrize("fault", ["duplicate", "parallel"])
def test_a_callback_comes_twice_with_one_token(company: Company, site: Site, twilio: Client, fault: str) -> None:
    order(company, {"match": {"path": "/sent", "event": "sent"}, "fault": fault})
    assert text(company, site, twilio) == ["sent", "sent", "delivered"]
    assert tokens(site, "/sent")[0] == tokens(site, "/sent")[1]


def test_a_callback_is_lost(company: Company, site: Site, twilio: Client) -> None:
    order(company, {"match": {"path": "/sent", "event": "sent"}, "fault": "drop"})
    assert text(company, site, twilio) == ["delivered"]


def test_callbacks_change_places(company: Company, site: Site, twilio: Client) -> None:
    order(company, {"match": {"event": "sent"}, "fault": "reorder"})
    assert text(company, site, twilio) == ["delivered", "sent"]


def test_a_late_callback_is_overtaken(company: Company, site: Site, twilio: Client) -> None:
    order(company, {"match": {"event": "sent"}, "fault": "delay", "seconds": 0.4})
    assert text(company, site, twilio) == ["delivered", "sent"]


def test_the_same_incoming_call_is_asked_twice_at_one_instant(company: Company, site: Site) -> None:
    order(company, {"match": {"path": "/voice"}, "fault": "parallel"})
    sid = company.dial()
    company.wait_over(sid)
    company.settle()
    assert [asked.params["CallSid"] for asked in site.at("/voice")] == [sid, sid]
    assert len(set(tokens(site, "/voice"))) == 1


def test_a_lost_answer_sends_the_call_to_the_fallback(company: Company, site: Site, twilio: Client) -> None:
    site.answers["/fallback"] = "<Say>Sorry.</Say>"
    twilio.incoming_phone_numbers.list()[0].update(voice_fallback_url=f"{site.url}/fallback")
    order(company, {"match": {"path": "/voice"}, "fault": "lost-answer"})
    sid = company.dial()
    company.wait_over(sid)
    assert company.heard(sid, "announcement") == ["Sorry."]
    assert len(site.at("/voice")) == 1


@pytest.mark.parametrize("fault", ["forged", "unsigned"])
def test_a_webhook_comes_with_a_bad_signature(company: Company, site: Site, fault: str) -> None:
    order(company, {"match": {"path": "/voice"}, "fault": fault})
    company.wait_over(company.dial())
    asked = site.at("/voice")[0]
    signature = asked.headers.get("X-Twilio-Signature", "")
    assert (signature == "") == (fault == "unsigned")
    validator = RequestValidator(company.carrier.settings.auth_token)
    assert not validator.validate(asked.url, asked.params, signature)


def test_somebody_else_posts_to_the_site(company: Company, site: Site) -> None:
    body = {"url": f"{site.url}/voice", "params": {"CallSid": "CA1"}}
    for signature in ("none", "forged", "right"):
        assert company.post("/control/forge", {**body, "signature": signature})["status"] == 200
    validator = RequestValidator(company.carrier.settings.auth_token)
    passed = [validator.validate(a.url, a.params, a.headers.get("X-Twilio-Signature", "")) for a in site.at("/voice")]
    assert passed == [False, False, True]


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (500, 20500), (503, 20503)])
def test_rest_refuses_once_and_then_works(company: Company, twilio: Client, status: int, code: int) -> None:
    order(company, {"rest": {"path": "Messages", "method": "POST", "status": status, "times": 1}})
    with pytest.raises(TwilioRestException) as refused:
        twilio.messages.create(to=CARLA, from_=OURS, body="Hi")
    assert (refused.value.status, refused.value.code) == (status, code)
    assert twilio.messages.list() == []
    assert twilio.messages.create(to=CARLA, from_=OURS, body="Hi").status == "queued"


def test_rest_acts_but_its_answer_is_lost(company: Company, twilio: Client) -> None:
    order(company, {"rest": {"path": "Messages", "status": 500, "after": True}})
    with pytest.raises(TwilioRestException):
        twilio.messages.create(to=CARLA, from_=OURS, body="Hi")
    assert [m.body for m in twilio.messages.list()] == ["Hi"]


def test_a_slow_network_slows_everything_until_it_is_switched_off(company: Company, twilio: Client) -> None:
    order(company, {"slow_network": 0.2})
    began = time.monotonic()
    twilio.messages.list()
    assert time.monotonic() - began >= 0.2
    order(company, {"slow_network": 0})
    assert company.get("/control/faults")["slow_network"] == 0


def test_faults_are_counted_listed_and_deleted(company: Company, site: Site, twilio: Client) -> None:
    order(company, {"match": {"event": "sent"}, "fault": "drop", "times": 2}, {"match": {}, "fault": "delay"})
    one, other = company.get("/control/faults")["faults"]
    assert company.http.delete(f"{company.url}/control/faults/{other['id']}", timeout=PATIENCE).status_code == 204
    text(company, site, twilio)
    assert company.get("/control/faults")["faults"] == [{**one, "used": 1, "left": 1}]
    company.http.delete(f"{company.url}/control/faults", timeout=PATIENCE)
    assert company.get("/control/faults")["faults"] == []


def test_an_unknown_fault_is_refused_with_what_there_is(company: Company) -> None:
    answer = company.http.post(f"{company.url}/control/faults", json={"fault": "gremlin"}, timeout=PATIENCE)
    assert answer.status_code == 400
    assert "duplicate" in answer.json()["error"]


def test_the_same_seed_makes_the_same_bad_day() -> None:
    def day(seed: int) -> list[int]:
        faults = Faults(seed=seed)
        faults.add({"match": {}, "fault": "drop", "chance": 0.5, "times": None})
        return [len(faults.of_webhook(path="/", event="", params={})) for _ in range(40)]

    assert day(7) == day(7)
    assert day(7) != day(8)


def test_status_callbacks_of_a_call_can_be_lost_too(company: Company, site: Site) -> None:
    order(company, {"match": {"path": "/status", "number": CARLA}, "fault": "drop"})
    company.wait_over(company.dial())
    company.wait_over(company.dial("+14155550143"))
    until(lambda: site.at("/status"))
    company.settle()
    assert [asked.params["From"] for asked in site.at("/status")] == ["+14155550143"]

"""The control API and browser devices: access, events, error answers."""

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from callcenter.simulator.carrier import Carrier, forget_oldest
from callcenter.simulator.clock import SimulatedClock
from callcenter.simulator.exchange import messages, numbers
from callcenter.simulator.settings import SimulatorSettings
from tests.waiting import PATIENCE, until

from .company import CARLA, OURS, Company
from .site import Site

ORIGIN = {"Origin": "http://127.0.0.1:8000"}


def connect(company: Company, token: str) -> requests.Response:
    return company.http.post(
        f"{company.url}/device/connect", json={"token": token, "params": {}}, headers=ORIGIN, timeout=PATIENCE
    )


def events(company: Company, sid: str, after: int = 0) -> list[dict[str, Any]]:
    """All events of the stream until it closes."""
    url = f"{company.url}/device/{sid}/events?after={after}"
    lines = requests.get(url, timeout=PATIENCE).text.splitlines()
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


def test_a_browser_with_a_valid_token_is_connected_from_any_origin(company: Company, site: Site) -> None:
    answer = connect(company, company.token())
    assert answer.status_code == 201
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["identity"] == "agent-1"
    company.wait_over(answer.json()["call_sid"])
    assert site.at("/agent")[0].params["From"] == "client:agent-1"


def test_the_preflight_of_another_origin_is_answered(company: Company) -> None:
    answer = company.http.options(f"{company.url}/device/connect", headers=ORIGIN, timeout=PATIENCE)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type"


def test_a_bad_token_is_refused(company: Company) -> None:
    settings = company.carrier.settings
    bad = {
        "forged": company.token(secret="x" * 32),
        "another account": company.token(account="AC" + "9" * 32),
        "expired": company.token(ttl=-10),
        "nonsense": "nonsense",
        "nobody": company.token(""),
    }
    for why, token in bad.items():
        answer = connect(company, token)
        assert answer.status_code == 401, why
        assert answer.json()["code"] in (20101, 20104), why
    assert settings.auth_token not in connect(company, bad["forged"]).text


def test_a_browser_hears_by_events_and_misses_nothing(company: Company, site: Site) -> None:
    site.answers["/agent"] = "<Say>You are alone.</Say>"
    sid = company.connect()
    told = events(company, sid)
    assert [e["type"] for e in told] == ["ringing", "connected", "announcement", "ended"]
    assert [e["n"] for e in told] == [1, 2, 3, 4]
    assert [e["type"] for e in events(company, sid, after=3)] == ["ended"]
    assert datetime.fromisoformat(told[0]["at"]).tzinfo is not None


def test_a_device_moves_only_legs_of_browsers(company: Company, site: Site) -> None:
    site.answers["/voice"] = '<Pause length="60"/>'
    sid = company.dial()
    answer = company.http.post(f"{company.url}/device/{sid}/hangup", json={}, timeout=PATIENCE)
    assert answer.status_code == 404
    assert not company.call(sid)["is_over"]


def test_acting_on_a_call_that_is_over_is_a_conflict(company: Company) -> None:
    sid = company.connect()
    company.wait_over(sid)
    for path in (f"/device/{sid}/hangup", f"/control/calls/{sid}/digits"):
        answer = company.http.post(company.url + path, json={"digits": "1"}, timeout=PATIENCE)
        assert answer.status_code == 409


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/control/calls", {"from": CARLA, "to": "+15550109999"}, 404),
        ("/control/calls", {"from": CARLA}, 400),
        ("/control/calls", ["nonsense"], 400),
        ("/control/calls/CA0/hangup", {}, 404),
        ("/control/people", {"name": "Bo", "colour": "red"}, 400),
    ],
)
def test_a_senseless_order_is_refused_in_words(company: Company, path: str, body: Any, status: int) -> None:
    answer = company.http.post(company.url + path, json=body, timeout=PATIENCE)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_foreign_page_cannot_post_a_form(company: Company) -> None:
    answer = company.http.post(f"{company.url}/control/calls", data={"from": CARLA, "to": OURS}, timeout=PATIENCE)
    assert answer.status_code == 415


def test_every_webhook_is_in_the_log_with_its_answer(company: Company, site: Site) -> None:
    site.answers["/voice"] = "<Say>Hi</Say>"
    sid = company.dial()
    company.wait_over(sid)
    company.settle()
    entry = company.get(f"/control/log?path=/voice&sid={sid}")[0]
    assert (entry["status"], entry["method"], entry["event"]) == (200, "POST", "twiml")
    assert "<Say>Hi</Say>" in entry["response"]


@pytest.mark.parametrize("body", ["", "x" * 10_000, "<b>bold</b>&amp;", "你好 👋🏽", "'; drop table calls; --"])
def test_any_text_reaches_the_site_as_it_is(company: Company, site: Site, body: str) -> None:
    company.post("/control/messages", {"from": CARLA, "to": OURS, "body": body})
    company.settle()
    assert site.at("/sms")[0].params["Body"] == body


def test_the_answer_to_a_text_comes_back_to_the_telephone(company: Company, site: Site) -> None:
    site.answers["/sms"] = '<Message><Body>谢谢您</Body></Message><Message statusCallback="/sent">Bye</Message>'
    company.post("/control/messages", {"from": CARLA, "to": OURS, "body": "4, waited too long"})
    company.settle()
    thread = company.get(f"/control/messages?number=%2B{CARLA[1:]}")
    assert [m["body"] for m in thread] == ["4, waited too long", "谢谢您", "Bye"]
    assert [a.params["MessageStatus"] for a in site.at("/sent")] == ["sent", "delivered"]


def test_reset_hangs_everybody_up_and_keeps_the_addresses(company: Company, site: Site) -> None:
    site.answers["/voice"] = '<Pause length="60"/>'
    company.wait_for(company.dial(), "connected")
    company.post("/control/reset")
    assert company.get("/control/calls") == []
    assert company.get("/healthz") == {"status": "ok", "calls": 0, "numbers": [OURS]}
    company.wait_for(company.dial(), "connected")


def test_addresses_opt_outs_and_messages_survive_a_restart(tmp_path: Path) -> None:
    settings = SimulatorSettings(state_file=tmp_path / "new" / "state.json", speed=100)
    before = Carrier(settings)
    number = next(iter(before.books.numbers.values()))
    numbers.configure(before, number, {"voice_url": "http://house.test/voice"})
    messages.receive(before, from_=CARLA, to=OURS, body="STOP")
    assert before.callbacks.is_settled(5)
    before.close()
    after = Carrier(settings)
    assert after.books.numbers[number.sid].voice_url == "http://house.test/voice"
    assert (CARLA, OURS) in after.books.opted_out
    kept = list(after.books.messages.values())
    assert [m.body for m in kept][:1] == ["STOP"]
    assert kept[0].created == next(iter(before.books.messages.values())).created
    after.close()


def test_settings_name_the_variable_that_is_wrong() -> None:
    with pytest.raises(ValueError, match="SIMULATOR_SPEED"):
        SimulatorSettings.from_environment({"SIMULATOR_SPEED": "fast"})
    assert SimulatorSettings.from_environment({"SIMULATOR_BIND": "0.0.0.0:8123"}).port == 8123


def test_speech_lasts_as_long_as_reading_it(company: Company, site: Site) -> None:
    site.answers["/voice"] = "<Say>" + "a" * 300 + "</Say>"  # 20 s, at twenty times the speed of life 1 s
    began = time.monotonic()
    company.wait_over(company.dial())
    assert time.monotonic() - began > 0.9


def test_a_wait_for_a_person_is_cut_less_than_speech() -> None:
    clock = SimulatedClock(speed=60, patience=2)
    assert (clock.real(60), clock.for_person(60)) == (1, 30)
    assert SimulatedClock(speed=20).for_person(60) == 3
    told = SimulatorSettings.from_environment({"SIMULATOR_SPEED": "60", "SIMULATOR_PATIENCE": "2"})
    assert (told.speed, told.patience) == (60, 2)
    with pytest.raises(ValueError, match="SIMULATOR_PATIENCE"):
        SimulatorSettings.from_environment({"SIMULATOR_PATIENCE": "none"})


def test_a_browser_gone_is_noticed_by_nobody_until_it_hangs_up(company: Company, site: Site) -> None:
    site.answers["/agent"] = '<Pause length="100"/>'
    sid = company.connect()
    company.wait_for(sid, "connected")
    with requests.get(f"{company.url}/device/{sid}/events", stream=True, timeout=PATIENCE) as stream:
        assert stream.status_code == 200
    assert not company.call(sid)["is_over"]
    company.post(f"/device/{sid}/hangup")
    until(lambda: company.call(sid)["is_over"])


def test_a_simulator_that_runs_for_weeks_forgets_the_oldest() -> None:
    book = {str(number): number for number in range(101)}
    forget_oldest(book, lambda number: number % 2 == 0, most=100)
    assert len(book) == 51
    assert {number for number in range(101) if number % 2} < set(book.values()), "what is not past stays"

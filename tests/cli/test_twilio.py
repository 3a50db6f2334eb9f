"""Our webhooks at Twilio, and the doctor's findings there. The simulator stands in for Twilio."""

import json
from urllib.request import urlopen

import pytest

from callcenter.settings import Settings
from callcenter.wiring import Process, Wiring
from tests.cli.conftest import OURS, Run, tell
from tests.site import People
from tests.waiting import PATIENCE

pytestmark = pytest.mark.usefixtures("company", "telephone")


def test_what_will_change_is_shown_first_and_nothing_changes_without_a_yes(run: Run) -> None:
    refused = run("twilio", "configure", keys="n\n")
    assert refused.exit_code == 1
    assert "voice_url: nothing -> https://desk.harbor.example/webhooks/voice/incoming" in refused.output
    assert "Nothing was changed." in refused.output
    assert "voice_url: nothing ->" in run("twilio", "configure", keys="n\n").output


def test_a_second_time_there_is_nothing_to_change(run: Run) -> None:
    done = run("twilio", "configure", "--yes")
    assert done.exit_code == 0, done.output
    again = run("twilio", "configure", "--yes")
    assert again.exit_code == 0
    assert "Nothing to change." in again.output
    assert "Left alone, not ours: +14155550199" in again.output


def test_every_webhook_of_the_number_and_the_app_is_set(run: Run) -> None:
    shown = run("twilio", "configure", "--yes").output
    for path in (
        "voice/incoming",
        "voice/status",
        "voice/fallback",
        "messages/sms",
        "messages/fallback",
        "voice/agent",
    ):
        assert f"https://desk.harbor.example/webhooks/{path}" in shown


def test_a_number_that_is_not_in_the_account_is_named(run: Run, telephone: str) -> None:
    moved = run("twilio", "configure", "--yes", TWILIO_ACCOUNT_SID="AC" + "9" * 32)
    assert moved.exit_code == 1
    assert "Twilio answered" in moved.output
    assert "Traceback" not in moved.output


def test_without_credentials_they_are_asked_for(run: Run) -> None:
    refused = run("twilio", "configure", "--yes", TWILIO_AUTH_TOKEN="")
    assert refused.exit_code == 2
    assert "TWILIO_AUTH_TOKEN" in refused.output


def test_the_doctor_names_what_is_wrong_and_what_to_do(run: Run) -> None:
    told = run("doctor")
    assert told.exit_code == 1
    assert f"FAULT {OURS}: " in told.output
    assert "Run: callcenter twilio configure" in told.output
    assert "FAULT PUBLIC_URL" in told.output
    assert "ok    PostgreSQL: version" in told.output
    assert "ok    Redis: version" in told.output
    assert "Traceback" not in told.output


def test_the_doctor_is_content_once_the_numbers_point_to_us(run: Run, telephone: str) -> None:
    """The simulator's own health page stands in for ours: whatever answers with JSON at PUBLIC_URL/healthz."""
    run("twilio", "configure", "--yes", PUBLIC_URL=telephone)
    told = run("doctor", PUBLIC_URL=telephone).output
    assert "calls and messages reach us" in told
    assert "agents' browsers reach us" in told
    assert "ok    PUBLIC_URL" in told
    assert "FAULT +1" not in told
    assert "FAULT Twilio" not in told


def test_the_doctor_tells_a_wrong_auth_token_though_the_key_is_right(run: Run, telephone: str) -> None:
    """Nothing else would show it: our requests are signed by the key, and only webhooks by the token."""
    good = run("doctor").output
    assert "ok    TWILIO_AUTH_TOKEN: is the account's" in good
    told = run("doctor", TWILIO_AUTH_TOKEN="8" * 32)
    assert told.exit_code == 1
    assert "FAULT TWILIO_AUTH_TOKEN: is not the account's (Twilio answered 401" in told.output
    assert "ok    Twilio: the account answers" in told.output


def test_the_doctor_sees_whether_a_clock_runs_and_whether_the_connections_suffice(run: Run, settings: Settings) -> None:
    told = run("doctor", WEB_PROCESSES="64", DATABASE_POOL="200").output
    assert "note  Clock: none is running" in told
    assert "note  Connections: our processes may take 26400 connections in a rush, PostgreSQL allows" in told
    clock = Wiring(settings, process=Process.CLOCK)
    with clock.reading():
        told = run("doctor", WEB_PROCESSES="1", DATABASE_POOL="1").output
    clock.close()
    assert "ok    Clock: running" in told
    assert "Connections" not in told


def test_twilio_refusing_is_told_as_a_fault_not_a_crash(run: Run, telephone: str) -> None:
    tell(f"{telephone}/control/faults", rest={"path": "IncomingPhoneNumbers", "status": 503, "times": 5})
    told = run("doctor")
    assert told.exit_code == 1
    assert "Twilio answered 503" in told.output


def test_the_doctor_without_servers_says_which(run: Run, people: People) -> None:
    told = run("doctor", REDIS_URL="redis://127.0.0.1:9", DATABASE_URL="postgresql://x@127.0.0.1:9/x")
    assert told.exit_code == 1
    assert "FAULT PostgreSQL" in told.output
    assert "FAULT Redis" in told.output


def test_the_simulator_is_a_program_of_its_own(telephone: str) -> None:
    with urlopen(f"{telephone}/control/people", timeout=PATIENCE) as answer:
        assert len(json.load(answer)) > 5


def test_the_doctor_finds_people_whom_the_demo_s_password_opens_in_production(run: Run) -> None:
    run("user", "password", "alice", "--password-stdin", keys="harbor-demo\n")
    told = run("doctor", CALLCENTER_ENV="production").output
    assert "the demo's password, which everybody knows, opens alice" in told
    assert "FAULT People" not in run("doctor", CALLCENTER_ENV="demo").output

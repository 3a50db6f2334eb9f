"""Whole calls through the simulator, with callbacks duplicated, reordered or lost."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from callcenter import operations
from callcenter.actions.legs import legs
from callcenter.clock import utc_now
from callcenter.settings import Settings
from callcenter.simulator.settings import DEMO_ACCOUNT, DEMO_APPLICATION, DEMO_KEY, DEMO_SECRET, DEMO_TOKEN
from callcenter.storage.calls.interactions import Interaction
from tests.factories import CARLA, Centre
from tests.simulator.company import BY_HAND, Company, start
from tests.waiting import PATIENCE, until
from workers.clock import Clock


class Silent(WSGIRequestHandler):
    def log_request(self, *_: object, **__: object) -> None:
        return


@pytest.fixture(scope="module")
def running() -> Iterator[Company]:
    yield from start(BY_HAND)


@pytest.fixture
def settings(database_url: str, redis_url: str, running: Company) -> Settings:
    return Settings(
        callcenter_env="test",
        database_url=database_url,
        redis_url=redis_url,
        secret_key="a key for tests alone",
        twilio_account_sid=DEMO_ACCOUNT,
        twilio_auth_token=DEMO_TOKEN,
        twilio_api_key=DEMO_KEY,
        twilio_api_secret=DEMO_SECRET,
        twilio_twiml_app_sid=DEMO_APPLICATION,
        twilio_api_url=running.url,
    )


@pytest.fixture
def company(running: Company, centre: Centre, app: Flask) -> Iterator[Company]:
    """The telephone company with empty books, its webhooks pointing at our own web application."""
    centre.wiring.clock = utc_now
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=Silent)
    url = f"http://127.0.0.1:{server.server_port}"
    centre.wiring.settings = centre.wiring.settings.model_copy(update={"public_url": url})
    centre.wiring.phone._base = url  # type: ignore[attr-defined]
    app.testing = False
    server.app = app
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    number = next(iter(running.carrier.books.numbers.values()))
    application = next(iter(running.carrier.books.applications.values()))
    number.voice_url, number.voice_fallback_url = f"{url}/webhooks/voice/incoming", f"{url}/webhooks/voice/fallback"
    number.sms_url, number.status_callback = f"{url}/webhooks/messages/sms", f"{url}/webhooks/voice/status"
    application.voice_url = f"{url}/webhooks/voice/agent"
    yield running
    running.post("/control/reset")
    server.shutdown()
    thread.join(PATIENCE)
    server.server_close()


def _dial(centre: Centre, company: Company) -> tuple[int, str]:
    """Carla dials and presses 1, and an agent gets the offer: (interaction, Carla's sid)."""
    sid = company.dial(CARLA, keys="1")
    id_ = int(until(lambda: next((row.id for row in centre.rows(Interaction) if row.state == "offered"), 0)))
    until(lambda: company.call(sid)["conference"])
    return id_, sid


def _join(centre: Centre, company: Company, id_: int) -> str:
    """The agent accepts and connects, and both hear each other; the browser's sid."""
    offer = centre.accept(id_)
    browser = company.connect(f"agent-{centre.offer(id_).agent_id}", interaction=str(id_), offer=str(offer))
    until(lambda: centre.offer(id_).connect_by is None)
    until(lambda: company.call(browser)["conference"])
    return browser


def _together(company: Company, *sids: str) -> bool:
    return len({company.call(sid)["conference_sid"] for sid in sids} - {None}) == 1


@pytest.mark.parametrize(
    "fault",
    [
        None,
        {"fault": "duplicate", "times": 500},
        {"fault": "parallel", "times": 500},
        {"fault": "reorder", "times": 500, "match": {"path": "/webhooks/voice/conference"}},
        {"fault": "lost-answer", "times": 1, "match": {"path": "/webhooks/voice/incoming"}},
        {"fault": "lost-answer", "times": 1, "match": {"path": "/webhooks/voice/menu"}},
    ],
    ids=["none", "doubled", "at the same instant", "reordered", "first answer lost", "menu answer lost"],
)
def test_a_call_is_served_whatever_the_telephone_company_does(
    centre: Centre, company: Company, fault: dict[str, Any] | None
) -> None:
    centre.available("alice")
    if fault:
        company.post("/control/faults", fault)
    id_, sid = _dial(centre, company)
    browser = _join(centre, company, id_)
    assert _together(company, sid, browser)
    company.post(f"/control/calls/{sid}/hangup")
    until(lambda: centre.interaction(id_).state == "wrap_up")
    company.settle()
    one = centre.interaction(id_)
    assert (one.state, one.result, one.ended_by) == ("wrap_up", "served", "customer")
    assert len(centre.rows(Interaction)) == 1
    kinds = centre.kinds(id_)
    assert [kinds.count(kind) for kind in ("CallReceived", "QueueEntered", "CallConnected", "CallEnded")] == [1] * 4
    assert "Welcome to Harbor Home." in " ".join(company.heard(sid))


def test_a_caller_whose_agents_browser_is_gone_hears_music_again_and_then_the_next_agent(
    centre: Centre, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legs, "REJOIN_WITHIN", timedelta(0))
    centre.available("alice", "bo")
    id_, sid = _dial(centre, company)
    browser = _join(centre, company, id_)
    company.post(f"/device/{browser}/hangup")
    until(lambda: centre.offer(id_).connect_by)
    clock = Clock(centre.wiring)

    def asks_bo() -> bool:
        clock.tick()
        return centre.asked(id_) == "bo"

    until(asks_bo)
    first_room = company.call(sid)["conference_sid"]
    operations.bring_back(centre.wiring, id_)
    until(lambda: company.call(sid)["conference_sid"] not in (None, first_room))
    assert not company.call(sid)["is_over"]
    assert centre.interaction(id_).state == "offered"
    second = _join(centre, company, id_)
    assert _together(company, sid, second)
    assert centre.asked(id_) == "bo"
    company.post(f"/control/calls/{sid}/hangup")
    until(lambda: centre.interaction(id_).state == "wrap_up")
    assert company.wait_over(second) == "completed"


def test_an_agent_holds_resumes_and_hangs_up_through_the_telephone_company(centre: Centre, company: Company) -> None:
    centre.available("alice")
    id_, sid = _dial(centre, company)
    _join(centre, company, id_)
    alice = centre.actor("alice")
    operations.hold(centre.wiring, id_, actor=alice)
    assert company.call(sid)["hold"]
    operations.resume(centre.wiring, id_, actor=alice)
    assert not company.call(sid)["hold"]
    operations.hang_up(centre.wiring, id_, actor=alice)
    assert company.wait_over(sid) == "completed"
    company.settle()
    one = centre.interaction(id_)
    assert (one.state, one.ended_by, one.call.held_times) == ("wrap_up", "agent", 1)
    assert centre.kinds(id_).count("CallEnded") == 1


def test_a_call_of_which_no_end_is_ever_told_is_ended_by_asking(centre: Centre, company: Company) -> None:
    centre.available("alice")
    id_, sid = _dial(centre, company)
    _join(centre, company, id_)
    company.settle()
    company.post("/control/faults", {"fault": "drop", "times": 500})
    company.post(f"/control/calls/{sid}/hangup")
    company.wait_over(sid)
    company.settle()
    assert centre.interaction(id_).state == "active"
    centre.wiring.clock = lambda: utc_now() + timedelta(seconds=125)
    Clock(centre.wiring).tick()
    assert (centre.interaction(id_).state, centre.interaction(id_).result) == ("wrap_up", "served")

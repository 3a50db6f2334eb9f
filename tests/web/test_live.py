"""The live socket: access, what each client receives, and catching up. WebSocket only."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import socketio
import websocket
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import ThreadedWSGIServer, make_server

from callcenter import embedded
from callcenter.actions.administration import access, staff
from callcenter.actions.agents import agents
from callcenter.actions.tickets import tickets
from callcenter.domain.agents import Role
from callcenter.domain.permissions import Actor
from callcenter.storage.agents import agents as rows
from callcenter.storage.agents.agents import AgentConnection
from callcenter.web.desk import queue_pane
from callcenter.web.plumbing import live
from callcenter.wiring import Wiring
from tests.factories import Centre
from tests.site import People, SignIn
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.own_app
Listen = Callable[..., "Ear"]


class ClosesAtOnce(websocket.WebSocket):
    """Does not wait 3 s for the server's last frame: the client's other thread reads it, so it never comes here."""

    def close(
        self, status: int = websocket.STATUS_NORMAL, reason: str | bytes = b"", timeout: float | None = 0
    ) -> None:
        super().close(status, reason, timeout)


class Ear:
    """A client that keeps what it hears."""

    def __init__(self, url: str, **how: Any) -> None:
        self.heard: list[dict[str, Any]] = []
        self.client = socketio.Client(reconnection=False, websocket_extra_options={"class_": ClosesAtOnce})
        self.client.on("*", lambda name, payload: self.heard.append({"name": name, **payload}))
        self.client.connect(url, transports=["websocket"], wait_timeout=PATIENCE, **how)

    def ask(self, name: str, data: object = None) -> Any:
        return self.client.call(name, data, timeout=PATIENCE)

    def names(self) -> list[str]:
        return [event["name"] for event in self.heard]


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    assert isinstance(server, ThreadedWSGIServer)
    server.daemon_threads = False  # so that closing it waits until each line's end is written down
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join(PATIENCE)
    server.server_close()
    for answering in threading.enumerate():  # Socket.IO handles what it hears in threads of its own
        if "_handle_event_internal" in answering.name:
            answering.join(PATIENCE)
    deafen(app)


def deafen(app: Flask) -> None:
    """Let the thread that hears Redis for this application rest: Socket.IO has no end for it but the program's."""
    ears = app.extensions["live"].socketio.server.manager
    ears._redis_connect = threading.Event().wait  # in place of hearing again
    if ears.pubsub and ears.pubsub.connection:
        ears.pubsub.unsubscribe()


@pytest.fixture
def listen(served: str) -> Iterator[Listen]:
    ears: list[Ear] = []

    def connect(browser: FlaskClient | None = None, *, token: str | None = None) -> Ear:
        cookie = browser.get_cookie("callcenter") if browser else None
        ear = Ear(
            served,
            headers={"Cookie": f"callcenter={cookie.value}"} if cookie else {},
            auth={"token": token} if token else None,
        )
        ears.append(ear)
        return ear

    yield connect
    for ear in ears:
        ear.client.disconnect()


def token_of(wiring: Wiring, name: str, role: str) -> str:
    with wiring.work() as work:
        return staff.issue_token(work, name="a desk", role=role, username=name)[1]


def test_strangers_and_forged_tokens_are_refused(listen: Listen, people: People) -> None:
    assert people
    with pytest.raises(socketio.exceptions.ConnectionError):
        listen()
    with pytest.raises(socketio.exceptions.ConnectionError):
        listen(token="mallory")


def test_an_offer_is_heard_by_its_agent_and_not_by_another(
    centre: Centre, signed_in: SignIn, listen: Listen, wiring: Wiring
) -> None:
    alice, bo = listen(signed_in("alice")), listen(token=token_of(wiring, "bo", "agent"))
    centre.available("alice")
    centre.call()
    until(lambda: "offer.made" in alice.names())
    offer = next(event for event in alice.heard if event["name"] == "offer.made")
    assert isinstance(offer["sequence"], int)
    assert offer["offer_id"]
    assert "offer.made" not in bo.names()


def test_events_carry_ids_and_numbers_alone(centre: Centre, listen: Listen, wiring: Wiring) -> None:
    sam = listen(token=token_of(wiring, "sam", "supervisor"))
    centre.available("alice")
    centre.call()
    until(lambda: "interaction.changed" in sam.names())
    for event in sam.heard:
        assert {type(value) for key, value in event.items() if key != "name"} == {int}, event


def test_a_page_that_was_away_catches_up_without_a_gap(centre: Centre, listen: Listen, wiring: Wiring) -> None:
    token = token_of(wiring, "alice", "agent")
    alice = listen(token=token)
    before = alice.ask("catch_up", {"after": None})
    assert before["events"] == []
    assert before["reset"] is False
    alice.client.disconnect()
    centre.available("alice")
    centre.call()
    again = listen(token=token).ask("catch_up", {"after": before["sequence"]})
    numbers = [event["sequence"] for event in again["events"]]
    assert "offer.made" in [event["name"] for event in again["events"]]
    assert numbers == sorted(numbers)
    assert again["sequence"] >= numbers[-1]
    assert listen(token=token).ask("catch_up", {"after": again["sequence"]})["events"] == []


def test_what_happens_while_a_page_is_made_reaches_it_as_news(
    centre: Centre, signed_in: SignIn, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page asks for what came after its number, which is from before it looked at anything."""
    browser = signed_in("alice")
    centre.available("alice")
    looked = queue_pane.now

    def and_then_it_rings(*seen: Any) -> Any:
        shown = looked(*seen)
        centre.call()
        return shown

    monkeypatch.setattr(queue_pane, "now", and_then_it_rings)
    page = browser.get("/desk").text
    number = int(page.split('data-sequence="', 1)[1].split('"', 1)[0])
    told = listen(browser).ask("catch_up", {"after": number})
    assert "offer.made" in [event["name"] for event in told["events"]]


def test_nobody_catches_up_on_what_was_not_for_them(centre: Centre, listen: Listen, wiring: Wiring) -> None:
    centre.available("alice")
    centre.call()
    bo = listen(token=token_of(wiring, "bo", "agent")).ask("catch_up", {"after": 0})
    names = [event["name"] for event in bo["events"]]
    assert "offer.made" not in names
    assert all(event.get("agent_id") in (None, centre.people.bo) for event in bo["events"])


def test_who_was_away_too_long_reads_the_page_anew(
    centre: Centre, listen: Listen, wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_MISSED", 3)
    centre.available("alice", "bo")
    centre.call()
    sam = listen(token=token_of(wiring, "sam", "supervisor"))
    told = sam.ask("catch_up", {"after": 0})
    assert (told["events"], told["reset"]) == ([], True)
    assert sam.ask("catch_up", {"after": 10_000_000})["reset"] is True


def test_figures_are_for_leaders_who_ask_for_them(people: People, listen: Listen, wiring: Wiring) -> None:
    assert people
    sam, alice = (listen(token=token_of(wiring, *who)) for who in (("sam", "supervisor"), ("alice", "agent")))
    assert sam.ask("watch_wallboard") is True
    assert alice.ask("watch_wallboard") is False

    def heard() -> bool:
        wiring.push.send(["wallboards"], "wallboard", {"waiting": 1})
        time.sleep(0.1)
        return "wallboard" in sam.names()

    until(heard)
    assert "wallboard" not in alice.names()


def test_an_open_browser_is_a_connection_until_it_closes(
    centre: Centre, signed_in: SignIn, listen: Listen, wiring: Wiring
) -> None:
    alice = listen(signed_in("alice"))
    first = centre.rows(AgentConnection)[0]
    assert (first.agent_id, first.gone_at) == (centre.people.alice, None)
    centre.clock.forward(10)
    alice.ask("catch_up", {"after": None})
    assert centre.rows(AgentConnection)[0].seen_at == centre.clock()
    alice.client.disconnect()
    until(lambda: centre.rows(AgentConnection)[0].gone_at is not None)
    assert wiring


def test_a_new_password_ends_the_open_line_at_its_next_heartbeat(
    signed_in: SignIn, listen: Listen, wiring: Wiring, people: People
) -> None:
    alice = listen(signed_in("alice"))
    with wiring.work() as work:
        access.set_password(work, people.alice, password="another harbour")
    alice.client.emit("catch_up", {"after": 0})
    until(lambda: not alice.client.connected)


def test_with_redis_gone_requests_and_open_lines_go_on(
    signed_in: SignIn, listen: Listen, wiring: Wiring, people: People, redis_server: embedded.EmbeddedServer
) -> None:
    browser = signed_in("alice")
    alice = listen(browser)
    before = alice.ask("catch_up", {"after": None})["sequence"]
    redis_server.stop()
    with wiring.work() as work:
        ticket = tickets.open_by(work, actor=Actor(Role.AGENT, people.alice), subject="While Redis was away")
        agents.choose_status(work, people.alice, "break")
    assert browser.get(f"/tickets/{ticket.id}").status_code == 200
    missed = alice.ask("catch_up", {"after": before})
    redis_server.start()
    assert {"ticket.changed", "agent.changed"} <= {event["name"] for event in missed["events"]}
    with wiring.reading() as session:
        agent = rows.get(session, people.alice)
    assert agent is not None
    assert agent.status == "break"

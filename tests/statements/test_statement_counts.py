"""Frequent actions and pages run as many SQL statements as `expected.json` says, however much data they show.

Each runs in a process that did the same a moment ago, so one-second caches (`storage.kept`) are warm."""

from pathlib import Path

import pytest
from flask import Flask

from callcenter import operations
from callcenter.actions.administration import staff
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.messages.messages import Message
from tests.carrier import Carrier, Rest
from tests.factories import CARLA, new_sid
from tests.statements import recorder
from tests.statements.conftest import ANA, Floor, Person
from tests.statements.recorder import Statements
from workers.clock import Clock

WHY = "Second morning off work lost."


def _as_in_a_busy_process(floor: Floor, alice: Person) -> None:
    """Serve a customer and open the desk, so that set-up and figures are cached."""
    floor.past(ANA, "solved", "")
    alice.get("/desk")


def test_a_call_from_ringing_to_wrap_up(
    floor: Floor, alice: Person, carrier: Carrier, rest: Rest, statements: Statements
) -> None:
    centre, sid = floor.centre, new_sid()
    _as_in_a_busy_process(floor, alice)
    with statements("webhook: call comes in"):
        carrier.incoming(sid)
    call = centre.of_sid(sid).id
    with statements("webhook: key pressed, offered at once"):
        carrier.press(call, "1", sid)
    offer = centre.offer(call)
    assert offer.agent_id == centre.people.alice
    with statements("desk part: what is offered"):
        assert "Carla Mendes" in alice.get("/desk/now", is_part=True)
    with statements("desk part: the offer with its card"):
        assert "Carla Mendes" in alice.get(f"/desk/interactions/{call}", is_part=True)
    with statements("desk: accept"):
        alice.post(f"/desk/offers/{offer.id}/accept")
    browser = new_sid()
    with statements("webhook: agent's browser calls in"):
        asked = {"From": f"client:agent-{centre.people.alice}", "interaction": str(call), "offer": str(offer.id)}
        carrier.post("/webhooks/voice/agent", asked, CallSid=browser)
    with statements("webhook: agent joins the conference"):
        carrier.conference(call, "participant-join", 1, browser)
    assert centre.interaction(call).answered_at
    centre.clock.forward(60)
    with statements("desk: hold"):
        alice.post(f"/desk/interactions/{call}/hold")
    alice.post(f"/desk/interactions/{call}/resume")
    _somebody_else_waits(floor, carrier, statements)
    with statements("webhook: caller hangs up"):
        carrier.status(sid)
    assert centre.interaction(call).state == "wrap_up"
    with statements("desk: finish wrap-up, the next is offered"):
        alice.post(f"/desk/interactions/{call}/wrap-up", outcome="promise_made", note="They come on Tuesday.")
    assert centre.agent("alice").state == "offered"


def _somebody_else_waits(floor: Floor, carrier: Carrier, statements: Statements) -> None:
    sid = new_sid()
    carrier.incoming(sid, ANA)
    call = floor.centre.of_sid(sid).id
    with statements("webhook: key pressed, nobody free"):
        carrier.press(call, "1", sid)
    assert floor.centre.interaction(call).state == "waiting"
    with statements("webhook: caller waits and hears the place"):
        assert "<Say" in carrier.post(f"/webhooks/voice/wait/{call}", CallSid=sid).text


def test_a_conversation_by_sms(
    floor: Floor, alice: Person, carrier: Carrier, rest: Rest, statements: Statements
) -> None:
    centre = floor.centre
    _as_in_a_busy_process(floor, alice)
    with statements("webhook: SMS opens a conversation"):
        carrier.sms("Where is my dishwasher?")
    conversation = centre.rows(Message)[-1].interaction_id
    assert conversation
    offer = centre.offer(conversation)
    alice.post(f"/desk/offers/{offer.id}/accept")
    with statements("webhook: SMS in an open conversation"):
        carrier.sms("Hello?")
    with statements("desk: answer by SMS"):
        alice.post(f"/desk/interactions/{conversation}/messages", body="It comes on Tuesday.")
    message = centre.rows(Message)[-1]
    with statements("job: hand an SMS over"):
        operations.send_message(centre.wiring, message.id)
    sid = centre.row(Message, message.id).sid
    assert sid
    with statements("webhook: SMS was delivered"):
        carrier.post("/webhooks/messages/status", MessageSid=sid, MessageStatus="delivered")
    assert centre.row(Message, message.id).status == "delivered"


def test_pages(floor: Floor, alice: Person, sam: Person, robin: Person, statements: Statements) -> None:
    pages = {
        "page: desk, nothing in hand": (alice, "/desk", "Alice Moreau"),
        "page: ticket": (alice, f"/tickets/{floor.counter.ticket}", "Dishwasher not delivered"),
        "page: tickets": (alice, "/tickets/", "Table has a scratch"),
        "page: tickets, by words": (alice, "/tickets/?q=table&status=all", "Table has a scratch"),
        "page: customer": (alice, f"/customers/{floor.carla}", "Mendes Interiors"),
        "page: customers": (alice, "/customers/", "Carla Mendes"),
        "page: customers, by name": (alice, "/customers/?q=mendes", "Carla Mendes"),
        "page: search": (alice, "/search?q=be", "Tom Becker"),
        "page: wallboard": (sam, "/wallboard/", "Bo Chen"),
        "page: who waits": (sam, "/waiting/", "Ana Silva"),
        "page: approvals": (sam, "/approvals/", "Sam Keller"),
        "page: the administrator's home": (robin, "/admin/home/", "Can a call arrive now?"),
        "part: the state of the system": (robin, "/admin/home/state", "Can a call arrive now?"),
        "part: what is left to set up": (robin, "/admin/home/steps", "before the first real call"),
    }
    for reader, path, _ in pages.values():
        reader.get(path)
    for but in ("", "with twice as many rows"):
        for name, (reader, path, words) in pages.items():
            with statements(name, but=but):
                page = reader.get(path, is_part=name.startswith("part:"))
            assert words in page, name
        if not but:
            floor.double()


def test_small_acts_on_tickets_and_of_agents(floor: Floor, alice: Person, statements: Statements) -> None:
    ticket = f"/tickets/{floor.counter.ticket}"
    _as_in_a_busy_process(floor, alice)
    alice.get(ticket)
    with statements("ticket: change a field"):
        alice.post(ticket, priority="high")
    with statements("ticket: comment"):
        alice.post(f"{ticket}/comments", body="The depot has it.")
    with statements("ticket: open one"):
        alice.post("/tickets/", answered=302, subject="Sofa too wide", customer_id=str(floor.carla))
    with statements("desk: be unavailable"):
        alice.post("/desk/status", status="unavailable")
    with statements("desk: be available"):
        alice.post("/desk/status", status="available")


def test_giving_and_asking_in_a_call(
    floor: Floor, alice: Person, sam: Person, rest: Rest, statements: Statements
) -> None:
    centre = floor.centre
    call, _, _ = centre.talk(CARLA)
    centre.run("UPDATE interactions SET ticket_id = :ticket WHERE id = :call", ticket=floor.counter.ticket, call=call)
    _the_desk_in_a_call(floor, alice, call, statements)
    give = f"/desk/interactions/{call}/give"
    with statements("desk part: choose what to give"):
        assert "Credit on account" in alice.get(f"{give}/choose", is_part=True)
    with statements("desk: give at once"):
        alice.post(give, remedy="credit", amount="$40", key="given")
    with statements("desk: ask for more"):
        alice.post(f"{give}/ask", remedy="credit", amount="$140", key="asked", reason=WHY)
    (approval,) = centre.rows(Approval)
    with statements("page: approvals, one asked"):
        assert WHY in sam.get("/approvals/")
    with statements("approvals: say yes"):
        sam.post(f"/approvals/{approval.id}/answer", answer="yes", asked="14000")


def _the_desk_in_a_call(floor: Floor, alice: Person, call: int, statements: Statements) -> None:
    alice.get("/desk")
    alice.get(f"/desk/interactions/{call}/give/choose", is_part=True)
    for but in ("", "with twice as many rows"):
        with statements("page: desk in a call", but=but):
            assert "Carla Mendes" in alice.get("/desk")
        with statements("desk part: card", but=but):
            assert "Mendes Interiors" in alice.get(f"/desk/interactions/{call}/card", is_part=True)
        with statements("desk part: what waits", but=but):
            alice.get("/desk/waiting", is_part=True)
        if not but:
            floor.double()


def test_the_api(floor: Floor, app: Flask, statements: Statements) -> None:
    with floor.centre.wiring.work() as work:
        _, secret = staff.issue_token(work, name="desk", role="agent", username="alice")
    program = app.test_client()
    headers = {"Authorization": f"Bearer {secret}"}
    sent = {"subject": "Sofa too wide", "customer_id": floor.carla, "type": "complaint"}
    with statements("API: open a ticket"):
        opened = program.post("/api/v1/tickets", json=sent, headers=headers | {"Idempotency-Key": "one"})
    assert opened.status_code == 201
    paths = {
        "API: a ticket": f"/tickets/{floor.counter.ticket}",
        "API: tickets": "/tickets",
        "API: a customer's tickets": f"/tickets?customer_id={floor.carla}",
        "API: customers": "/customers",
        "API: interactions": "/interactions",
    }
    for but in ("", "with twice as many rows"):
        for name, path in paths.items():
            with statements(name, but=but):
                answer = program.get(f"/api/v1{path}", headers=headers)
            assert answer.status_code == 200, answer.text
        if not but:
            floor.double()


@pytest.mark.usefixtures("web_listens")
def test_the_clock_with_nothing_due(floor: Floor, statements: Statements) -> None:
    clock = Clock(floor.centre.wiring)
    clock.tick()  # all that is done every few seconds, minutes or hours
    for but in ("", "with twice as many rows"):
        floor.centre.clock.forward(1)
        with statements("clock: a second with nothing due", but=but):
            clock.tick()
        if not but:
            floor.double()


def test_every_act_that_is_written_down_is_counted_by_a_test() -> None:
    text = Path(__file__).read_text()
    assert [act for act in recorder._read() if f'"{act}"' not in text] == []

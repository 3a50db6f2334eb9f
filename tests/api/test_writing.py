"""Writes by the API: tickets, comments, customers; idempotent; and every kind of invalid input."""

from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy.orm import Session

from callcenter.api.operations import OPERATIONS
from callcenter.domain.agents import Role
from callcenter.domain.permissions import Actor
from callcenter.embedded import EmbeddedServer
from callcenter.storage.administration import access
from callcenter.storage.customers.customers import Customer
from callcenter.storage.tickets.tickets import Comment, Ticket
from tests.api.conftest import Grant
from tests.api.program import Program, problem
from tests.carrier import Rest
from tests.factories import CARLA, Centre, at_once

HTML = "<script>alert('☎️')</script> & 李雷"


def test_a_ticket_is_opened_changed_and_commented_on(alice: Program, centre: Centre) -> None:
    carla = centre.customer("Carla Diaz", CARLA)
    opened = alice.post("/tickets", {"subject": HTML, "customer_id": carla, "priority": "high", "type": "order"})
    assert opened.status_code == 201
    ticket = opened.get_json()
    assert (ticket["subject"], ticket["owner_id"], ticket["priority"]) == (HTML, centre.people.alice, "high")
    there = f"/tickets/{ticket['id']}"
    changed = alice.patch(there, {"version": 1, "status": "waiting_for_customer", "owner_id": centre.people.bo})
    assert changed.get_json()["version"] == 2
    assert alice.get(there).get_json()["owner_id"] == centre.people.bo
    note = alice.post(f"{there}/comments", {"body": HTML}).get_json()
    assert (note["body"], note["author_id"]) == (HTML, centre.people.alice)
    assert alice.get(f"{there}/comments").get_json() == {"data": [note], "next": None}


def test_a_ticket_has_a_product_and_a_price_in_minor_units(alice: Program) -> None:
    ticket = alice.post("/tickets", {"subject": "Sofa", "product": "Lund", "price": 45900}).get_json()
    there = f"/tickets/{ticket['id']}"
    assert (ticket["product"], ticket["price"]) == ("Lund", 45900)
    assert alice.patch(there, {"price": None}).get_json()["price"] is None
    for wrong in (0, -1, 45.9, "45900", True, 10**12):
        problem(alice.patch(there, {"price": wrong}), 422, "invalid", "price")


def test_two_who_save_at_once_see_both_versions(alice: Program, bo: Program) -> None:
    ticket = alice.post("/tickets", {"subject": "Sofa"}).get_json()
    there = f"/tickets/{ticket['id']}"
    bo.patch(there, {"version": ticket["version"], "subject": "Sofa, grey"})
    told = problem(alice.patch(there, {"version": ticket["version"], "subject": "Sofa, blue"}), 409, "stale-save")
    assert told["theirs"]["subject"] == "Sofa, grey"
    assert told["yours"] == {"version": 1, "subject": "Sofa, blue"}
    assert "Bo Chen" in told["detail"]
    assert alice.get(there).get_json()["subject"] == "Sofa, grey"
    assert alice.patch(there, {"subject": "Sofa, blue"}).get_json()["subject"] == "Sofa, blue"


def test_a_customer_is_written_down_and_kept_right(alice: Program, bo: Program) -> None:
    made = alice.post("/customers", {"name": "Carla Diaz 🌻", "number": "(415) 555-0142"})
    assert made.status_code == 201
    carla = made.get_json()
    assert [one["address"] for one in carla["addresses"]] == [CARLA]
    assert (carla["language"], carla["version"]) == ("en", 1)
    there = f"/customers/{carla['id']}"
    better = alice.patch(
        there, {"version": 1, "name": "Carla Díaz", "place": "Oakland", "email": "c@example.com"}
    ).get_json()
    assert (better["name"], better["place"], better["email"]) == ("Carla Díaz", "Oakland", "c@example.com")
    assert alice.patch(there, {"email": None}).get_json()["email"] is None
    told = problem(bo.patch(there, {"version": 1, "name": "C."}), 409, "stale-save")
    assert (told["theirs"]["name"], told["yours"]["name"]) == ("Carla Díaz", "C.")
    for _ in range(2):
        more = alice.post(f"{there}/numbers", {"number": "+8613855500163"}).get_json()
        assert [one["address"] for one in more["addresses"]] == [CARLA, "+8613855500163"]
    assert alice.get(there).get_json() == more


def test_the_number_tells_the_language_where_nobody_says_it(alice: Program) -> None:
    assert alice.post("/customers", {"number": "+8613855500163"}).get_json()["language"] == "zh"
    assert alice.post("/customers", {"number": "+8613855500164", "language": "en"}).get_json()["language"] == "en"


def test_the_same_key_makes_a_thing_once(alice: Program, centre: Centre) -> None:
    ticket = alice.once("/tickets", {"subject": "Sofa"}, "k1")
    again = alice.once("/tickets", {"subject": "Sofa"}, "k1")
    assert (again.status_code, again.get_json()) == (201, ticket.get_json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in ticket.headers
    there = f"/tickets/{ticket.get_json()['id']}/comments"
    for path, body in ((there, {"body": "Note"}), ("/customers", {"number": CARLA})):
        assert alice.once(path, body, "k1").status_code in (201, 422)
        assert alice.once(path, body, path).get_json() == alice.once(path, body, path).get_json()
    assert [len(centre.rows(kind)) for kind in (Ticket, Comment, Customer)] == [1, 1, 1]


def test_a_key_used_for_something_else_is_refused(alice: Program, bo: Program) -> None:
    alice.once("/tickets", {"subject": "Sofa"}, "k1")
    problem(alice.once("/tickets", {"subject": "Lamp"}, "k1"), 422, "idempotency-key-reused", "Idempotency-Key")
    problem(alice.once("/tickets", {"subject": "Lamp"}, "k" * 201), 422, "invalid", "Idempotency-Key")
    assert bo.once("/tickets", {"subject": "Lamp"}, "k1").status_code == 201


def test_a_refused_request_does_not_use_up_its_key(alice: Program) -> None:
    problem(alice.once("/tickets", {"subject": " "}, "k1"), 422, "invalid", "subject")
    assert alice.once("/tickets", {"subject": "Sofa"}, "k1").status_code == 201


def test_the_same_key_at_the_same_instant_makes_one_ticket(alice: Program, centre: Centre) -> None:
    answers = at_once(*(lambda: alice.once("/tickets", {"subject": "Sofa"}, "k1") for _ in range(4)))
    assert {answer.status_code for answer in answers if not isinstance(answer, BaseException)} == {201}
    assert len({answer.get_json()["id"] for answer in answers if not isinstance(answer, BaseException)}) == 1
    assert len(centre.rows(Ticket)) == 1


def test_a_message_sent_again_with_its_key_goes_out_once(alice: Program, centre: Centre) -> None:
    centre.available("alice")
    centre.text("Hello?")
    [offer] = alice.get("/offers").get_json()["data"]
    alice.post(f"/offers/{offer['id']}/accept")
    there = f"/interactions/{offer['interaction_id']}/messages"
    first = alice.once(there, {"body": "On its way"}, "m1").get_json()
    assert alice.once(there, {"body": "On its way"}, "m1").get_json() == first
    assert len(alice.get(there).get_json()["data"]) == 2


NOT_TAKEN: tuple[tuple[str, str, Any, str | None], ...] = (
    ("POST", "/tickets", {}, "subject"),
    ("POST", "/tickets", {"subject": ""}, "subject"),
    ("POST", "/tickets", {"subject": " \n "}, "subject"),
    ("POST", "/tickets", {"subject": 7}, "subject"),
    ("POST", "/tickets", {"subject": None}, "subject"),
    ("POST", "/tickets", {"subject": "x" * 201}, "subject"),
    ("POST", "/tickets", {"subject": "a\x00b"}, "subject"),
    ("POST", "/customers", {"name": "Ann\x0bLee", "number": "+14155553129"}, "name"),
    ("POST", "/customers", {"name": "Ann\ufffe", "number": "+14155553129"}, "name"),
    ("POST", "/tickets", {"subject": "Sofa", "color": "grey"}, "color"),
    ("POST", "/tickets", {"subject": "Sofa", "customer_id": 99}, "customer_id"),
    ("POST", "/tickets", {"subject": "Sofa", "customer_id": "1"}, "customer_id"),
    ("POST", "/tickets", {"subject": "Sofa", "customer_id": True}, "customer_id"),
    ("POST", "/tickets", {"subject": "Sofa", "customer_id": 2**63}, "customer_id"),
    ("POST", "/tickets", {"subject": "Sofa", "priority": "huge"}, "priority"),
    ("POST", "/tickets", {"subject": "Sofa", "owner_id": 99}, "owner_id"),
    ("POST", "/tickets", {"subject": "Sofa", "owner_id": None}, "owner_id"),
    ("POST", "/tickets", [], None),
    ("POST", "/tickets", "Sofa", None),
    ("PATCH", "/tickets/1", {"version": "1"}, "version"),
    ("PATCH", "/tickets/1", {"number": "26-1"}, "number"),
    ("POST", "/tickets/1/comments", {"body": ""}, "body"),
    ("POST", "/tickets/1/comments", {"body": "x" * 20_001}, "body"),
    ("POST", "/tickets/1/comments", {"body": "x", "interaction_id": 99}, "interaction_id"),
    ("POST", "/customers", {"number": "call me"}, "number"),
    ("POST", "/customers", {"number": ""}, "number"),
    ("POST", "/customers", {"number": CARLA, "language": "fr"}, "language"),
    ("POST", "/customers", {"number": CARLA, "zone": "Mars/Olympus"}, "zone"),
    ("POST", "/customers", {"number": CARLA, "name": "x" * 10_000}, "name"),
    ("PATCH", "/customers/1", {"zone": "Mars/Olympus"}, "zone"),
    ("PATCH", "/customers/1", {"tier": "diamond"}, "tier"),
    ("POST", "/customers/1/numbers", {"number": "12"}, "number"),
    ("PUT", "/agents/me/status", {"status": "asleep"}, "status"),
    ("PUT", "/agents/me/status", {}, "status"),
    ("POST", "/interactions/1/wrap-up", {"outcome": "magic"}, "outcome"),
    ("POST", "/interactions/1/wrap-up", {"outcome": "solved", "note": "x" * 10_001}, "note"),
    ("POST", "/offers/1/decline", {"reason": "x" * 201}, "reason"),
)


def test_what_cannot_be_taken_is_named(alice: Program, centre: Centre) -> None:
    centre.customer("Carla Diaz", CARLA)
    centre.available("alice")
    call, _ = centre.call()
    centre.accept(call)
    assert (call, centre.interaction(call).ticket_id) == (1, 1)
    for method, path, body, field in NOT_TAKEN:
        told = problem(alice.ask(method, path, json=body), 422, "invalid", field)
        assert told["detail"], (path, body)


def test_ten_thousand_characters_are_too_many_for_one_message_and_fine_for_a_comment(
    alice: Program, centre: Centre
) -> None:
    centre.available("alice")
    centre.text("Hello?")
    [offer] = alice.get("/offers").get_json()["data"]
    alice.post(f"/offers/{offer['id']}/accept")
    there = f"/interactions/{offer['interaction_id']}"
    told = problem(alice.post(f"{there}/messages", {"body": "长" * 10_000}), 422, "invalid", "body")
    assert "10000" in told["detail"]
    assert "1600" in told["detail"]
    problem(alice.post(f"{there}/messages", {"body": " "}), 422, "invalid", "body")
    ticket = alice.get(there).get_json()["ticket_id"]
    note = {"body": "🛋️" * 5000, "interaction_id": offer["interaction_id"]}
    assert alice.post(f"/tickets/{ticket}/comments", note).get_json()["body"] == note["body"]


def test_all_wrong_fields_are_named_at_once(alice: Program) -> None:
    told = problem(alice.post("/tickets", {"priority": "huge", "type": 3}), 422, "invalid", "subject")
    assert [one["field"] for one in told["errors"]] == ["subject", "priority", "type"]


def test_what_is_no_json_is_malformed(alice: Program) -> None:
    for raw in (b"", b"{", b'{"subject": "x",}', b"\xff\xfe", b'{"subject": "\\ud800"}', b"[" * 5000):
        answer = alice.ask("POST", "/tickets", data=raw, headers={"Content-Type": "application/json"})
        problem(answer, 400, "malformed")


def test_a_form_is_the_wrong_content_type(alice: Program) -> None:
    problem(alice.ask("POST", "/tickets", data={"subject": "Sofa"}), 415, "wrong-content-type")


def test_more_than_a_megabyte_is_too_large(alice: Program) -> None:
    problem(alice.post("/tickets", {"subject": "x" * (1024 * 1024)}), 413, "too-large")


def test_a_failure_of_ours_tells_nothing_of_its_reason(
    grant: Grant, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = grant("alice")
    program.app.testing = False
    monkeypatch.setattr("callcenter.storage.tickets.tickets.search", lambda *_, **__: 1 // 0)
    answer = program.ask("GET", "/tickets")
    assert centre
    assert (answer.status_code, answer.get_json(force=True)["code"]) == (500, "failed")
    assert "division" not in answer.text


def test_without_the_database_a_program_is_told_to_ask_again(alice: Program, postgres_server: EmbeddedServer) -> None:
    postgres_server.stop()
    answer = alice.get("/tickets")
    problem(answer, 503, "database-away")
    assert int(answer.headers["Retry-After"]) > 0


ANYTHING: tuple[Any, ...] = (None, -1, 1, 2**63, 1.5, "", "x" * 30_000, "a\x00b", "‮🛋️'\";--", [1], {})


@pytest.fixture
def known_at_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each token is looked up once; `test_access` covers the check on each request."""
    found, actor_of = access.token, access.actor_of
    tokens: dict[str, access.Token | None] = {}
    actors: dict[int, Actor | None] = {}

    def token(session: Session, secret: str) -> access.Token | None:
        return tokens[secret] if secret in tokens else tokens.setdefault(secret, found(session, secret))

    def actor(session: Session, token: access.Token) -> Actor | None:
        return actors[token.id] if token.id in actors else actors.setdefault(token.id, actor_of(session, token))

    monkeypatch.setattr(access, "token", token)
    monkeypatch.setattr(access, "actor_of", actor)


@pytest.mark.usefixtures("known_at_the_door")
def test_nothing_that_anybody_sends_makes_us_fail(grant: Grant, centre: Centre, rest: Rest) -> None:
    """Each operation is called with a permitted role: a refused request would test nothing."""
    asking = {role: grant(name, role=role) for name, role in (("alice", Role.AGENT), ("robin", Role.ADMINISTRATOR))}
    centre.customer("Carla Diaz", CARLA)
    centre.available("alice")
    call, _ = centre.call()
    centre.accept(call)
    assert rest.asked == []
    for one in OPERATIONS:
        path = "/".join("1" if part.startswith("{") else part for part in one.path.split("/"))
        who = asking[Role.AGENT if one.declaration.may(Role.AGENT) else Role.ADMINISTRATOR]
        for body in bodies(one.body) if one.body else ():
            assert who.ask(one.method, path, json=body).status_code != 500
        for name in one.query.model_fields if one.query else ():
            for value in ("", "-1", "1", str(2**63), "a\x00b"):
                assert who.get(path, **{name: value}).status_code in (200, 403, 404, 422)


def bodies(model: type[BaseModel]) -> list[Any]:
    """Anything; in all fields at once, which tries each field's own check; and in one field, where that gets past the checks."""
    fields = model.model_fields
    required = {name for name, field in fields.items() if field.is_required()}
    alone = [name for name in fields if required <= {name}]
    together = [dict.fromkeys(fields, value) for value in ANYTHING]
    return [*ANYTHING, *together, *({name: value} for name in alone for value in ANYTHING)]

"""Allowances, grants, approvals, budgets and requests by the API."""

import pytest

from callcenter import operations
from tests.api.conftest import Grant as Token
from tests.api.program import Program, problem
from tests.empowered import Counter


@pytest.fixture
def desk(counter: Counter, alice: Program) -> Counter:
    assert alice
    counter.budget(60_000)
    counter.at_screen("sam")
    return counter


def sent(desk: Counter, units: int = 6000, **more: object) -> dict[str, object]:
    return {"ticket_id": desk.ticket, "remedy": "credit", "units": units, **more}


def test_what_may_be_given_is_decided_and_a_request_is_previewed(desk: Counter, alice: Program, bo: Program) -> None:
    there = f"/tickets/{desk.ticket}/allowance"
    told = alice.get(there, remedy="credit", units=14_000).get_json()
    assert told["sentence"]["en"].startswith("Up to $100 now: gold customers")
    credit = next(one for one in told["options"] if one["remedy"] == "credit")
    assert (credit["may"], credit["most"], credit["asked"][0]["up_to"]) == ("give", 10_000, 25_000)
    assert told["preview"]["answer"] == "ask"
    assert alice.get(there).get_json()["preview"] is None
    problem(bo.get(there), 403, "not-your-interaction")
    problem(alice.get("/tickets/999/allowance"), 404, "not-found")


def test_what_is_given_once_by_a_key_is_given_once(desk: Counter, alice: Program) -> None:
    first = alice.once("/grants", sent(desk), "one")
    again = alice.once("/grants", sent(desk), "one")
    assert (first.status_code, first.get_json()["state"]) == (201, "fulfilled")
    assert again.get_json()["id"] == first.get_json()["id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert desk.balance() == (0, 6000)
    problem(alice.post("/grants", sent(desk, 14_000)), 409, "ask-first")
    problem(alice.post("/grants", sent(desk, 0)), 422, "invalid", "units")
    problem(alice.post("/grants", sent(desk, -5)), 422, "invalid", "units")
    problem(alice.post("/grants", {**sent(desk), "units": 10.5}), 422, "invalid", "units")


def test_one_asks_and_another_answers_and_it_is_given_on(
    desk: Counter, alice: Program, sam: Program, bo: Program
) -> None:
    asked = alice.post("/grants", sent(desk, 14_000, ask=True, reason="A morning lost")).get_json()
    assert asked["state"] == "awaiting"
    there = f"/approvals/{asked['approval_id']}"
    (listed,) = sam.get("/approvals", state="open").get_json()["data"]
    assert (listed["may_answer"], listed["most"], listed["grant"]["id"]) == (True, 25_000, asked["id"])
    assert alice.get(there).get_json()["may_answer"] is False
    problem(bo.get(there), 404, "not-found")
    problem(alice.post(f"{there}/claim"), 403, "not-allowed")
    assert sam.post(f"{there}/claim").get_json()["claimed_by"] == desk.centre.id_of("sam")
    assert sam.post(f"{there}/let-go").get_json()["claimed_by"] is None
    assert sam.post(f"{there}/words", {"body": "Did they call?"}).status_code == 201
    assert alice.post(f"{there}/words", {"body": "No."}).status_code == 201
    assert [one["body"] for one in alice.get(f"{there}/words").get_json()["data"]] == ["Did they call?", "No."]
    changed = alice.post(f"/grants/{asked['id']}/change", {"units": 15_000, "reason": "A bit more"}).get_json()
    assert changed["units"] == 15_000
    problem(sam.post(f"{there}/answer", {"answer": "yes", "asked": 14_000}), 409, "stale-save")
    answered = sam.post(f"{there}/answer", {"answer": "less", "units": 9000, "word": "This much"}).get_json()
    assert (answered["answer"], answered["answer_units"], answered["grant"]["state"]) == ("less", 9000, "approved")
    problem(sam.post(f"{there}/words", {"body": "late"}), 409, "approval-over")
    assert alice.post(f"/grants/{asked['id']}/give", {}).get_json()["state"] == "fulfilled"
    problem(alice.post(f"/grants/{asked['id']}/withdraw"), 409, "grant-over")
    taken_back = sam.post(f"/grants/{asked['id']}/reverse", {"reason": "By mistake"}).get_json()
    assert taken_back["state"] == "reversed"
    assert desk.balance() == (0, 0)
    problem(sam.post(f"/grants/{asked['id']}/reverse", {"reason": " "}), 422, "invalid", "reason")


def test_a_question_is_withdrawn_and_one_that_is_answered_stays_so(
    desk: Counter, alice: Program, sam: Program, grant: Token
) -> None:
    asked = alice.post("/grants", sent(desk, 14_000, ask=True, reason="x")).get_json()
    assert alice.post(f"/grants/{asked['id']}/withdraw").get_json()["state"] == "withdrawn"
    problem(sam.post(f"/approvals/{asked['approval_id']}/answer", {"answer": "yes"}), 409, "approval-over")
    again = alice.post("/grants", sent(desk, 14_000, ask=True, reason="y")).get_json()
    sam.post(f"/approvals/{again['approval_id']}/answer", {"answer": "yes"})
    robin = grant("robin", role="administrator")
    told = problem(robin.post(f"/approvals/{again['approval_id']}/answer", {"answer": "no"}), 409, "approval-taken")
    assert told["detail"] == "Sam Keller was first."
    assert [one["state"] for one in sam.get("/approvals").get_json()["data"]] == ["answered", "withdrawn"]
    assert [one["id"] for one in sam.get("/approvals", limit=1).get_json()["data"]] == [again["approval_id"]]


def test_agents_see_their_own_grants_and_never_the_money_a_customer_brings(
    desk: Counter, alice: Program, bo: Program, sam: Program
) -> None:
    given = alice.post("/grants", sent(desk)).get_json()
    there = f"/grants/{given['id']}"
    assert alice.get(there).get_json()["facts"] is None
    assert sam.get(there).get_json()["facts"]["customer"]["value"] == 421_000
    problem(bo.get(there), 404, "not-found")
    assert bo.get("/grants").get_json()["data"] == []
    assert [one["id"] for one in sam.get("/grants", ticket_id=desk.ticket, state="fulfilled").get_json()["data"]] == [
        given["id"]
    ]


def test_a_refused_request_is_answered_with_its_state(desk: Counter, alice: Program) -> None:
    desk.centre.run("UPDATE tickets SET type = 'question'")
    refused = alice.post("/grants", {**sent(desk), "remedy": "refund", "ask": True})
    assert (refused.status_code, refused.get_json()["state"]) == (201, "refused")


def test_the_ledger_is_read_by_those_who_lead(desk: Counter, alice: Program, sam: Program) -> None:
    alice.post("/grants", sent(desk))
    (budget,) = sam.get("/budgets").get_json()["data"]
    assert (budget["limit"], budget["committed"], budget["left"]) == (60_000, 6000, 54_000)
    page = sam.get(f"/budgets/{budget['id']}/ledger", limit=1).get_json()
    assert [one["kind"] for one in page["data"]] == ["commit"]
    rest = sam.get(f"/budgets/{budget['id']}/ledger", cursor=page["next"]).get_json()
    assert [one["kind"] for one in rest["data"]] == ["allot"]
    problem(alice.get("/budgets"), 403, "not-allowed")
    problem(sam.get("/budgets/999/ledger"), 404, "not-found")


def test_a_department_answers_and_the_grant_is_fulfilled(desk: Counter, alice: Program, bo: Program) -> None:
    desk.department("warehouse", "bo")
    given = alice.post("/grants", {**sent(desk, 1), "remedy": "express", "fields": {"day": "2026-11-30"}}).get_json()
    operations.fulfil(desk.centre.wiring, given["id"])
    (asked,) = alice.get("/requests", state="open").get_json()["data"]
    problem(alice.post(f"/requests/{asked['id']}/answer", {"done": True}), 403, "not-your-department")
    problem(bo.post(f"/requests/{asked['id']}/answer", {"done": False}), 422, "invalid", "answer")
    assert bo.post(f"/requests/{asked['id']}/answer", {"done": True}).get_json()["state"] == "done"
    assert alice.get(f"/grants/{given['id']}").get_json()["state"] == "fulfilled"
    problem(bo.post(f"/requests/{asked['id']}/answer", {"done": True}), 409, "grant-over")


def test_a_program_that_acts_for_nobody_gives_nothing(desk: Counter, grant: Token) -> None:
    program = grant(role="supervisor")
    problem(program.post("/grants", sent(desk)), 403, "no-agent")
    problem(program.get(f"/tickets/{desk.ticket}/allowance"), 403, "no-agent")


def test_an_agent_neither_sets_nor_reads_what_a_customer_is_worth(
    desk: Counter, alice: Program, sam: Program, grant: Token
) -> None:
    there = f"/customers/{desk.carla}"
    problem(alice.patch(there, {"tier": "silver"}), 403, "not-yours-to-state")
    problem(alice.patch(there, {"value_minor": 10**9}), 403, "not-yours-to-state")
    assert alice.get(there).get_json()["value_minor"] is None
    assert [one["value_minor"] for one in alice.get("/customers").get_json()["data"]] == [None]
    assert sam.get(there).get_json()["value_minor"] == 421_000
    imported = grant(role="administrator").patch(there, {"tier": "gold", "value_minor": 500_000}).get_json()
    assert (imported["tier"], imported["value_minor"]) == ("gold", 500_000)


def test_an_agent_sets_no_price_in_a_colleagues_case_and_only_claims_one_in_their_own(
    desk: Counter, alice: Program, bo: Program, sam: Program
) -> None:
    there = f"/tickets/{desk.ticket}"
    problem(bo.patch(there, {"price": 5_000_000}), 403, "not-your-ticket")
    assert alice.patch(there, {"price": 45_900}).get_json()["claims"]["price"] == desk.centre.id_of("alice")
    assert "price" not in sam.patch(there, {"price": 45_900}).get_json()["claims"]
    problem(alice.patch(there, {"price": 5_000_000}), 403, "not-yours-to-state")


def test_an_agent_gives_nothing_in_a_case_that_they_took_over(desk: Counter, bo: Program) -> None:
    assert bo.patch(f"/tickets/{desk.ticket}", {"owner_id": desk.centre.id_of("bo")}).status_code == 200
    problem(bo.post("/grants", sent(desk)), 403, "not-your-interaction")
    problem(bo.get(f"/tickets/{desk.ticket}/allowance"), 403, "not-your-interaction")

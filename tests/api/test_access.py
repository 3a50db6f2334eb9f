"""Permissions: tokens by role and agent, and Mallory, who has none."""

from flask import Flask

from callcenter.actions.administration import staff
from callcenter.api.operations import OPERATIONS
from callcenter.storage.administration.access import Token
from tests.api.conftest import Grant
from tests.api.program import Program, problem
from tests.carrier import Rest
from tests.factories import CARLA, LI_LEI, Centre
from tests.site import SignIn

LIVE_ACTS = ("hold", "resume", "hangup", "read", "wrap-up/extend")


def address(path: str) -> str:
    return "/".join("1" if part.startswith("{") else part for part in path.split("/"))


def test_nobody_comes_in_without_a_token(app: Flask, centre: Centre) -> None:
    assert centre
    nobody = Program(app, None)
    for one in OPERATIONS:
        answer = nobody.ask(one.method, address(one.path))
        problem(answer, 401, "unauthenticated")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_mallory_guesses_in_vain(app: Flask, centre: Centre) -> None:
    assert centre
    for header in ("", "Bearer", "Bearer ", "Basic abc", "cc_no", "Bearer cc_made_up", "Bearer é"):
        answer = Program(app, None).ask("GET", "/tickets", headers={"Authorization": header})
        problem(answer, 401, "unauthenticated")


def test_a_signed_in_browser_has_no_business_here(signed_in: SignIn, centre: Centre) -> None:
    """So no other site can make a browser do anything here."""
    assert centre
    browser = signed_in("sam")
    assert browser.get("/api/v1/tickets").status_code == 401
    assert browser.post("/api/v1/tickets", json={"subject": "x"}).status_code == 401


def test_a_revoked_token_opens_nothing(alice: Program, centre: Centre) -> None:
    assert alice.get("/agents/me").status_code == 200
    with centre.wiring.work() as work:
        staff.revoke_token(work, centre.rows(Token)[0].id)
    problem(alice.get("/agents/me"), 401, "unauthenticated")


def test_the_token_of_somebody_who_has_left_opens_nothing(alice: Program, centre: Centre) -> None:
    centre.change("alice", is_active=False)
    problem(alice.get("/tickets"), 401, "unauthenticated")


def test_an_agent_sees_only_the_live_calls_that_concern_them(
    alice: Program, bo: Program, sam: Program, centre: Centre
) -> None:
    centre.available("alice", "bo")
    hers, _, _ = centre.talk(CARLA)
    his, _ = centre.call(LI_LEI)
    assert [one["id"] for one in alice.get("/interactions").get_json()["data"]] == [hers]
    assert [one["id"] for one in bo.get("/interactions").get_json()["data"]] == [his]
    assert [one["id"] for one in sam.get("/interactions").get_json()["data"]] == [his, hers]
    for path in ("", "/card", "/messages"):
        assert alice.get(f"/interactions/{hers}{path}").status_code == 200
        assert sam.get(f"/interactions/{hers}{path}").status_code == 200
        problem(bo.get(f"/interactions/{hers}{path}"), 404, "not-found")


def test_what_has_ended_is_for_all_who_serve_the_customer(
    alice: Program, bo: Program, centre: Centre, rest: Rest
) -> None:
    centre.available("alice")
    call, _, _ = centre.talk()
    alice.post(f"/interactions/{call}/hangup")
    problem(bo.get(f"/interactions/{call}"), 404, "not-found")
    alice.post(f"/interactions/{call}/wrap-up", {"outcome": "solved"})
    assert bo.get(f"/interactions/{call}/card").status_code == 200
    problem(bo.put(f"/interactions/{call}/note", {"note": "mine"}), 403, "not-your-interaction")
    assert rest.asked


def test_nobody_acts_on_somebody_elses_call(alice: Program, bo: Program, sam: Program, centre: Centre) -> None:
    assert alice
    centre.available("alice")
    call, _, _ = centre.talk()
    there = f"/interactions/{call}"
    bodies = {"messages": {"body": "x"}, "wrap-up": {"outcome": "solved"}, "customer": {"customer_id": 1}}
    for act in (*LIVE_ACTS, *bodies):
        problem(bo.post(f"{there}/{act}", bodies.get(act)), 404, "not-found")
        problem(sam.post(f"{there}/{act}", bodies.get(act)), 403, "not-your-interaction")
    assert centre.interaction(call).state == "active"


def test_an_offer_to_somebody_else_does_not_exist(alice: Program, bo: Program, sam: Program, centre: Centre) -> None:
    centre.available("alice")
    call, _ = centre.call()
    offer = centre.offer(call).id
    assert alice.get(f"/offers/{offer}").status_code == 200
    assert sam.get(f"/offers/{offer}").status_code == 200
    for answer in (
        bo.get(f"/offers/{offer}"),
        bo.post(f"/offers/{offer}/accept"),
        bo.post(f"/offers/{offer}/decline"),
        sam.post(f"/offers/{offer}/accept"),
    ):
        problem(answer, 404, "not-found")
    assert bo.get("/offers").get_json() == {"data": [], "next": None}
    assert len(sam.get("/offers").get_json()["data"]) == 1
    assert sam.get("/offers", mine="true").get_json()["data"] == []


def test_a_program_of_nobody_sees_by_its_role_and_serves_nobody(grant: Grant, centre: Centre) -> None:
    centre.available("alice")
    call, _ = centre.call()
    plain, leading = grant(role="agent"), grant(role="supervisor")
    assert plain.get("/interactions").get_json()["data"] == []
    problem(plain.get(f"/interactions/{call}"), 404, "not-found")
    assert leading.get(f"/interactions/{call}").status_code == 200
    assert plain.get("/offers").get_json()["data"] == []
    for program in (plain, leading):
        problem(program.get("/agents/me"), 403, "no-agent")
        problem(program.put("/agents/me/status", {"status": "available"}), 403, "no-agent")
        problem(program.post("/agents/me/voice-token"), 403, "no-agent")
        problem(program.post(f"/offers/{centre.offer(call).id}/accept"), 403, "no-agent")
    opened = plain.post("/tickets", {"subject": "From the web shop"}).get_json()
    assert opened["owner_id"] is None
    assert plain.post(f"/tickets/{opened['id']}/comments", {"body": "Order 7"}).get_json()["author_id"] is None


def test_a_caller_nobody_is_asked_for_is_shown_to_supervisors_alone(
    alice: Program, sam: Program, grant: Grant, centre: Centre
) -> None:
    call, _ = centre.call()
    problem(alice.get(f"/interactions/{call}"), 404, "not-found")
    assert alice.get("/interactions", state="waiting").get_json()["data"] == []
    assert grant(role="agent").get("/interactions").get_json()["data"] == []
    assert len(sam.get("/interactions", state="waiting").get_json()["data"]) == 1

"""Transfers from the desk, and callbacks on the desk."""

import pytest
from sqlalchemy import update

from callcenter.actions.callbacks import callback_admin
from callcenter.storage.administration.company import Queue
from tests.factories import CARLA, LI_LEI, Centre
from tests.site import SignIn, csrf_token


@pytest.fixture(autouse=True)
def always_open(centre: Centre) -> None:
    with centre.wiring.work() as work:
        work.session.execute(update(Queue).values(hours={}))


def test_the_menu_shows_queues_and_who_is_there_and_passes_a_call_on(centre: Centre, signed_in: SignIn) -> None:
    browser = signed_in("alice")
    centre.available("alice", "bo")
    call_id, _, _ = centre.talk()
    assert f"/desk/interactions/{call_id}/transfer" in browser.get("/desk").text
    menu = browser.get(f"/desk/interactions/{call_id}/transfer").text
    assert "Billing" in menu
    assert "Bo Chen" in menu
    assert "Alice Moreau" not in menu
    headers = {"HX-Request": "true", "X-CSRFToken": csrf_token(browser)}
    there = f"/desk/interactions/{call_id}/transfer"
    wrong = browser.post(there, data={"to": "moon:1", "reason": "x"}, headers=headers)
    assert wrong.status_code == 422
    to_bo = {"to": f"agent:{centre.people.bo}", "reason": "Bo knows them"}
    answer = browser.post(there, data=to_bo, headers=headers)
    assert answer.status_code == 200
    assert 'id="now"' in answer.text
    assert centre.asked(call_id) == "bo"
    assert signed_in("bo").get(there).status_code == 404
    centre.accept(call_id)
    centre.connect(call_id)
    assert "passed it on to You" in signed_in("bo").get(f"/desk/interactions/{call_id}/timeline").text


def test_an_agent_without_room_is_said_and_nothing_changes(centre: Centre, signed_in: SignIn) -> None:
    browser = signed_in("alice")
    centre.available("alice", "bo")
    call_id, _, _ = centre.talk()
    centre.talk(LI_LEI)
    headers = {"HX-Request": "true", "X-CSRFToken": csrf_token(browser)}
    sent = {"to": f"agent:{centre.people.bo}", "reason": "x"}
    answer = browser.post(f"/desk/interactions/{call_id}/transfer", data=sent, headers=headers)
    assert answer.status_code == 409
    assert "Bo Chen cannot take it now." in answer.text
    assert centre.interaction(call_id).state == "active"


def test_a_conversation_passed_on_leads_back_to_the_desk(centre: Centre, signed_in: SignIn) -> None:
    browser = signed_in("alice")
    centre.available("alice")
    centre.text("Hello?")
    [row] = [row for row in centre.rows(type(centre.interaction(1))) if not row.channel.is_voice]
    centre.accept(row.id)
    assert f"/desk/interactions/{row.id}/transfer" in browser.get(f"/desk?interaction={row.id}").text
    headers = {"HX-Request": "true", "X-CSRFToken": csrf_token(browser)}
    sent = {"to": f"queue:{centre.billing}", "reason": "an invoice"}
    answer = browser.post(f"/desk/interactions/{row.id}/transfer", data=sent, headers=headers)
    assert answer.headers["HX-Redirect"] == "/desk"
    assert centre.interaction(row.id).queue_id == centre.billing


def test_the_desk_says_that_it_is_a_callback(centre: Centre, signed_in: SignIn) -> None:
    browser = signed_in("alice")
    centre.available("alice")
    with centre.wiring.work() as work:
        row = callback_admin.create(work, actor=centre.actor("bo"), number=CARLA, queue_id=centre.delivery, at=None)
    assert "Callback for you" in browser.get("/desk/now").text
    centre.accept(row.interaction_id)
    assert "Calling them back" in browser.get("/desk/now").text
    assert ">Callback</span>" in browser.get(f"/desk/interactions/{row.interaction_id}/who").text

"""Transfers from the desk, and callbacks on the desk."""

import pytest
from sqlalchemy import update

from callcenter.actions.callbacks import callback_admin
from callcenter.storage.administration.company import Queue
from tests.factories import CARLA, LI_LEI, Shop
from tests.house import SignIn, csrf_token


@pytest.fixture(autouse=True)
def always_open(shop: Shop) -> None:
    with shop.wiring.work() as work:
        work.session.execute(update(Queue).values(hours={}))


def test_the_menu_shows_queues_and_who_is_there_and_passes_a_call_on(shop: Shop, signed_in: SignIn) -> None:
    browser = signed_in("alice")
    shop.available("alice", "bo")
    call_id, _, _ = shop.talk()
    assert f"/desk/interactions/{call_id}/transfer" in browser.get("/desk").text
    menu = browser.get(f"/desk/interactions/{call_id}/transfer").text
    assert "Billing" in menu
    assert "Bo Chen" in menu
    assert "Alice Moreau" not in menu
    headers = {"HX-Request": "true", "X-CSRFToken": csrf_token(browser)}
    there = f"/desk/interactions/{call_id}/transfer"
    wrong = browser.post(there, data={"to": "moon:1", "reason": "x"}, headers=headers)
    assert wrong.status_code == 422
    to_bo = {"to": f"agent:{shop.people.bo}", "reason": "Bo knows them"}
    answer = browser.post(there, data=to_bo, headers=headers)
    assert answer.status_code == 200
    assert 'id="now"' in answer.text
    assert shop.asked(call_id) == "bo"
    assert signed_in("bo").get(there).status_code == 404
    shop.accept(call_id)
    shop.connect(call_id)
    assert "passed it on to You" in signed_in("bo").get(f"/desk/interactions/{call_id}/timeline").text


def test_an_agent_without_room_is_said_and_nothing_changes(shop: Shop, signed_in: SignIn) -> None:
    browser = signed_in("alice")
    shop.available("alice", "bo")
    call_id, _, _ = shop.talk()
    shop.talk(LI_LEI)
    headers = {"HX-Request": "true", "X-CSRFToken": csrf_token(browser)}
    sent = {"to": f"agent:{shop.people.bo}", "reason": "x"}
    answer = browser.post(f"/desk/interactions/{call_id}/transfer", data=sent, headers=headers)
    assert answer.status_code == 409
    assert "Bo Chen cannot take it now." in answer.text
    assert shop.interaction(call_id).state == "active"


def test_a_conversation_passed_on_leads_back_to_the_desk(shop: Shop, signed_in: SignIn) -> None:
    browser = signed_in("alice")
    shop.available("alice")
    shop.text("Hello?")
    [row] = [row for row in shop.rows(type(shop.interaction(1))) if not row.channel.is_voice]
    shop.accept(row.id)
    assert f"/desk/interactions/{row.id}/transfer" in browser.get(f"/desk?interaction={row.id}").text
    headers = {"HX-Request": "true", "X-CSRFToken": csrf_token(browser)}
    sent = {"to": f"queue:{shop.billing}", "reason": "an invoice"}
    answer = browser.post(f"/desk/interactions/{row.id}/transfer", data=sent, headers=headers)
    assert answer.headers["HX-Redirect"] == "/desk"
    assert shop.interaction(row.id).queue_id == shop.billing


def test_the_desk_says_that_it_is_a_callback(shop: Shop, signed_in: SignIn) -> None:
    browser = signed_in("alice")
    shop.available("alice")
    with shop.wiring.work() as work:
        row = callback_admin.create(work, actor=shop.actor("bo"), number=CARLA, queue_id=shop.delivery, at=None)
    assert "Callback for you" in browser.get("/desk/now").text
    shop.accept(row.interaction_id)
    assert "Calling them back" in browser.get("/desk/now").text
    assert ">Callback</span>" in browser.get(f"/desk/interactions/{row.interaction_id}/who").text

"""Routing on the pages: reasons for offers and for waiting, breaks, and missed offers."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from callcenter.actions.administration import company
from callcenter.actions.routing import offers, routing
from callcenter.storage.administration.company import Queue, Skill
from callcenter.storage.routing.offers import Offer
from tests.factories import Centre
from tests.site import SignIn, csrf_token


@pytest.fixture
def lunch(centre: Centre) -> str:
    with centre.wiring.work() as work:
        names = {"en": "Lunch", "zh": "用餐"}
        company.add_break_reason(work, key="lunch", names=names, actor=centre.actor("robin"))
        work.session.add(Skill(key="delivery", names={"en": "Delivery skill", "zh": "配送技能"}))
    return "lunch"


def post(browser: FlaskClient, path: str, **form: object) -> TestResponse:
    headers = {"HX-Request": "true", "X-CSRFToken": csrf_token(browser)}
    return browser.post(path, data=form, headers=headers)


def test_an_offer_says_why_it_came_to_me_and_who_else_was_considered(
    centre: Centre, signed_in: SignIn, lunch: str
) -> None:
    assert lunch
    centre.available("alice", "bo")
    id_, _ = centre.call()
    centre.clock.forward(5)
    assert centre.asked(id_) == "alice"
    browser = signed_in("alice")
    assert "Delivery skill 3" in browser.get("/desk/now").text
    page = browser.get(f"/desk/interactions/{id_}").text
    for words in ("Why you:", "Who else was considered", "You: free", "Bo Chen: free", "Delivery skill 3"):
        assert words in page, words


def test_an_offer_is_declined_with_a_reason_that_the_wallboard_shows(centre: Centre, signed_in: SignIn) -> None:
    centre.available("alice")
    id_, _ = centre.call()
    offer = centre.offer(id_).id
    browser = signed_in("alice")
    assert post(browser, f"/desk/offers/{offer}/decline", reason="too early").status_code == 422
    assert post(browser, f"/desk/offers/{offer}/decline", reason="busy").status_code == 200
    assert centre.row(Offer, offer).end_reason == "busy"
    passed = signed_in("sam").get("/wallboard/passed").text
    assert "Alice Moreau" in passed
    assert "declined: Busy just now" in passed
    assert browser.get("/wallboard/passed").status_code == 403


def test_why_one_still_waits_is_told_in_sentences_and_follows_what_happens(centre: Centre, signed_in: SignIn) -> None:
    centre.available("alice")
    centre.talk("+14155550170")
    id_, sid = centre.call()
    browser = signed_in("sam")
    board = browser.get("/wallboard/").text
    assert f'hx-get="/waiting/{id_}/why"' in board
    told = browser.get(f"/waiting/{id_}/why").text
    assert "No agent who may take it is free" in told
    assert "Alice Moreau is on a call" in told
    centre.available("bo")
    assert "Bo Chen is being asked now" in browser.get(f"/waiting/{id_}/why").text
    centre.report(sid)
    after = browser.get(f"/waiting/{id_}/why").text
    assert "data-live-every" not in after
    assert browser.get("/waiting/999/why").status_code == 404


def test_an_agent_sees_why_the_first_of_an_own_queue_wait_but_not_of_another(centre: Centre, signed_in: SignIn) -> None:
    centre.available("bo")
    centre.talk("+14155550170")
    centre.customer("Carla Mendes", "+14155550142")
    centre.call()
    browser = signed_in("alice")
    assert f'hx-get="/waiting/in/{centre.delivery}"' in browser.get("/desk/waiting").text
    told = browser.get(f"/waiting/in/{centre.delivery}").text
    assert "Bo Chen is on a call" in told
    assert "Alice Moreau is not available" in told
    assert "Carla" not in told
    assert browser.get(f"/waiting/in/{centre.billing}").status_code == 404
    assert browser.get("/waiting/1/why").status_code == 403


def test_breaks_are_chosen_by_kind_and_named_in_the_readers_language(
    centre: Centre, signed_in: SignIn, lunch: str
) -> None:
    centre.available("alice")
    browser = signed_in("alice")
    answer = post(browser, "/desk/status", status="break", reason=lunch).text
    assert "<b>Lunch</b>" in answer
    centre.change("alice", language="zh")
    assert "<b>用餐</b>" in browser.get("/desk/status").text
    assert post(browser, "/desk/status", status="break", reason="sleep").status_code == 422


def test_a_break_after_this_is_shown_and_taken_back_by_one_click(centre: Centre, signed_in: SignIn, lunch: str) -> None:
    centre.available("alice")
    centre.talk()
    browser = signed_in("alice")
    asked = post(browser, "/desk/status", status="break", reason=lunch).text
    assert "then: Lunch" in asked
    assert "After this: Lunch" in asked
    assert "Lunch" not in post(browser, "/desk/status/take-back").text.split("now-on_call")[1]
    assert centre.agent("alice").next_status is None


def test_whoever_does_not_answer_sees_what_was_missed_and_is_back_by_one_click(
    centre: Centre, signed_in: SignIn
) -> None:
    centre.available("alice")
    centre.customer("Carla Mendes", "+14155550142")
    id_, _ = centre.call()
    for _ in range(2):
        centre.clock.forward(21)
        with centre.wiring.work() as work:
            offers.expire(work, id_)
        centre.clock.forward(61)
        with centre.wiring.work() as work:
            found = work.session.get(type(centre.interaction(id_)), id_)
            assert found
            if found.state == "waiting":
                routing.route(work, found)
    assert centre.agent("alice").status == "not_answering"
    browser = signed_in("alice")
    page = browser.get("/desk").text
    for words in ("You missed 2 offers", "What you missed", "Carla Mendes", "I am back: available again"):
        assert words in page, words
    assert "Call for you" in post(browser, "/desk/status", status="available").text


def test_a_mandatory_wrap_up_says_that_no_time_runs(centre: Centre, signed_in: SignIn) -> None:
    with centre.wiring.work() as work:
        queue = work.session.get(Queue, centre.delivery)
        assert queue
        queue.routing = {**queue.routing, "wrap_up": "mandatory"}
    centre.available("alice")
    id_, sid, _ = centre.talk()
    centre.report(sid)
    browser = signed_in("alice")
    assert "No time runs." in browser.get(f"/desk/interactions/{id_}").text
    assert "+30 s" not in browser.get("/desk/now").text

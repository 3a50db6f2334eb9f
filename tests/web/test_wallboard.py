"""The wallboard, rendered from the same report that the clock pushes."""

import re

from callcenter.domain.channels import Channel
from callcenter.reports.supervision import wallboard
from callcenter.storage.surveys.surveys import Survey
from callcenter.wiring import Wiring
from tests.empowered import Counter
from tests.factories import CARLA, OURS, Centre
from tests.site import SignIn


def test_the_page_shows_what_the_push_says(centre: Centre, signed_in: SignIn, wiring: Wiring) -> None:
    centre.available("alice")
    centre.talk()
    centre.call("+14155550143")
    text = signed_in("sam").get("/wallboard/").text
    with wiring.reading() as session:
        pushed = wallboard.payload(wallboard.figures(session, centre.clock()))
    shown = dict(re.findall(r'data-figure="([\w.]+)" data-as="count">([^<]*)<', text))
    for path, value in shown.items():
        at: object = pushed
        for step in path.split("."):
            at = at[int(step)] if isinstance(at, list) else at[step]  # type: ignore[index]
        assert str(at) == value, path
    assert shown["waiting"] == "1"
    assert shown["queues.0.active"] == "1"


def test_something_that_waits_while_somebody_is_free_is_a_fault(centre: Centre, signed_in: SignIn) -> None:
    centre.call()
    browser = signed_in("sam")
    assert 'class="row-bad"' not in browser.get("/wallboard/").text
    centre.change("alice", status="available")
    centre.clock.forward(3)
    assert 'class="row-bad"' in browser.get("/wallboard/").text


def test_who_does_not_answer_is_named_with_what_was_missed(centre: Centre, signed_in: SignIn) -> None:
    centre.change("bo", status="not_answering", missed_in_a_row=3)
    browser = signed_in("sam")
    part = browser.get("/wallboard/not-answering").text
    assert "Bo Chen" in part
    assert "3 offers missed" in part
    assert "Bo Chen" in browser.get("/wallboard/").text


def test_open_questions_are_counted_with_the_oldest_and_a_way_to_them(counter: Counter, signed_in: SignIn) -> None:
    sam = signed_in("sam")
    assert '<span data-figure="questions" data-as="count">0</span>' in sam.get("/wallboard/").text
    counter.at_screen("sam")
    counter.ask("credit", 14_000)
    asked_at = counter.centre.clock.now.isoformat()
    counter.centre.clock.forward(30)
    page = sam.get("/wallboard/").text
    assert '<span data-figure="questions" data-as="count">1</span>' in page
    assert f'data-since="{asked_at}"' in page
    assert 'href="/approvals/"' in page


def said(centre: Centre, wiring: Wiring, comment: str) -> None:
    carla = centre.customer("Carla Mendes", CARLA)
    interaction_id, _ = centre.call()
    with wiring.work() as work:
        work.session.add(
            Survey(
                interaction_id=interaction_id,
                customer_id=carla,
                agent_id=centre.people.alice,
                language="en",
                channel=Channel.VOICE.to_write(),
                our_address=OURS,
                their_address=CARLA,
                state="answered",
                due_at=work.now,
                asked_at=work.now,
                answered_at=work.now,
                score=2,
                comment=comment,
                created_at=work.now,
            )
        )


def test_customers_words_are_on_the_wallboard_and_never_in_the_push(
    centre: Centre, signed_in: SignIn, wiring: Wiring
) -> None:
    said(centre, wiring, "waited too long")
    text = signed_in("sam").get("/wallboard/").text
    assert "waited too long" in text
    assert "Carla Mendes · Alice Moreau" in text
    with wiring.reading() as session:
        pushed = str(wallboard.payload(wallboard.figures(session, centre.clock())))
    for words in ("waited too long", "Carla", CARLA):
        assert words not in pushed


def test_the_big_screen_is_dark_and_without_customers_words(centre: Centre, signed_in: SignIn, wiring: Wiring) -> None:
    said(centre, wiring, "waited too long")
    text = signed_in("sam").get("/wallboard/?big=1").text
    assert 'data-bs-theme="dark"' in text
    assert "waited too long" not in text

"""Errors appear in place, with their status and a number for support."""

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from callcenter import embedded
from callcenter.declared import everyone, public
from callcenter.domain.errors import CallNotConnected, OfferTaken, OutsideError
from tests.site import SignIn

pytestmark = pytest.mark.own_app("errors")


@pytest.fixture
def broken(app: Flask) -> Flask:
    """Pages that fail in every way."""
    errors = {
        "race": OfferTaken(name="Bo"),
        "early": CallNotConnected(),
        "outside": OutsideError("Twilio answered 500", permanent=False),
        "bug": RuntimeError("a secret of ours"),
        "database": OperationalError("select", {}, Exception("gone")),
    }

    @everyone
    def fail(how: str) -> str:
        raise errors[how]

    @public
    def fail_for_strangers() -> str:
        raise errors["bug"]

    app.testing = False
    if "fail" not in app.view_functions:
        app.add_url_rule("/fail/<how>", "fail", fail)
        app.add_url_rule("/fail", "fail_for_strangers", fail_for_strangers)
    return app


@pytest.mark.parametrize(
    ("how", "status", "says"),
    [
        ("race", 409, "Bo was first."),
        ("early", 409, "The call is not connected yet."),
        ("outside", 502, "The telephone company refused it or did not answer."),
        ("bug", 500, "Something failed on our side"),
        ("database", 503, "The database does not answer"),
    ],
)
def test_a_failure_is_a_page_for_a_page_and_a_part_for_a_part(
    broken: Flask, signed_in: SignIn, how: str, status: int, says: str
) -> None:
    browser = signed_in("alice")
    page = browser.get(f"/fail/{how}")
    part = browser.get(f"/fail/{how}", headers={"HX-Request": "true"})
    assert broken
    assert (page.status_code, part.status_code) == (status, status)
    assert says in page.text
    assert says in part.text
    assert "<html" in page.text
    assert "<html" not in part.text
    assert "secret" not in page.text + part.text


def test_a_failure_of_ours_shows_the_number_under_which_it_is_logged(broken: Flask, signed_in: SignIn) -> None:
    answer = signed_in("alice").get("/fail/bug")
    assert broken
    assert answer.headers["X-Request-Id"] in answer.text


def test_a_stranger_meets_a_small_page(broken: Flask) -> None:
    answer = broken.test_client().get("/fail")
    assert answer.status_code == 500
    assert "one-column" in answer.text


def test_a_refused_page_says_who_you_are_and_whom_it_is_for(signed_in: SignIn) -> None:
    answer = signed_in("alice").get("/wallboard/")
    assert answer.status_code == 403
    assert "This page is for supervisors" in answer.text
    assert "You are signed in as Alice Moreau, agent." in answer.text
    assert "Back to the desk" in answer.text


def test_what_is_not_there_suggests_a_search(signed_in: SignIn) -> None:
    answer = signed_in("alice").get("/tickets/999999")
    assert answer.status_code == 404
    assert 'href="/search"' in answer.text


def test_other_methods_and_large_posts_are_refused_in_words(signed_in: SignIn) -> None:
    browser = signed_in("alice")
    assert browser.delete("/tickets/").status_code in (400, 405)
    large = browser.post("/tickets/", data={"body": "x" * 2_000_000})
    assert large.status_code == 413
    assert "This is too large" in large.text


def test_with_the_database_gone_a_signed_in_page_still_says_so(
    app: Flask, signed_in: SignIn, postgres_server: embedded.EmbeddedServer
) -> None:
    browser = signed_in("alice")
    app.testing = False
    postgres_server.stop()
    answer = browser.get("/tickets/", headers={"Accept-Language": "zh-CN"})
    postgres_server.start()
    assert answer.status_code == 503
    assert browser.get("/tickets/").status_code == 200

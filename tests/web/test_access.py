"""Access: every route is tried in every role."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from callcenter import declared
from callcenter.actions.administration import staff
from callcenter.actions.tickets import tickets
from callcenter.declared import Audience, Declaration
from callcenter.domain.agents import Role
from callcenter.domain.permissions import Actor
from callcenter.storage.tickets import tickets as rows
from callcenter.web.access import PROGRAMS
from callcenter.wiring import Wiring
from tests.site import People, SignIn, csrf_token

NAMES = {Role.AGENT: "alice", Role.SUPERVISOR: "sam", Role.ADMINISTRATOR: "robin"}
REFUSED = (401, 403)


def routes(app: Flask) -> Iterator[tuple[Rule, Declaration]]:
    for rule in app.url_map.iter_rules():
        declaration = declared.of(app.view_functions[rule.endpoint])
        assert declaration is not None, f"{rule} declares nobody"
        yield rule, declaration


def is_for_programs(rule: Rule) -> bool:
    return rule.endpoint.split(".")[0] in PROGRAMS


def tries(app: Flask, rule: Rule) -> Iterator[tuple[str, str]]:
    """(method, path) of a route, with 1 for every id and a word for every name."""
    numbers = dict.fromkeys(rule.arguments, 1)
    words = dict.fromkeys(rule.arguments, "1")
    adapter = app.url_map.bind("localhost")
    method_path = None
    for values in (numbers, words):
        try:
            method_path = adapter.build(rule.endpoint, values)
            break
        except (ValueError, TypeError):
            continue
    assert method_path is not None
    for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
        yield method, method_path


def test_every_route_declares_who_may_use_it(app: Flask) -> None:
    found = list(routes(app))
    assert len(found) > 40
    assert all(declaration.audience != Audience.PEOPLE or declaration.roles for _, declaration in found)


@pytest.mark.own_app
def test_a_route_that_declares_nobody_is_refused_to_everybody(app: Flask, signed_in: SignIn) -> None:
    app.add_url_rule("/forgotten-to-declare", "forgotten", lambda: "secret")
    assert signed_in("robin").get("/forgotten-to-declare").status_code == 403


def test_nobody_opens_only_public_pages(app: Flask, client: FlaskClient, people: People) -> None:
    assert people
    for rule, declaration in routes(app):
        if is_for_programs(rule) or declaration.audience == Audience.PUBLIC:
            continue
        for method, path in tries(app, rule):
            code = client.open(path, method=method).status_code
            # A page leads to signing in; a post without a page's token is refused before that.
            assert code == (302 if method == "GET" else 400), f"{method} {path} answered {code}"


def of_people(app: Flask) -> Iterator[tuple[Rule, Declaration]]:
    """What a signed-in browser can open, but for the routes that end its session."""
    for rule, declaration in routes(app):
        if not is_for_programs(rule) and rule.endpoint not in ("sign_in.leave", "sign_in.leave_everywhere"):
            yield rule, declaration


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_its_routes_declare_and_nothing_else(
    app: Flask, signed_in: SignIn, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard alone: each view is replaced by an empty answer with the same declaration, each refusal is a part."""
    browser = signed_in(NAMES[role])
    headers = {"X-CSRFToken": csrf_token(browser), "HX-Request": "true"}
    for rule, declaration in of_people(app):
        monkeypatch.setitem(app.view_functions, rule.endpoint, opened_as(declaration))
        for method, path in tries(app, rule):
            code = browser.open(path, method=method, headers=headers).status_code
            assert code == (204 if declaration.may(role) else 403), f"{method} {path} answered {role} {code}"


def opened_as(declaration: Declaration) -> Callable[..., tuple[str, int]]:
    def view(**_: object) -> tuple[str, int]:
        return "", 204

    setattr(view, declared.MARK, declaration)
    return view


def test_no_page_refuses_a_role_that_it_declares(app: Flask, signed_in: SignIn) -> None:
    """Each view itself, once, as the first role that may."""
    app.testing = False
    browsers = {role: signed_in(name) for role, name in NAMES.items()}
    tokens = {role: csrf_token(browser) for role, browser in browsers.items()}
    for rule, declaration in of_people(app):
        role = next(role for role in Role if declaration.may(role))
        for method, path in tries(app, rule):
            headers = {"X-CSRFToken": tokens[role]} | ({} if method == "GET" else {"HX-Request": "true"})
            code = browsers[role].open(path, method=method, headers=headers).status_code
            failing = path == "/desk/voice-token"  # no key of Twilio's in the settings of tests
            assert failing or code < 500, f"{method} {path} answered {role} {code}"
            assert code not in REFUSED or declaration.audience == Audience.PUBLIC, (
                f"{method} {path} answered {role} {code}"
            )


def test_signed_in_people_may_leave(signed_in: SignIn) -> None:
    for name in NAMES.values():
        browser = signed_in(name)
        answer = browser.post("/sign-out", data={"csrf_token": csrf_token(browser)})
        assert answer.status_code == 302


def ask(client: FlaskClient, method: str, path: str, secret: str | None = None) -> TestResponse:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return client.open(path, method=method, headers=headers, json={} if method not in ("GET", "DELETE") else None)


def test_the_programs_door_asks_for_a_token_of_a_role_that_may(
    app: Flask, client: FlaskClient, wiring: Wiring, people: People
) -> None:
    assert people
    app.testing = False
    with wiring.work() as work:
        secrets = {
            role: staff.issue_token(work, name=f"as {role}", role=role, username=name)[1]
            for role, name in NAMES.items()
        }
    for rule, declaration in routes(app):
        if rule.endpoint.split(".")[0] != "api" or declaration.audience == Audience.PUBLIC:
            continue
        for method, path in tries(app, rule):
            assert ask(client, method, path).status_code == 401, path
            assert ask(client, method, path, "mallory").status_code == 401, path
            for role, secret in secrets.items():
                refused = ask(client, method, path, secret).status_code in REFUSED
                assert refused != declaration.may(role), f"{method} {path} as {role}"


def test_a_browsers_session_opens_nothing_for_programs(app: Flask, signed_in: SignIn) -> None:
    browser = signed_in("robin")
    for rule, declaration in routes(app):
        if rule.endpoint.split(".")[0] == "api" and declaration.audience == Audience.PEOPLE:
            for method, path in tries(app, rule):
                assert ask(browser, method, path).status_code == 401


def test_an_unsigned_post_opens_no_webhook(app: Flask, client: FlaskClient, people: People) -> None:
    assert people
    for rule, declaration in routes(app):
        if declaration.audience == Audience.SIGNED:
            for method, path in tries(app, rule):
                assert client.open(path, method=method, data={"CallSid": "CA1"}).status_code == 403, path


def test_mallory_sees_no_row_of_what_is_not_for_her(client: FlaskClient, wiring: Wiring, people: People) -> None:
    actor = Actor(Role.AGENT, people.alice)
    with wiring.work() as work:
        ticket = tickets.open_by(work, actor=actor, subject="A matter of Carla's")
    for path in (f"/tickets/{ticket.id}", "/tickets/", f"/search?q={ticket.number}", f"/tickets/{ticket.id}/timeline"):
        answer = client.get(path, follow_redirects=True)
        assert "A matter of Carla's" not in answer.text
        assert client.get(path, headers={"HX-Request": "true"}).status_code == 401


def test_a_forged_session_is_nobodys(client: FlaskClient, people: People) -> None:
    for cookie in (f"{people.robin}.", "eyJfdXNlcl9pZCI6IjEifQ.aSIe.x", "1", ""):
        client.set_cookie("callcenter", cookie)
        assert client.get("/tickets/").status_code == 302


def test_a_post_without_the_pages_token_changes_nothing(signed_in: SignIn, wiring: Wiring, people: People) -> None:
    browser = signed_in("alice")
    answer = browser.post("/tickets/", data={"subject": "By another site"})
    assert answer.status_code == 400
    assert "This page is from an earlier sign-in." in answer.text
    with wiring.reading() as session:
        assert not list(rows.search(session))
    assert people


def test_a_link_on_a_foreign_site_changes_nobodys_language(signed_in: SignIn, wiring: Wiring, people: People) -> None:
    browser = signed_in("alice")
    browser.get("/language/zh", headers={"Sec-Fetch-Site": "cross-site"})
    assert 'lang="en"' in browser.get("/tickets/").text
    browser.get("/language/zh", headers={"Sec-Fetch-Site": "same-origin"})
    assert 'lang="zh-CN"' in browser.get("/tickets/").text
    assert wiring
    assert people

"""Signing in and out, and refusals."""

from flask.testing import FlaskClient

from callcenter.actions.administration import access
from callcenter.storage.agents import agents
from callcenter.wiring import Wiring
from tests.site import PASSWORD, People, SignIn, csrf_token


def attempt(browser: FlaskClient, name: str, password: str, **headers: str) -> tuple[int, str]:
    token = csrf_token(browser)
    form = {"name": name, "password": password, "csrf_token": token}
    answer = browser.post("/sign-in", data=form, headers=headers)
    return answer.status_code, answer.text


def test_alice_signs_in_by_name_or_by_e_mail_however_capitalised(client: FlaskClient, people: People) -> None:
    assert people
    for name in ("alice", "Alice@Harbor.example", " ALICE "):
        assert attempt(client, name, PASSWORD)[0] == 302
        client.post("/sign-out", data={"csrf_token": csrf_token(client)})


def test_signing_in_does_not_make_anybody_available(signed_in: SignIn, wiring: Wiring, people: People) -> None:
    signed_in("alice")
    with wiring.reading() as session:
        agent = agents.get(session, people.alice)
    assert agent is not None
    assert agent.status == "unavailable"


def test_a_wrong_password_says_how_many_tries_are_left(client: FlaskClient, people: People) -> None:
    assert people
    code, text = attempt(client, "alice", "wrong")
    assert code == 401
    assert "After 4 more tries we pause for a minute." in text
    attempt(client, "alice", "wrong")
    attempt(client, "alice", "wrong")
    assert "After 1 more try we pause for a minute." in attempt(client, "alice", "wrong")[1]


def test_after_five_wrong_tries_even_the_right_password_waits(client: FlaskClient, people: People) -> None:
    assert people
    for _ in range(5):
        attempt(client, "alice", "wrong")
    code, text = attempt(client, "alice", PASSWORD)
    assert code == 429
    assert "Wait a minute" in text
    assert attempt(client, "bo", PASSWORD)[0] == 302


def test_the_pause_ends_after_a_minute(client: FlaskClient, people: People, wiring: Wiring) -> None:
    assert people
    for _ in range(5):
        attempt(client, "alice", "wrong")
    later = wiring.clock() + access.PAUSE * 1.1
    wiring.clock = lambda: later
    assert attempt(client, "alice", PASSWORD)[0] == 302


def test_twenty_wrong_names_from_one_address_pause_that_address_alone(client: FlaskClient, people: People) -> None:
    assert people
    for n in range(20):
        attempt(client, f"mallory{n}", "guess")
    assert attempt(client, "alice", PASSWORD)[0] == 429
    assert attempt(client, "alice", PASSWORD, **{"X-Forwarded-For": "203.0.113.9"})[0] == 302


def test_an_unknown_name_reads_like_a_wrong_password(client: FlaskClient, people: People) -> None:
    assert people
    unknown = attempt(client, "mallory", "guess")[1]
    wrong = attempt(client, "alice", "guess")[1]
    sentence = "Name or password is wrong."
    assert sentence in unknown
    assert sentence in wrong


def test_somebody_who_has_left_cannot_sign_in_and_their_session_ends(
    signed_in: SignIn, client: FlaskClient, wiring: Wiring, people: People
) -> None:
    browser = signed_in("alice")
    with wiring.work() as work:
        agent = agents.get(work.session, people.alice, lock=True)
        assert agent is not None
        agent.is_active = False
    assert attempt(client, "alice", PASSWORD)[0] == 401
    assert browser.get("/").location == "/sign-in?next=/"


def test_a_new_password_ends_the_sessions_that_are_open(signed_in: SignIn, wiring: Wiring, people: People) -> None:
    browser = signed_in("alice")
    with wiring.work() as work:
        access.set_password(work, people.alice, password="another harbour")
    assert browser.get("/").location == "/sign-in?next=/"


def test_signing_out_ends_the_session_and_offers(signed_in: SignIn, wiring: Wiring, people: People) -> None:
    browser = signed_in("alice")
    browser.post("/sign-out", data={"csrf_token": csrf_token(browser)})
    assert browser.get("/").location == "/sign-in?next=/"
    with wiring.reading() as session:
        agent = agents.get(session, people.alice)
    assert agent is not None
    assert agent.status == "signed_out"


def test_signing_out_everywhere_ends_the_sessions_on_other_computers(signed_in: SignIn, people: People) -> None:
    assert people
    here, there = signed_in("alice"), signed_in("alice")
    here.post("/sign-out/everywhere", data={"csrf_token": csrf_token(here)})
    assert there.get("/").location == "/sign-in?next=/"


def test_signing_in_leads_back_to_a_page_of_ours_and_nowhere_else(client: FlaskClient, people: People) -> None:
    assert people
    for path, leads in (
        ("/tickets?q=a", "/tickets?q=a"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("https://evil.example", "/"),
        ("", "/"),
    ):
        browser = client.application.test_client()
        token = csrf_token(browser)
        form = {"name": "alice", "password": PASSWORD, "csrf_token": token, "next": path}
        assert browser.post("/sign-in", data=form).location == leads


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient, people: People) -> None:
    assert people
    token = csrf_token(client)
    answer = client.post("/sign-in", data={"name": "alice", "password": PASSWORD, "csrf_token": token})
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("callcenter="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires=" in cookie
    assert "Secure" not in cookie

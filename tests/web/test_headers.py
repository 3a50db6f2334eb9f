"""HTTP headers of every answer."""

from flask.testing import FlaskClient

from callcenter.settings import Settings
from callcenter.web.plumbing.headers import content_policy
from tests.site import People, SignIn


def test_no_answer_allows_inline_script_frames_or_foreign_sites(client: FlaskClient, people: People) -> None:
    assert people
    for path in ("/sign-in", "/nothing-here", "/healthz", "/static/nothing.css"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        for rule in ("frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'", "form-action 'self'"):
            assert rule in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "microphone=(self)" in headers["Permissions-Policy"]


def test_pages_of_signed_in_people_are_kept_nowhere(signed_in: SignIn) -> None:
    assert signed_in("alice").get("/tickets/").headers["Cache-Control"] == "no-store"


def test_over_https_browsers_are_told_to_stay_there(settings: Settings) -> None:
    from_home = content_policy(settings)
    assert "ws://127.0.0.1:8000" in from_home
    secure = settings.model_copy(update={"public_url": "https://desk.example.com"})
    assert "wss://desk.example.com" in content_policy(secure)


def test_connections_lead_to_the_simulator_or_to_twilio_only_where_they_are_used(settings: Settings) -> None:
    assert "twilio.com" not in content_policy(settings)
    pretended = settings.model_copy(update={"simulator_url": "http://127.0.0.1:8100"})
    assert "http://127.0.0.1:8100" in content_policy(pretended)
    real = settings.model_copy(update={"twilio_api_url": "https://api.twilio.com"})
    assert "wss://*.twilio.com" in content_policy(real)


def test_no_page_carries_an_inline_script_style_or_handler(signed_in: SignIn) -> None:
    browser = signed_in("sam")
    for path in (
        "/tickets/",
        "/tickets/new",
        "/customers/",
        "/customers/new",
        "/wallboard/",
        "/wallboard/?big=1",
        "/search",
    ):
        text = browser.get(path).text
        assert "<style" not in text, path
        assert " style=" not in text, path
        assert " onclick=" not in text, path
        assert text.count("<script") == text.count('<script type="module" src="/static/'), path

"""Response headers: content security policy, and no caching of personal data."""

from urllib.parse import urlsplit

from flask import Flask, Response, request

from callcenter.settings import TWILIO_API, Settings
from callcenter.web.plumbing import assets

TWILIO_VOICE = "wss://*.twilio.com https://*.twilio.com"
YEAR = 31_536_000
BY_OTHERS = ("desk.attachment", "files.fetch")  # content written by others: nothing in it may run
HARMLESS = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; sandbox"


def register(app: Flask) -> None:
    settings: Settings = app.extensions["callcenter"].settings
    fixed = _fixed(settings)

    @app.after_request
    def _add(response: Response) -> Response:
        response.headers.update(fixed)
        if request.endpoint in BY_OTHERS:
            response.headers["Content-Security-Policy"] = HARMLESS
        if request.endpoint == "static":
            # An error page must not be cached under a hashed name.
            if response.status_code < 400 and assets.is_hashed((request.view_args or {})["filename"]):
                response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        else:
            response.headers["Cache-Control"] = "no-store"
            response.vary.add("Cookie")
        return response


def _fixed(settings: Settings) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": content_policy(settings),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if settings.is_secure:
        headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
    return headers


def content_policy(settings: Settings) -> str:
    """No inline script or style; connections only to this server, the carrier and the simulator."""
    connect = ["'self'", _socket_of(settings.public_url)]
    media = ["'self'"]
    if settings.simulator_url:
        connect.append(settings.simulator_url)
    if settings.twilio_account_sid and settings.twilio_api_url == TWILIO_API:
        connect.append(TWILIO_VOICE)
        media += ["blob:", "https://*.twilio.com"]
    rules = {
        "default-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": " ".join(connect),
        "media-src": " ".join(media),
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _socket_of(public_url: str) -> str:
    parts = urlsplit(public_url)
    return f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"

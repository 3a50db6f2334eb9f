"""The web application: takes settings, registers the routes."""

from datetime import timedelta
from pathlib import Path

from flask import Flask

from callcenter import api, observe, web, webhooks
from callcenter.settings import Settings
from callcenter.wiring import Process, Wiring

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
LARGEST_REQUEST = 1024 * 1024
COOKIE = "callcenter"


def create_app(settings: Settings, *, wiring: Wiring | None = None) -> Flask:
    """`wiring`: an existing one."""
    observe.configure(settings.log_format)
    app = Flask("callcenter", template_folder=str(TEMPLATES), static_folder="static")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_secure,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,  # CSRF protects the pages; programs send keys of their own
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.extensions["callcenter"] = wiring or Wiring(settings, process=Process.WEB)
    web.register(app)
    webhooks.register(app)
    api.register(app)
    return app

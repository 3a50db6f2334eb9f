"""Entry point for Twilio: signed requests in, TwiML or 204 out; no decisions."""

from flask import Blueprint, Flask

from callcenter.webhooks import files, guard, messages, voice

PARTS = (voice.routes, messages.routes)


def register(app: Flask) -> None:
    routes = Blueprint("webhooks", __name__, url_prefix="/webhooks")
    routes.before_request(guard.check)
    for part in PARTS:
        routes.register_blueprint(part)
    app.register_blueprint(routes)
    app.register_blueprint(files.routes)

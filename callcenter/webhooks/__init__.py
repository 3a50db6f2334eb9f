"""Entry point for Twilio: signed requests in, TwiML or 204 out; no decisions."""

from flask import Blueprint, Flask

from callcenter.webhooks import files, guard, messages, voice

PARTS = (voice.door, messages.door)


def register(app: Flask) -> None:
    door = Blueprint("webhooks", __name__, url_prefix="/webhooks")
    door.before_request(guard.check)
    for part in PARTS:
        door.register_blueprint(part)
    app.register_blueprint(door)
    app.register_blueprint(files.door)

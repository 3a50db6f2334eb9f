"""Twilio's door: every request signed, translated into an action's arguments, answered as TwiML or with nothing."""

from flask import Flask

from callcenter.webhooks import messages, voice


def register(app: Flask) -> None:
    app.register_blueprint(voice.door)
    app.register_blueprint(messages.door)

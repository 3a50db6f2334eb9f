"""The simulator as a Flask application."""

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import NotFound

from callcenter.simulator import language, twilio_api
from callcenter.simulator.carrier import Carrier
from callcenter.simulator.control import control
from callcenter.simulator.device import device
from callcenter.simulator.phone import phone
from callcenter.simulator.twilio_api import calls, conferences, media, messages, numbers, recordings

REST_DOORS = (calls, conferences, media, messages, numbers, recordings)


def create_app(carrier: Carrier) -> Flask:
    # Importing these modules registers their routes on the blueprint.
    assert all(door.api is twilio_api.api for door in REST_DOORS)
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["carrier"] = carrier
    app.register_blueprint(twilio_api.api)
    app.register_blueprint(control)
    app.register_blueprint(device)
    app.register_blueprint(phone)
    language.speak(app)
    app.register_error_handler(NotFound, show_not_found)
    return app


def show_not_found(_error: NotFound) -> tuple[Response, int]:
    """Twilio's error body under Twilio's paths, the simulator's own elsewhere."""
    if request.path.startswith("/2010-04-01/"):
        return twilio_api.show_error(twilio_api.not_found())
    return jsonify({"error": "There is nothing at this address"}), 404

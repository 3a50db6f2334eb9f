"""REST: IncomingPhoneNumbers and Applications."""

import re

from flask import Response, jsonify, request

from callcenter.simulator import sids
from callcenter.simulator.exchange import numbers
from callcenter.simulator.exchange.numbers import Application, CarrierNumber
from callcenter.simulator.twilio_api import api, carrier, not_found, page, shapes
from callcenter.simulator.twilio_api.calls import checked_url


def _number(sid: str) -> CarrierNumber:
    found = carrier().books.numbers.get(sid)
    if found is None:
        raise not_found()
    return found


def _application(sid: str) -> Application:
    found = carrier().books.applications.get(sid)
    if found is None:
        raise not_found()
    return found


def _changes(names: tuple[str, ...]) -> dict[str, str]:
    """Form fields by attribute name: `VoiceFallbackUrl` -> `voice_fallback_url`."""
    changes = {}
    for field, value in request.form.items():
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", field).lower()
        if name in names:
            changes[name] = checked_url(value) if name.endswith(("_url", "_callback")) else value
    return changes


@api.get("/IncomingPhoneNumbers.json")
def list_numbers() -> Response:
    wanted, name = request.args.get("PhoneNumber", ""), request.args.get("FriendlyName")
    digits = re.sub(r"[^\d*]", "", wanted)
    found = [
        number
        for number in carrier().books.numbers.values()
        if digits in number.phone_number and name in (None, number.friendly_name)
    ]
    return page("incoming_phone_numbers", found, lambda number: shapes.number(carrier(), number))


@api.get("/IncomingPhoneNumbers/<sid>.json")
def fetch_number(sid: str) -> Response:
    return jsonify(shapes.number(carrier(), _number(sid)))


@api.post("/IncomingPhoneNumbers/<sid>.json")
def update_number(sid: str) -> Response:
    number = _number(sid)
    numbers.configure(carrier(), number, _changes(numbers.NUMBER_SETTINGS))
    return jsonify(shapes.number(carrier(), number))


@api.get("/Applications.json")
def list_applications() -> Response:
    name = request.args.get("FriendlyName")
    found = [a for a in carrier().books.applications.values() if name in (None, a.friendly_name)]
    return page("applications", found, lambda application: shapes.application(carrier(), application))


@api.post("/Applications.json")
def create_application() -> tuple[Response, int]:
    application = Application(sids.new("AP"))
    carrier().books.applications[application.sid] = application
    numbers.configure(carrier(), application, _changes(numbers.APPLICATION_SETTINGS))
    return jsonify(shapes.application(carrier(), application)), 201


@api.get("/Applications/<sid>.json")
def fetch_application(sid: str) -> Response:
    return jsonify(shapes.application(carrier(), _application(sid)))


@api.post("/Applications/<sid>.json")
def update_application(sid: str) -> Response:
    application = _application(sid)
    numbers.configure(carrier(), application, _changes(numbers.APPLICATION_SETTINGS))
    return jsonify(shapes.application(carrier(), application))

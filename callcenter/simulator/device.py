"""The simulated browser softphone: connect with an AccessToken, speak, press, hang up, receive events."""

from typing import Any

import jwt
from flask import Blueprint, Response, jsonify, request

from callcenter.simulator import lines, views
from callcenter.simulator.carrier import Carrier
from callcenter.simulator.control import perform
from callcenter.simulator.exchange import calls
from callcenter.simulator.exchange.calls import CarrierCall
from callcenter.simulator.lines import NoSuchNumber
from callcenter.simulator.twilio_api import carrier

device = Blueprint("device", __name__, url_prefix="/device")


class DeviceRefused(Exception):
    """Answered as JSON with Twilio's error code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@device.errorhandler(DeviceRefused)
def show_error(error: DeviceRefused) -> tuple[Response, int]:
    return jsonify({"code": error.code, "error": error.message}), error.status


@device.after_request
def allow_other_origins(response: Response) -> Response:
    # The desk runs on another port, which is another origin.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
    response.headers["Access-Control-Max-Age"] = "600"
    return response


@device.post("/connect")
def connect() -> tuple[Response, int]:
    given = request.get_json()
    identity, application = identify(carrier(), str(given.get("token", "")))
    params = {str(name): str(value) for name, value in dict(given.get("params") or {}).items()}
    try:
        call = lines.connect(
            carrier(),
            identity=identity,
            application_sid=application,
            params=params,
            name=str(given.get("name", "")),
        )
    except NoSuchNumber:
        raise DeviceRefused(401, 21218, "The token names an unknown TwiML application") from None
    return jsonify({"call_sid": call.sid, "identity": identity}), 201


def identify(company: Carrier, token: str) -> tuple[str, str]:
    """Identity and TwiML application sid of a valid AccessToken. Raises DeviceRefused."""
    claims = _claims(company, token)
    grants: dict[str, Any] = claims.get("grants") or {}
    identity = grants.get("identity")
    application = (grants.get("voice") or {}).get("outgoing", {}).get("application_sid")
    if not identity:
        raise DeviceRefused(401, 20101, "The token has no identity")
    if not application:
        raise DeviceRefused(401, 20157, "The token does not allow outgoing calls")
    return str(identity), str(application)


def _claims(company: Carrier, token: str) -> dict[str, Any]:
    settings = company.settings
    try:
        header = jwt.get_unverified_header(token)
        claims: dict[str, Any] = jwt.decode(
            token,
            settings.api_secret,
            algorithms=["HS256"],
            issuer=settings.api_key,
            options={"require": ["exp", "iss", "sub"]},
        )
    except jwt.ExpiredSignatureError:
        raise DeviceRefused(401, 20104, "The token has expired") from None
    except jwt.InvalidTokenError as error:
        raise DeviceRefused(401, 20101, f"The token is not valid: {error}") from None
    if claims["sub"] != settings.account_sid or header.get("cty") != "twilio-fpa;v=1":
        raise DeviceRefused(401, 20101, "The token is of another account, or no AccessToken")
    return claims


def _leg(sid: str) -> CarrierCall:
    """Finds browser legs only."""
    call = calls.find(carrier(), sid)
    if call is None or not call.remote.startswith("client:"):
        raise DeviceRefused(404, 20404, "There is no such call of a browser")
    return call


@device.post("/<sid>/<act>")
def act(sid: str, act: str) -> Response:
    call = _leg(sid)
    if call.is_over:
        raise DeviceRefused(409, 21220, f"The call is over: {call.status}")
    perform(call, act, request.get_json(silent=True) or {})
    return jsonify({"call_sid": call.sid, "status": call.status})


@device.get("/<sid>/events")
def listen(sid: str) -> Response:
    after = request.args.get("after", 0, type=int)
    return views.stream(views.call_events(carrier(), _leg(sid), after))

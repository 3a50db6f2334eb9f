"""System tests only: advances the clock that all processes share."""

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from callcenter import wiring
from callcenter.clock import SetClock
from callcenter.web import access
from callcenter.web.plumbing import requests

routes = Blueprint("control", __name__)


@routes.post("/control/clock")
@access.public
def forward() -> ResponseReturnValue:
    """{"forward": seconds} → {"now": …}. Only with CLOCK_FILE; 403 from another machine, 422 for a bad value."""
    clock = wiring.current().clock
    body = request.get_json(silent=True)
    seconds = body.get("forward") if isinstance(body, dict) else None
    if not requests.is_here(requests.address()) or not isinstance(clock, SetClock):
        abort(403)
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds < 0:
        abort(422)
    return jsonify(now=clock.forward(seconds).isoformat())

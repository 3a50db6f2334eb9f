"""Twilio's REST API 2010-04-01, as far as a contact centre uses it."""

import hmac
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, jsonify, request

from callcenter.simulator.carrier import Carrier
from callcenter.simulator.faults import Fault

api = Blueprint("twilio_api", __name__, url_prefix="/2010-04-01/Accounts/<account>")

MESSAGES = {
    20003: "Authenticate",
    20404: "The requested resource {what} was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    20503: "Service Unavailable",
}


class RestError(Exception):
    """Answered as Twilio's error body: code, message, more_info, status."""

    def __init__(self, status: int, code: int, message: str = "") -> None:
        super().__init__(message)
        self.status, self.code = status, code
        self.message = message or MESSAGES[code].format(what=request.path)


def carrier() -> Carrier:
    found = current_app.extensions["carrier"]
    assert isinstance(found, Carrier)
    return found


def not_found() -> RestError:
    return RestError(404, 20404)


@api.errorhandler(RestError)
def show_error(error: RestError) -> tuple[Response, int]:
    body = {
        "code": error.code,
        "message": error.message,
        "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
        "status": error.status,
    }
    return jsonify(body), error.status


@api.url_value_preprocessor
def check_account(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """HTTP Basic with account and token, or API key and secret, for this account only."""
    account = (values or {}).pop("account", "")
    settings = carrier().settings
    auth = request.authorization
    known = {settings.account_sid: settings.auth_token, settings.api_key: settings.api_secret}
    secret = known.get((auth.username if auth else None) or "")
    if not auth or not secret or not hmac.compare_digest(secret, auth.password or ""):
        raise RestError(401, 20003)
    if account != settings.account_sid:
        raise not_found()


@api.before_request
def strike() -> tuple[Response, int] | None:
    """Apply network delay and injected faults before the request runs."""
    if carrier().faults.slow_network:
        time.sleep(carrier().faults.slow_network)
    g.fault = carrier().faults.of_rest(path=request.path, method=request.method)
    if g.fault and g.fault.seconds:
        time.sleep(g.fault.seconds)
    if g.fault and g.fault.status and not g.fault.after:
        return show_error(_faulty(g.fault))
    return None


@api.after_request
def strike_after(response: Response) -> Response:
    """Faults with `after`: the request took effect, but the client gets an error."""
    fault: Fault | None = g.get("fault")
    if fault and fault.after and fault.status:
        body, status = show_error(_faulty(fault))
        body.status_code = status
        return body
    return response


def _faulty(fault: Fault) -> RestError:
    return RestError(fault.status, {429: 20429, 503: 20503}.get(fault.status, 20500))


def page(key: str, entries: Sequence[Any], show: Callable[[Any], dict[str, Any]]) -> Response:
    """One page of a list, with Twilio's paging fields. `entries` newest first."""
    size = min(max(request.args.get("PageSize", 50, type=int), 1), 1000)
    number = max(request.args.get("Page", 0, type=int), 0)
    some = entries[number * size : (number + 1) * size]
    following = number + 1 if (number + 1) * size < len(entries) else None
    body = {
        key: [show(entry) for entry in some],
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(len(some) - 1, 0),
        "uri": _page_uri(number, size),
        "first_page_uri": _page_uri(0, size),
        "next_page_uri": _page_uri(following, size),
        "previous_page_uri": _page_uri(number - 1 if number else None, size),
    }
    return jsonify(body)


def _page_uri(number: int | None, size: int) -> str | None:
    if number is None:
        return None
    kept = {name: value for name, value in request.args.items() if name not in ("Page", "PageSize", "PageToken")}
    return f"{request.path}?{urlencode({**kept, 'PageSize': size, 'Page': number})}"


def flag(name: str) -> bool:
    return request.form.get(name, "").lower() == "true"


def required(name: str, code: int) -> str:
    value = request.form.get(name, "")
    if not value:
        raise RestError(400, code, f"No '{name}' specified")
    return value

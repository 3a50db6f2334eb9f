"""Who asks? A program with a bearer token, and nobody else: a browser's session opens no door here, so none can be abused."""

from typing import NoReturn

import structlog
from flask import Blueprint, current_app, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter, RequestRedirect

from callcenter import declared, wiring
from callcenter.api import problems
from callcenter.api.problems import Refused
from callcenter.declared import Door, public
from callcenter.domain.errors import NotAllowed
from callcenter.domain.permissions import Actor
from callcenter.storage.administration import access

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="callcenter"'}


class IdConverter(BaseConverter):
    """An id in an address: a number that the database can have."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)


door = Blueprint("api", __name__, url_prefix="/api")
problems.register(door)


@door.before_request
def check() -> None:
    """Public, or a valid token whose role may."""
    declaration = declared.of(current_app.view_functions[request.endpoint or ""])
    if declaration is None:
        raise NotAllowed
    if declaration.door == Door.PUBLIC:
        return
    g.api_actor = _actor()
    if not declaration.may(actor().role):
        raise NotAllowed


def _actor() -> Actor:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise Refused(401, "unauthenticated", "Send a token as Authorization: Bearer …", headers=CHALLENGE)
    with wiring.current().reading() as session:
        token = access.token(session, secret.strip())
        found = access.actor_of(session, token) if token else None
    if token is None or found is None:
        headers = {"WWW-Authenticate": CHALLENGE["WWW-Authenticate"] + ', error="invalid_token"'}
        raise Refused(401, "unauthenticated", "This token is not known or no longer valid.", headers=headers)
    g.api_token_id = token.id
    structlog.contextvars.bind_contextvars(token=token.id, agent_id=found.agent_id)
    return found


def actor() -> Actor:
    found: Actor = g.api_actor
    return found


def me() -> int:
    """The agent that this token acts for."""
    agent_id = actor().agent_id
    if agent_id is None:
        raise Refused(403, "no-agent", "This token acts for no agent: make one with --agent.")
    return agent_id


@door.route("/", methods=METHODS, endpoint="nothing_at_all")
@door.route("/<path:rest>", methods=METHODS, endpoint="nothing")
@public
def nothing(rest: str = "") -> NoReturn:
    """Below /api nobody is answered with a page: what is not here, or not by this method, is a problem document too."""
    allowed = [method for method in METHODS if _is_served(method)]
    if allowed:
        raise MethodNotAllowed(valid_methods=allowed)
    raise NotFound


def _is_served(method: str) -> bool:
    addresses = current_app.create_url_adapter(request)
    try:
        endpoint, _ = addresses.match(method=method) if addresses else ("", {})
    except (RequestRedirect, HTTPException):
        return False
    return endpoint not in ("", "api.nothing", "api.nothing_at_all")

"""Authentication of API requests by bearer token, and unknown addresses below /api.

Session cookies are not accepted, so no browser session can be abused.
"""

from typing import NoReturn

import structlog
from flask import Blueprint, current_app, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter, RequestRedirect

from callcenter import declared, wiring
from callcenter.api import problems
from callcenter.api.problems import ApiProblem
from callcenter.declared import Audience, public
from callcenter.domain.errors import NotAllowed
from callcenter.domain.permissions import Actor
from callcenter.storage.administration import access

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="callcenter"'}


class IdConverter(BaseConverter):
    """An id in a path, within the range of the database's ids."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)


routes = Blueprint("api", __name__, url_prefix="/api")
problems.register(routes)


@routes.before_request
def check() -> None:
    """Admit public views and valid tokens with a declared role; 401 or 403 otherwise."""
    declaration = declared.of(current_app.view_functions[request.endpoint or ""])
    # A view without a declaration is closed.
    if declaration is None:
        raise NotAllowed
    if declaration.audience == Audience.PUBLIC:
        return
    g.api_actor = _actor()
    if not declaration.may(actor().role):
        raise NotAllowed


def _actor() -> Actor:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise ApiProblem(401, "unauthenticated", "Send a token as Authorization: Bearer …", headers=CHALLENGE)
    with wiring.current().reading() as session:
        token = access.token(session, secret.strip())
        found = access.actor_of(session, token) if token else None
    if token is None or found is None:
        headers = {"WWW-Authenticate": CHALLENGE["WWW-Authenticate"] + ', error="invalid_token"'}
        raise ApiProblem(401, "unauthenticated", "This token is not known or no longer valid.", headers=headers)
    g.api_token_id = token.id
    structlog.contextvars.bind_contextvars(token=token.id, agent_id=found.agent_id)
    return found


def actor() -> Actor:
    found: Actor = g.api_actor
    return found


def me() -> int:
    """The id of the token's agent; 403 `no-agent` for a program's token."""
    agent_id = actor().agent_id
    if agent_id is None:
        raise ApiProblem(403, "no-agent", "This token acts for no agent: make one with --agent.")
    return agent_id


@routes.route("/", methods=METHODS, endpoint="nothing_at_all")
@routes.route("/<path:rest>", methods=METHODS, endpoint="nothing")
@public
def nothing(rest: str = "") -> NoReturn:
    """404 or 405 as a problem document for every unknown address below /api, never a page."""
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

"""Authentication and authorisation of pages. Routes are declared (`callcenter.declared`), others are refused."""

from functools import cached_property

import structlog
from flask import Flask, abort, current_app, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from callcenter import declared, wiring
from callcenter.declared import allow, everyone, leaders, public
from callcenter.domain.agents import Role
from callcenter.domain.permissions import Actor
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent

__all__ = ["allow", "current_actor", "current_agent", "everyone", "leaders", "public"]

log = structlog.get_logger()
csrf = CSRFProtect()
PROGRAMS = ("api", "webhooks", "control")  # no HTML forms: bearer tokens, signatures, system tests


class SignedInAgent(UserMixin):
    """The signed-in agent, for Flask-Login."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent

    def get_id(self) -> str:
        # A changed session key ends every session made with the old one.
        return f"{self.agent.id}.{self.agent.session_key}"

    @cached_property
    def actor(self) -> Actor:
        return Actor(role=Role(self.agent.role), agent_id=self.agent.id, name=self.agent.name)


def register(app: Flask) -> None:
    people = LoginManager()
    people.init_app(app, add_context_processor=False)
    people.session_protection = None
    people.user_loader(load)
    app.view_functions["static"] = public(app.view_functions["static"])
    app.before_request(guard)
    csrf.init_app(app)


def load(kept: str) -> SignedInAgent | None:
    """The session's person; None after a new password, signing out everywhere, or for an inactive agent."""
    id_, _, key = kept.partition(".")
    if not id_.isdigit():
        return None
    with wiring.current().reading() as session:
        agent = agents.get(session, int(id_))
    valid = agent is not None and agent.is_active and agent.session_key == key
    return SignedInAgent(agent) if agent and valid else None


def guard() -> Response | None:
    """Before each request: declared, and for pages signed in with a permitted role, else 403."""
    if request.endpoint is None:
        return None
    declaration = declared.of(current_app.view_functions[request.endpoint])
    if declaration is None:
        log.error("route_not_declared", endpoint=request.endpoint)
        abort(403)
    # Programs authenticate in their own blueprints.
    if (request.blueprint or "").split(".")[0] in PROGRAMS:
        return None
    csrf.protect()
    if declaration.audience != declared.Audience.PEOPLE:
        return None
    if not current_user.is_authenticated:
        return _sign_in_first()
    structlog.contextvars.bind_contextvars(agent_id=current_agent().id)
    if not declaration.may(current_agent().role):
        abort(403)
    return None


def _sign_in_first() -> Response:
    """Redirects a page to sign-in; 401 for a part or a post, on which the page reloads itself."""
    if request.method != "GET" or request.headers.get("HX-Request"):
        abort(401)
    return redirect(url_for("sign_in.form", next=request.full_path.rstrip("?")))


def is_signed_in() -> bool:
    return bool(current_user.is_authenticated)


def current_agent() -> Agent:
    """As read at the start of this request."""
    agent: Agent = current_user.agent
    return agent


def current_actor() -> Actor:
    actor: Actor = current_user.actor
    return actor

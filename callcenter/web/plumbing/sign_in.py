"""Signing in and out. Tries are counted; the page announces the pause that follows."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import login_user, logout_user
from redis import RedisError
from werkzeug.wrappers import Response

from callcenter import passwords, wiring
from callcenter.actions.administration import access as acts
from callcenter.actions.agents import agents as presence
from callcenter.domain.errors import TooManyTries
from callcenter.storage.agents import agents
from callcenter.web import access
from callcenter.web.plumbing import page_context, requests
from callcenter.web.wording import language

pages = Blueprint("sign_in", __name__)


@pages.get("/")
@access.everyone
def home() -> Response:
    return redirect(page_context.home_of(access.current_agent().role))


@pages.get("/sign-in")
@access.public
def form() -> Response | str:
    if access.is_signed_in():
        return redirect(language.here(request.args.get("next")))
    return _page()


@pages.post("/sign-in")
@access.public
def enter() -> Response | tuple[str, int]:
    """401 for a wrong name or password, 429 during the pause."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    try:
        with wiring.current().work() as work:
            # Counted before the password is checked, so that parallel guesses count too.
            left = acts.begin_try(work, username=name, address=requests.address())
    except TooManyTries as error:
        return _page(_(error.text), name=name), error.status
    with wiring.current().reading() as reading:
        agent = agents.by_name(reading, name)
    # Outside a transaction: hashing is slow.
    if not passwords.matches(password, agent.password_hash if agent and agent.is_active else None) or agent is None:
        return _page(wrong(left), name=name), 401
    with wiring.current().work() as work:
        person = access.SignedInAgent(acts.sign_in(work, agent.id, username=name, password=password))
    session.clear()
    session.permanent = True
    login_user(person)
    return redirect(language.here(request.form.get("next")))


def wrong(left: int) -> str:
    if not left:
        return _("Name or password is wrong. We pause for a minute now.")
    return ngettext(
        "Name or password is wrong. After %(num)d more try we pause for a minute.",
        "Name or password is wrong. After %(num)d more tries we pause for a minute.",
        left,
    )


@pages.post("/sign-out")
@access.everyone
def leave() -> Response:
    """Withdraws the agent's offers; a call in progress continues."""
    with wiring.current().work() as work:
        presence.sign_out(work, access.current_agent().id)
    return _left()


@pages.post("/sign-out/everywhere")
@access.everyone
def leave_everywhere() -> Response:
    """Ends every session of this agent."""
    with wiring.current().work() as work:
        acts.sign_out_everywhere(work, access.current_agent().id)
    return _left()


def _left() -> Response:
    logout_user()
    session.clear()
    return redirect(url_for("sign_in.form"))


@pages.get("/sign-in/help")
@access.public
def forgotten() -> str:
    return render_template("access/help.html")


def _page(error: str = "", *, name: str = "") -> str:
    next_path = request.values.get("next", "")
    return render_template("access/sign_in.html", error=error, name=name, next=next_path, live=_live_updates())


def _live_updates() -> bool:
    """Whether Redis answers."""
    try:
        return bool(wiring.current().background.redis.ping())
    except RedisError:
        return False

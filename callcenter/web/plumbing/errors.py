"""The only register of error pages: status or exception → page, or a part for htmx and fetch."""

from dataclasses import dataclass

import structlog
from flask import Flask, g, render_template, request, url_for
from flask_babel import LazyString, gettext, lazy_gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from callcenter.domain.errors import DomainError, OutsideError
from callcenter.web import access
from callcenter.web.access import PROGRAMS
from callcenter.web.plumbing import assets, requests
from callcenter.web.wording import formats

log = structlog.get_logger()
Answer = tuple[str, int]


@dataclass(frozen=True)
class ErrorText:
    """Message, advice, icon. `support`: show the request's number for support."""

    strong: LazyString | str
    text: LazyString | str = ""
    icon: str = "info"
    support: bool = False


TABLE: dict[int, ErrorText] = {
    400: ErrorText(
        lazy_gettext("This request is not complete."), lazy_gettext("Go back and send it again."), support=True
    ),
    401: ErrorText(lazy_gettext("You are signed out."), lazy_gettext("Sign in again to go on."), icon="lock"),
    403: ErrorText(lazy_gettext("This page is not for you"), icon="lock"),
    404: ErrorText(
        lazy_gettext("There is nothing here"),
        lazy_gettext("It may have been moved, or the address is not complete."),
        icon="ticket-off",
    ),
    405: ErrorText(lazy_gettext("This cannot be done in this way"), support=True),
    413: ErrorText(lazy_gettext("This is too large"), lazy_gettext("A file may have 16 MB, everything else 1 MB.")),
    429: ErrorText(lazy_gettext("There were too many wrong tries. Wait a minute, then try again.")),
    500: ErrorText(
        lazy_gettext("Something failed on our side"),
        lazy_gettext("What you last did may not have happened. Look, then try again; calls go on."),
        icon="alert",
        support=True,
    ),
    502: ErrorText(
        lazy_gettext("This did not happen."),
        lazy_gettext("The telephone company refused it or did not answer. Try again."),
        icon="alert",
        support=True,
    ),
    503: ErrorText(
        lazy_gettext("The database does not answer"),
        lazy_gettext("Calls in progress go on. Nothing was saved; try again in a moment."),
        icon="alert",
        support=True,
    ),
}
EXPIRED = ErrorText(
    lazy_gettext("This page is from an earlier sign-in."),
    lazy_gettext("Nothing was saved. Reload the page, then send it again."),
)
NOT_BUILT = ErrorText(lazy_gettext("The front end is not built"), lazy_gettext("Run: make ready"), icon="alert")
FOR_LEADERS = lazy_gettext("This page is for supervisors")
SIGNED_IN_AS = {
    "agent": lazy_gettext("You are signed in as %(name)s, agent."),
    "supervisor": lazy_gettext("You are signed in as %(name)s, supervisor."),
    "administrator": lazy_gettext("You are signed in as %(name)s, administrator."),
}


def register(app: Flask) -> None:
    app.register_error_handler(DomainError, refused)
    app.register_error_handler(OutsideError, outside_failed)
    app.register_error_handler(CSRFError, expired)
    app.register_error_handler(HTTPException, http)
    for away in (OperationalError, PoolTimeout):
        app.register_error_handler(away, database_away)
    app.register_error_handler(assets.FrontEndNotBuilt, not_built)
    app.register_error_handler(500, failed)


def refused(error: DomainError) -> Answer:
    """The domain error's sentence with its own status."""
    text = formats.sentence(error)
    # A whole page gets the standard text; a part shows the error's own sentence.
    if error.status in (403, 404) and not is_part():
        return answer(TABLE[error.status], error.status)
    return answer(ErrorText(text), error.status)


def outside_failed(error: OutsideError) -> Answer:
    log.warning("outside_failed", message=str(error), permanent=error.permanent, code=error.code)
    return answer(TABLE[502], 502)


def expired(error: CSRFError) -> Answer:
    log.info("csrf_refused", reason=str(error.description))
    return answer(EXPIRED, 400)


def http(error: HTTPException) -> Answer | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    message = TABLE.get(code, ErrorText(gettext("This cannot be done."), support=True))
    return answer(not_for(message) if code == 403 else message, code)


def not_for(message: ErrorText) -> ErrorText:
    """Adds the reader's name and role to a 403."""
    if not access.is_signed_in():
        return message
    agent = access.current_agent()
    whom = FOR_LEADERS if not agent.is_leader else message.strong
    return ErrorText(whom, str(SIGNED_IN_AS[agent.role]) % {"name": agent.name}, icon=message.icon)


def failed(error: Exception) -> Answer:
    # The page never shows the reason: the log has it under the request's number.
    original = getattr(error, "original_exception", None) or error
    log.error("failed", error=type(original).__name__, exc_info=original)
    return answer(TABLE[500], 500)


def database_away(error: Exception) -> Answer:
    log.error("database_away", error=type(error).__name__)
    # Agent and company cannot be read, so the page renders without its frame.
    g.alone = True
    return answer(TABLE[503], 503, alone=True)


def not_built(error: assets.FrontEndNotBuilt) -> Answer:
    log.error("front_end_not_built", message=str(error))
    return answer(NOT_BUILT, 503)


def is_part() -> bool:
    return request.headers.get("HX-Request") == "true" or request.headers.get("X-Requested-With") == "fetch"


def answer(message: ErrorText, status: int, *, alone: bool = False) -> Answer:
    support = requests.number() if message.support else ""
    if is_part():
        return render_template("errors/part.html", message=message, support=support), status
    is_plain = not assets.is_built()
    if alone or is_plain or request.path.strip("/").split("/")[0] in PROGRAMS:
        return render_template("errors/alone.html", message=message, support=support, is_plain=is_plain), status
    template = "errors/page.html" if access.is_signed_in() else "errors/stranger.html"
    back = url_for("sign_in.home") if access.is_signed_in() else url_for("sign_in.form")
    return render_template(template, message=message, support=support, status=status, back=back), status

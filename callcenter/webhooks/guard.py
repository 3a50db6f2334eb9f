"""Checks Twilio's signatures, and wraps views so that a caller never gets an error page."""

import time
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

import structlog
from flask import Response, abort, request
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from callcenter import wiring
from callcenter.declared import signed
from callcenter.domain import languages
from callcenter.domain.calls import Answer, Apologise
from callcenter.domain.customers import e164, language_of
from callcenter.domain.errors import DomainError
from callcenter.storage.database import is_away, seconds_left, within
from callcenter.telephony import twiml
from callcenter.telephony.signature import is_genuine

log = structlog.get_logger()
# Includes programming errors: the caller must not hear silence because of them.
FAILURES = (
    *(DomainError, SQLAlchemyError, ArithmeticError, AttributeError, LookupError),
    *(NameError, OSError, RuntimeError, TypeError, ValueError),
)
# Twilio waits 15 s for the answer to a caller.
LONGEST_WORK = 8.0
SOON = 0.3  # seconds, until a restarted server or another primary may answer
# Twilio sends these only once: they go along in the address of the next try.
ONCE = ("Digits", "DialCallStatus", "RecordingUrl", "RecordingDuration")
SINCE = "since"


def check() -> None:
    """403 for a forged or unsigned request, or another account's."""
    settings = wiring.current().settings
    # The signed address comes from PUBLIC_URL: request headers can be forged.
    url = settings.public_url + request.full_path.removesuffix("?")
    signature = request.headers.get("X-Twilio-Signature")
    if not is_genuine(tokens=settings.auth_tokens, url=url, form=request.form, signature=signature):
        log.warning("webhook_refused", path=request.path, signed=bool(signature), fields=sorted(request.form))
        abort(403)
    if settings.twilio_account_sid and request.form.get("AccountSid") not in (None, settings.twilio_account_sid):
        log.warning("webhook_of_another_account", path=request.path)
        abort(403)


def answered(view: Callable[..., Answer]) -> Callable[..., Response]:
    """Wraps a view that answers a caller; on failure the caller hears an apology and how to reach us.

    While the database is away the caller waits, and comes back to the same address until it answers.
    """

    @wraps(view)
    def inner(**arguments: int | str) -> Response:
        base = wiring.current().settings.public_url
        language = language_of(e164(request.form.get("From", ""))) or languages.DEFAULT
        try:
            return xml(twiml.render(_in_time(view, arguments), base=base))
        except FAILURES as error:
            if isinstance(error, (DBAPIError, PoolTimeout)) and is_away(error):
                log.warning("caller_waits_for_database", path=request.path, error=type(error).__name__)
                return xml(twiml.stand_by(language, again=base + _here(), is_first=SINCE not in request.args))
            log.error("webhook_failed", path=request.path, error=type(error).__name__, exc_info=True)
            return xml(twiml.render(Apologise(language=language), base=base))

    return signed(inner)


def _in_time(view: Callable[..., Answer], arguments: dict[str, int | str]) -> Answer:
    """Tries again once if the database was away. Safe: Twilio may post twice, so every view may run twice."""
    with within(LONGEST_WORK):
        try:
            return view(**arguments)
        except (DBAPIError, PoolTimeout) as error:
            if not is_away(error) or seconds_left() < 1:
                raise
            time.sleep(SOON)
            return view(**arguments)


def _here() -> str:
    """This address with the fields that are sent only once, and the time of the first try (seconds since 1970)."""
    once = {name: value for name in ONCE if (value := request.form.get(name))}
    since = request.args.get(SINCE) or str(int(wiring.current().clock().timestamp()))
    return f"{request.path}?{urlencode(request.args.to_dict() | once | {SINCE: since})}"


def xml(document: str) -> Response:
    return Response(document, mimetype="text/xml")


def taken(view: Callable[..., None]) -> Callable[..., Response]:
    """Wraps a view that takes a report; answers 204."""

    @wraps(view)
    def inner(**arguments: int | str) -> Response:
        # A failure is a logged 5xx; Twilio does not repeat status callbacks.
        view(**arguments)
        return Response(status=204)

    return signed(inner)

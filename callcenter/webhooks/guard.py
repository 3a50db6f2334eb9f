"""Checks Twilio's signatures, and wraps views so that a caller never gets an error page."""

from collections.abc import Callable
from functools import wraps

import structlog
from flask import Response, abort, request
from sqlalchemy.exc import SQLAlchemyError

from callcenter import wiring
from callcenter.declared import signed
from callcenter.domain import languages
from callcenter.domain.calls import Answer, Apologise
from callcenter.domain.customers import e164, language_of
from callcenter.domain.errors import DomainError
from callcenter.telephony import twiml
from callcenter.telephony.signature import is_genuine

log = structlog.get_logger()
# Includes programming errors: the caller must not hear silence because of them.
FAILURES = (
    *(DomainError, SQLAlchemyError, ArithmeticError, AttributeError, LookupError),
    *(NameError, OSError, RuntimeError, TypeError, ValueError),
)


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
    """Wraps a view that answers a caller; on failure the caller hears an apology and how to reach us."""

    @wraps(view)
    def inner(**arguments: int | str) -> Response:
        base = wiring.current().settings.public_url
        try:
            return xml(twiml.render(view(**arguments), base=base))
        except FAILURES as error:
            log.error("webhook_failed", path=request.path, error=type(error).__name__, exc_info=True)
            sorry = Apologise(language=language_of(e164(request.form.get("From", ""))) or languages.DEFAULT)
            return xml(twiml.render(sorry, base=base))

    return signed(inner)


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

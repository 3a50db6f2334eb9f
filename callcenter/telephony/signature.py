"""Twilio's signature, the only authentication of webhooks."""

from collections.abc import Iterable

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict


def is_genuine(*, tokens: Iterable[str], url: str, form: MultiDict[str, str], signature: str | None) -> bool:
    if not signature:
        return False
    # The address comes from the settings; two tokens while they are being changed.
    return any(RequestValidator(token).validate(url, form, signature) for token in tokens)

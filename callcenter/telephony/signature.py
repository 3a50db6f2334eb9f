"""Checks that Twilio sent a request. The signature is the only authentication; the address comes from the settings."""

from collections.abc import Iterable

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict


def is_genuine(*, tokens: Iterable[str], url: str, form: MultiDict[str, str], signature: str | None) -> bool:
    """True if one of our tokens (two while they are being changed) signed this address and form."""
    if not signature:
        return False
    return any(RequestValidator(token).validate(url, form, signature) for token in tokens)

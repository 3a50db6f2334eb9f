"""Twilio's signature, the only authentication of webhooks. The address comes from the settings."""

from collections.abc import Iterable

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict


def is_genuine(*, tokens: Iterable[str], url: str, form: MultiDict[str, str], signature: str | None) -> bool:
    """`tokens`: two while they are being changed."""
    if not signature:
        return False
    return any(RequestValidator(token).validate(url, form, signature) for token in tokens)

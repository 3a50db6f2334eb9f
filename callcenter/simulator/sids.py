"""Twilio's identifiers: two letters and 32 hexadecimal digits."""

import uuid


def new(prefix: str) -> str:
    return prefix + uuid.uuid4().hex

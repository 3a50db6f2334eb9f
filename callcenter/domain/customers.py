"""Telephone numbers in E.164, and withheld numbers. Customers are never merged by guess."""

from functools import cache
from zoneinfo import available_timezones

import phonenumbers
from phonenumbers import timezone

from callcenter.domain.channels import AddressKind

WITHHELD = ("anonymous", "unknown", "restricted", "unavailable", "private")
# Numbers that carriers send for a withheld caller id (Twilio: "ANONYMOUS" on a telephone keypad, and similar ones).
WITHHELD_NUMBERS = ("+266696687", "+2562533", "+7378742833", "+464")


def e164(raw: str, *, region: str | None = None) -> str | None:
    """None if withheld or impossible. `region` (US, CN): for numbers typed without country code."""
    text = raw.strip()
    if not text or is_withheld(text):
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_reachable(kind: AddressKind, address: str) -> bool:
    """False for short codes and alphanumeric senders."""
    return kind != AddressKind.PHONE or e164(address) is not None


def is_withheld(raw: str) -> bool:
    return raw in WITHHELD_NUMBERS or any(word in raw.lower() for word in WITHHELD)


def shown(number: str | None) -> str:
    """International format; empty for None."""
    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def language_of(number: str | None) -> str | None:
    """Greeting language for an unknown number."""
    return "zh" if number and number.startswith("+86") else None


def zone_of(number: str) -> str | None:
    """None if the prefix covers several zones."""
    zones = timezone.time_zones_for_number(phonenumbers.parse(number))
    return zones[0] if len(zones) == 1 and is_zone(zones[0]) else None


def is_zone(name: str) -> bool:
    return name in _zones()


# available_timezones() reads the disk, which is too slow within a call.
@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())

"""Telephone numbers in one form, and what a shared or withheld number means. Customers are never merged by guess."""

from functools import cache
from zoneinfo import available_timezones

import phonenumbers
from phonenumbers import timezone

from callcenter.domain.channels import AddressKind

WITHHELD = ("anonymous", "unknown", "restricted", "unavailable", "private")
# Numbers that carriers send for a withheld caller id (Twilio: "ANONYMOUS" on a telephone keypad, and similar ones).
WITHHELD_NUMBERS = ("+266696687", "+2562533", "+7378742833", "+464")


def e164(raw: str, *, region: str | None = None) -> str | None:
    """The number as +<country><subscriber>, or None if it is withheld or impossible.

    `region` ("US", "CN") reads a number that a person typed without country code; carriers always send one.
    """
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
    """Whether a reply can reach this address: no short code, and no company name as sender."""
    return kind != AddressKind.PHONE or e164(address) is not None


def is_withheld(raw: str) -> bool:
    return raw in WITHHELD_NUMBERS or any(word in raw.lower() for word in WITHHELD)


def shown(number: str | None) -> str:
    """The number as people of its country read it, with the country code."""
    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def language_of(number: str | None) -> str | None:
    """The language to greet an unknown number in: Chinese for numbers of mainland China, else None."""
    return "zh" if number and number.startswith("+86") else None


def zone_of(number: str) -> str | None:
    """The time zone of a number; None if its prefix covers several zones."""
    zones = timezone.time_zones_for_number(phonenumbers.parse(number))
    return zones[0] if len(zones) == 1 and is_zone(zones[0]) else None


def is_zone(name: str) -> bool:
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    """Cached: `available_timezones` walks the disk, which takes as long as a whole call may."""
    return frozenset(available_timezones())

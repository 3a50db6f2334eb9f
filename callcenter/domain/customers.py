"""Who calls: telephone numbers in one form, and what a shared or a withheld number means. Nobody is merged by guess."""

from functools import cache
from zoneinfo import available_timezones

import phonenumbers
from phonenumbers import timezone

from callcenter.domain.channels import AddressKind

WITHHELD = ("anonymous", "unknown", "restricted", "unavailable", "private")
# Numbers that carriers pass on for a withheld caller id (Twilio: "ANONYMOUS" on a telephone keypad, and its kin).
WITHHELD_NUMBERS = ("+266696687", "+2562533", "+7378742833", "+464")


def e164(raw: str, *, region: str | None = None) -> str | None:
    """A number as +<country><subscriber>, or None where it is withheld or no possible number.

    `region` ("US", "CN") reads a number typed by a person without country code; carriers always send one.
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
    """Whether one can answer there: no short code, nor the name under which a company sends."""
    return kind != AddressKind.PHONE or e164(address) is not None


def is_withheld(raw: str) -> bool:
    return raw in WITHHELD_NUMBERS or any(word in raw.lower() for word in WITHHELD)


def shown(number: str | None) -> str:
    """A number as people of its country read it, with the country code."""
    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def language_of(number: str | None) -> str | None:
    """The language to greet an unknown number in: Chinese for numbers of mainland China, else not known."""
    return "zh" if number and number.startswith("+86") else None


def zone_of(number: str) -> str | None:
    """The zone of a number, where its prefix lies in one zone only."""
    zones = timezone.time_zones_for_number(phonenumbers.parse(number))
    return zones[0] if len(zones) == 1 and is_zone(zones[0]) else None


def is_zone(name: str) -> bool:
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    """Read once: `available_timezones` walks the disk each time, for as long as a whole call may take."""
    return frozenset(available_timezones())

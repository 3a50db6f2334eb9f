"""Telephone numbers: one form each; none for withheld or invalid ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain import customers


@pytest.mark.parametrize(
    ("raw", "region", "number"),
    [
        ("+14155550142", None, "+14155550142"),
        (" +1 415 555 0142 ", None, "+14155550142"),
        ("+1 (415) 555-0142", None, "+14155550142"),
        ("whatsapp:+14155550142", None, "+14155550142"),
        ("+8613855500163", None, "+8613855500163"),
        ("(415) 555-0142", "US", "+14155550142"),
        ("13855500163", "CN", "+8613855500163"),
        ("4155550142", None, None),
        ("anonymous", None, None),
        ("Anonymous", None, None),
        ("+266696687", None, None),
        ("unknown", None, None),
        ("Restricted", None, None),
        ("unavailable", None, None),
        ("", None, None),
        ("   ", None, None),
        ("+", None, None),
        ("+1", None, None),
        ("+99999999999999999999", None, None),
        ("client:agent-7", None, None),
        ("sip:carla@example.com", None, None),
        ("12345", None, None),
        ("HARBORHOME", None, None),
        ("<script>", None, None),
        ("\x00", None, None),
    ],
)
def test_a_number_has_one_form_or_none(raw: str, region: str | None, number: str | None) -> None:
    assert customers.e164(raw, region=region) == number


@given(st.text())
def test_whatever_a_carrier_sends_is_a_number_or_none(raw: str) -> None:
    number = customers.e164(raw)
    assert number is None or (number.startswith("+") and number[1:].isdigit())
    assert number is None or customers.e164(number) == number


def test_a_number_is_shown_as_its_country_reads_it() -> None:
    assert customers.shown("+14155550142") == "+1 415-555-0142"
    assert customers.shown(None) == ""
    assert customers.shown("HARBOR") == "HARBOR"


def test_the_language_and_zone_of_a_number() -> None:
    assert customers.language_of("+8613855500163") == "zh"
    assert customers.language_of("+14155550142") is None
    assert customers.language_of(None) is None
    assert customers.zone_of("+8613855500163") == "Asia/Shanghai"
    assert customers.zone_of("+14155550142") == "America/Los_Angeles"
    assert customers.is_zone("Europe/Berlin")
    assert not customers.is_zone("Europe/Atlantis")

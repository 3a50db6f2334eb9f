"""Amounts in minor units: parsing and formatting."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision

from callcenter.domain import languages
from callcenter.domain.errors import Invalid

LARGEST = 10_000_000_00
SIGNS = {"$": "USD", "¥": "CNY", "€": "EUR", "£": "GBP", "元": "CNY", "US$": "USD", "RMB": "CNY", "CN¥": "CNY"}
AMOUNT = re.compile(r"(?P<before>[^\d.,+-]*)(?P<number>[+-]?[\d.,]*\d)(?P<after>[^\d.,+-]*)")
GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")


def is_currency(code: str) -> bool:
    return code in get_global("all_currencies")


def minor_units(currency: str) -> int:
    """Minor units per unit: 100 for USD, 1 for JPY."""
    return int(10 ** get_currency_precision(currency))


def parse(text: str, currency: str, *, field: str = "amount") -> int:
    """Reads "$1,200.50" as 120050. Raises Invalid."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").upper()
    found = AMOUNT.fullmatch(plain)
    if found is None:
        raise Invalid("This is not an amount of money.", field=field)
    for mark in (found["before"], found["after"]):
        _check_currency(mark, currency, field=field)
    number = found["number"]
    if "," in number and not GROUPED.fullmatch(number.lstrip("+-")):
        raise Invalid("Write cents behind a point, and thousands with a comma: 1,200.50", field=field)
    try:
        value = Decimal(number.replace(",", "")) * minor_units(currency)
    except InvalidOperation:
        raise Invalid("This is not an amount of money.", field=field) from None
    if value != value.to_integral_value():
        raise Invalid("%(currency)s has no smaller part than this.", field=field, currency=currency)
    return checked(int(value), field=field)


def _check_currency(mark: str, currency: str, *, field: str) -> None:
    if mark and SIGNS.get(mark, mark) != currency:
        raise Invalid("This is given in %(currency)s.", field=field, currency=currency)


def checked(minor: object, *, field: str = "amount") -> int:
    """From 1 to LARGEST; raises Invalid otherwise."""
    if isinstance(minor, bool) or not isinstance(minor, int):
        raise Invalid("An amount is a whole number of minor units.", field=field)
    if minor <= 0:
        raise Invalid("An amount is more than nothing.", field=field)
    if minor > LARGEST:
        raise Invalid("This is more than anybody may give.", field=field)
    return minor


def typed(minor: int | None, currency: str) -> str:
    """As typed in a field: 120.50; empty for None."""
    if minor is None:
        return ""
    unit = minor_units(currency)
    whole, rest = divmod(minor, unit)
    return f"{whole}.{rest:0{len(str(unit)) - 1}d}" if rest else str(whole)


@lru_cache(maxsize=4096)
def formatted(minor: int, currency: str, language: str) -> str:
    """$60, $14.90, ¥80."""
    unit = minor_units(currency)
    whole = minor % unit == 0
    pattern = "¤#,##0;-¤#,##0" if whole else None
    text = format_currency(
        Decimal(minor) / unit,
        currency,
        pattern,
        locale=languages.babel(language),
        currency_digits=not whole,
    )
    return text.replace("US$", "$").replace("CN¥", "¥")

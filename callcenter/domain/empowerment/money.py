"""Amounts in minor units: parsing and formatting."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol

from callcenter.domain import languages
from callcenter.domain.errors import Invalid

LARGEST = 10_000_000_00
# Signs of several currencies are read as the one that is expected.
SIGNS = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "CLP", "COP", "ARS"),
    "¥": ("CNY", "JPY"),
    "元": ("CNY", "TWD"),
    "円": ("JPY",),
    "RMB": ("CNY",),
    "US$": ("USD",),
    "CN¥": ("CNY",),
    "€": ("EUR",),
    "£": ("GBP",),
}
# ISO 4217: metals, units of account, tests, and no currency at all. XAF, XCD, XCG, XOF and XPF are money.
NO_MONEY = frozenset(
    {
        *[
            "XAG",
            "XAU",
            "XBA",
            "XBB",
            "XBC",
            "XBD",
            "XDR",
            "XEU",
            "XFO",
            "XFU",
            "XPD",
            "XPT",
            "XRE",
            "XSU",
            "XTS",
            "XUA",
        ],
        3 * "X",
    }
)
AMOUNT = re.compile(r"(?P<before>[^\d.,+-]*)(?P<number>[+-]?[\d.,]*\d)(?P<after>[^\d.,+-]*)")
# "1.000" is a thousand in Berlin and one in Boston; "1,500" is one and a half dinars in Tunis.
THREE_BEHIND_A_POINT = re.compile(r"[1-9]\d{0,2}\.\d{3}")
THREE_BEHIND_A_COMMA = re.compile(r"[1-9]\d{0,2},\d{3}")
GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")


def is_currency(code: str) -> bool:
    return code in get_global("all_currencies") and code not in NO_MONEY


def minor_units(currency: str) -> int:
    """Minor units per unit: 100 for USD, 1 for JPY and VND, 1000 for KWD. The only place that knows (ISO 4217, CLDR)."""
    return int(10 ** get_currency_precision(currency))


def parse(text: str, currency: str, *, field: str = "amount") -> int:
    """Reads "$1,200.50" as 120050. Raises Invalid, also where it could be read in two ways."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").upper()
    # Some signs hold a point themselves: "Cg.5".
    mark = next((mark for mark in sorted(_marks(currency), key=len, reverse=True) if plain.startswith(mark)), "")
    found = AMOUNT.fullmatch(plain.removeprefix(mark))
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
    if (THREE_BEHIND_A_COMMA if minor_units(currency) == 1000 else THREE_BEHIND_A_POINT).fullmatch(number):
        plainly = re.sub("[.,]", "", number)
        raise Invalid("This can be read in two ways. Write %(amount)s for the larger one.", field=field, amount=plainly)
    return checked(int(value), field=field)


def _check_currency(mark: str, currency: str, *, field: str) -> None:
    if mark and mark not in _marks(currency):
        raise Invalid("This is given in %(currency)s.", field=field, currency=currency)


@lru_cache(maxsize=400)
def _marks(currency: str) -> frozenset[str]:
    """What people and we ourselves write beside an amount of it."""
    ours = (get_currency_symbol(currency, locale=languages.babel(language)) for language in languages.SERVED)
    theirs = (sign for sign, codes in SIGNS.items() if currency in codes)
    marks = (unicodedata.normalize("NFKC", mark).replace(" ", "").upper() for mark in (currency, *ours, *theirs))
    return frozenset(marks)


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

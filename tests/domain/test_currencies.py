"""One way to write and read money of every currency, by the digits that ISO 4217 gives it."""

import json
from pathlib import Path

import pytest
from babel.core import get_global
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain import languages
from callcenter.domain.empowerment import RuleBook, money
from callcenter.domain.errors import Invalid
from callcenter.web.wording import formats
from tests.empowered import BOOK, Counter
from tests.site import SignIn

CASE = json.loads((Path(__file__).parents[1] / "cases" / "digits_of_currencies.json").read_text())["budgets"]
CURRENCIES = sorted(code for code in get_global("all_currencies") if money.is_currency(code))


@pytest.mark.parametrize("budget", CASE, ids=lambda one: one["currency"])
def test_an_amount_is_the_same_read_shown_and_typed(app: Flask, budget: dict[str, object]) -> None:
    currency, minor = str(budget["currency"]), int(str(budget["minor_units"]))
    assert money.parse(str(budget["amount"]), currency) == minor
    assert money.parse(money.typed(minor, currency), currency) == minor
    assert str(budget["shown_with"]) in money.formatted(minor, currency, "en")
    with app.test_request_context():
        assert str(budget["shown_with"]) in formats.money(minor, currency)
        assert formats.money(None) == "–"


@pytest.mark.parametrize("budget", CASE, ids=lambda one: one["currency"])
def test_a_budgets_page_shows_one_amount_everywhere(
    counter: Counter, signed_in: SignIn, budget: dict[str, object]
) -> None:
    minor = int(str(budget["minor_units"]))
    id_ = counter.budget(minor, currency=str(budget["currency"]))
    robin: FlaskClient = signed_in("robin")
    text = robin.get(f"/budgets/{id_}").text
    assert text.count(str(budget["shown_with"])) >= 3  # the sentence, the ledger, the table
    others = (minor * 10, minor * 100, minor // 10, minor // 100)
    wrong = {money.formatted(other, str(budget["currency"]), "en") for other in others}
    assert not [one for one in wrong if f"{one}<" in text]


@given(st.sampled_from(CURRENCIES), st.integers(1, money.LARGEST), st.sampled_from(sorted(languages.SERVED)))
def test_what_we_write_we_can_read(currency: str, minor: int, language: str) -> None:
    assert money.parse(money.typed(minor, currency), currency) == minor
    try:
        assert money.parse(money.formatted(minor, currency, language), currency) == minor
    except Invalid as error:
        # "KWD 1,500" is ours and yet could be one and a half.
        assert "two ways" in error.text  # noqa: PT017
        assert money.minor_units(currency) == 1000


@pytest.mark.parametrize(
    ("text", "currency"),
    [("1.000", "EUR"), ("12.500", "USD"), ("€1.200", "EUR"), ("1.000", "JPY"), ("1,500", "KWD"), ("５.０００", "CNY")],
)
def test_an_amount_that_can_be_read_in_two_ways_is_asked_and_not_guessed(text: str, currency: str) -> None:
    with pytest.raises(Invalid, match="two ways"):
        money.parse(text, currency)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("¥1,000", "JPY", 1000), ("¥80", "CNY", 8000), ("￥１，０００", "JPY", 1000), ("1000円", "JPY", 1000), ("$20", "CAD", 2000),
     ("1.500", "KWD", 1500), ("0.500", "USD", 50), ("1,000.00", "EUR", 100_000), ("₫5,000,000", "VND", 5_000_000), ("HK$5", "HKD", 500)],
)  # fmt: skip
def test_signs_are_read_as_the_currency_that_is_expected(text: str, currency: str, minor: int) -> None:
    assert money.parse(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"), [("¥80", "USD"), ("$20", "EUR"), ("€5", "CNY"), ("£5", "USD"), ("US$5", "CAD")]
)
def test_the_sign_of_another_currency_is_refused(text: str, currency: str) -> None:
    with pytest.raises(Invalid, match="given in"):
        money.parse(text, currency)


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "XDR", "usd", "", "US", "ABC"])
def test_what_iso_calls_no_currency_is_none(code: str) -> None:
    assert not money.is_currency(code)


def test_francs_and_dollars_of_several_countries_are_money() -> None:
    assert all(map(money.is_currency, ("XAF", "XCD", "XOF", "XPF", "USD", "VND")))
    with pytest.raises(ValueError, match="XXX is no currency"):
        RuleBook.model_validate({**BOOK, "currency": "XXX"})

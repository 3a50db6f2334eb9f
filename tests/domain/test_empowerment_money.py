"""Amounts, periods, and replies by SMS."""

from datetime import UTC, datetime, timedelta

import pytest

from callcenter.domain.empowerment import money
from callcenter.domain.empowerment.approving import ApprovalAnswer, fits, most_of, read_reply
from callcenter.domain.empowerment.periods import name_of, period_of
from callcenter.domain.empowerment.reversing import TRIES, wait_before
from callcenter.domain.empowerment.rule_book import EscalationStep
from callcenter.domain.errors import Invalid


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("60", "USD", 6000),
        ("$60", "USD", 6000),
        ("60.5", "USD", 6050),
        ("1,200.50", "USD", 120_050),
        ("USD 60", "USD", 6000),
        ("80 元", "CNY", 8000),
        ("¥80", "CNY", 8000),
        ("￥８０", "CNY", 8000),
        ("500", "JPY", 500),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, currency: str, minor: int) -> None:
    assert money.parse(text, currency) == minor


@pytest.mark.parametrize(
    "text",
    ["", "abc", "-5", "0", "60.005", "€60", "60 CNY", "1,2", "1.200,50", "99999999999", "6 0 x", "1e5", "∞", "NaN"],
)
def test_what_is_no_amount_of_this_currency_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        money.parse(text, "USD")


@pytest.mark.parametrize(
    ("minor", "currency", "language", "shown"),
    [
        (6000, "USD", "en", "$60"),
        (1490, "USD", "en", "$14.90"),
        (8000, "CNY", "zh", "¥80"),
        (8000, "CNY", "en", "¥80"),
        (6000, "USD", "zh", "$60"),
        (123_456_700, "USD", "en", "$1,234,567"),
    ],
)
def test_an_amount_is_shown_without_cents_where_there_are_none(
    minor: int, currency: str, language: str, shown: str
) -> None:
    assert money.formatted(minor, currency, language) == shown


def test_the_month_is_that_of_the_budgets_zone() -> None:
    moment = datetime(2026, 12, 1, 3, tzinfo=UTC)  # still November in Los Angeles, long December in Shanghai
    assert name_of("month", "America/Los_Angeles", period_of("month", "America/Los_Angeles", moment)[0]) == "2026-11"
    assert name_of("month", "Asia/Shanghai", period_of("month", "Asia/Shanghai", moment)[0]) == "2026-12"
    assert name_of("quarter", "Asia/Shanghai", period_of("quarter", "Asia/Shanghai", moment)[0]) == "2026-Q4"


def test_a_month_in_which_the_clock_is_put_back_is_an_hour_longer_and_leaves_no_gap() -> None:
    start, end = period_of("month", "America/Los_Angeles", datetime(2026, 11, 10, tzinfo=UTC))
    assert end - start == timedelta(days=30, hours=1)
    assert period_of("month", "America/Los_Angeles", end)[0] == end
    assert period_of("month", "America/Los_Angeles", end - timedelta(microseconds=1))[0] == start


@pytest.mark.parametrize(
    ("body", "said", "code", "rest"),
    [
        ("Y 4711", ApprovalAnswer.YES, "4711", ""),
        ("yes4711 fine", ApprovalAnswer.YES, "4711", "fine"),
        ("L 4711 80 and fitting", ApprovalAnswer.LESS, "4711", "80 and fitting"),
        ("N 4711 not again", ApprovalAnswer.NO, "4711", "not again"),
        ("是 4711", ApprovalAnswer.YES, "4711", ""),
        ("少4711 80", ApprovalAnswer.LESS, "4711", "80"),
        ("否 4711", ApprovalAnswer.NO, "4711", ""),
    ],
)
def test_an_approvers_sms_is_read(body: str, said: ApprovalAnswer, code: str, rest: str) -> None:
    reply = read_reply(body)
    assert reply is not None
    assert (reply.answer, reply.code, reply.rest) == (said, code, rest)


@pytest.mark.parametrize("body", ["", "yes", "4711", "Y 47111", "maybe 4711", "Where is my order 4711?"])
def test_what_is_no_answer_is_left_alone(body: str) -> None:
    assert read_reply(body) is None


def test_who_is_asked_later_may_answer_earlier_and_nobody_above_their_turn() -> None:
    steps = [EscalationStep(up_to=25_000), EscalationStep(role="administrator")]  # type: ignore[arg-type]
    assert most_of(steps, 0, role="supervisor", level=1) == (True, 25_000)
    assert most_of(steps, 1, role="supervisor", level=9) == (False, 0)
    assert most_of(steps, 0, role="administrator", level=1) == (True, None)
    assert most_of(steps, 0, role="agent", level=9) == (False, 0)
    assert not fits(EscalationStep(level=3), role="supervisor", level=2)


def test_a_system_that_is_away_for_a_day_is_tried_all_the_day() -> None:
    total, tries = timedelta(), 1
    while pause := wait_before(tries):
        total, tries = total + pause, tries + 1
    assert tries == TRIES
    assert total > timedelta(days=2)

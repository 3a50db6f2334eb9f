"""Grant decisions: order, limits, currencies, and the fast rule matching against the plain one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.domain.empowerment import (
    AgentFacts,
    Balance,
    Balances,
    CaseFacts,
    CustomerFacts,
    EarlierGrant,
    Facts,
    May,
    RuleBook,
    Usage,
    decide,
    files,
    hold,
)
from callcenter.domain.empowerment.conditions import CONDITIONS, Span
from callcenter.domain.empowerment.decision import Verdict
from callcenter.domain.empowerment.files import InvalidFile
from callcenter.domain.empowerment.grant_request import GrantAnswer, Refusal
from callcenter.domain.empowerment.matching import matcher
from callcenter.domain.empowerment.options import Bound
from tests.empowered import BOOK, texts

NOW = datetime(2026, 11, 19, 22, tzinfo=UTC)
GOLD = CustomerFacts(tier="gold", value=421_000)
LATE = CaseFacts(type="complaint", cause="late", fault="carrier")


def facts(
    *, role: str = "agent", currency: str = "USD", customer: CustomerFacts = GOLD, case: CaseFacts = LATE
) -> Facts:
    return Facts(currency=currency, agent=AgentFacts(username="alice", role=role), customer=customer, case=case)


def rule(id_: int, outcome: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "outcome": outcome, "why": texts(f"rule {id_}"), **more}


def book(*rules: dict[str, Any]) -> RuleBook:
    return RuleBook.model_validate({**BOOK, "rules": rules})


def most(*rules: dict[str, Any], remedy: str = "credit", usage: Usage = Usage(), about: Facts | None = None) -> int:  # noqa: B008
    option = decide(about or facts(), book(*rules), usage, now=NOW).option(remedy)
    assert option is not None
    return option.most


def before(
    amount: int, *, days: int = 1, remedy: str = "credit", currency: str = "USD", ticket: bool = False
) -> EarlierGrant:
    return EarlierGrant(NOW - timedelta(days=days), remedy, amount, currency, same_ticket=ticket)


def may(limit: int = 10_000, **more: Any) -> dict[str, Any]:
    return rule(1, "may", limits={"grant": limit, **more.pop("limits", {})}, **more)


# The order


def test_never_forbids_whatever_else_is_written() -> None:
    option = decide(facts(), book(may(), rule(2, "never", remedies=["credit"])), now=NOW).option("credit")
    assert option is not None
    assert (option.may, option.rule_id, option.most) == (May.NEVER, 2, 0)


def test_the_first_rule_that_fits_gives_even_if_a_later_one_gives_more() -> None:
    assert most(may(2000), rule(2, "may", limits={"grant": 9000})) == 2000


def test_a_rule_that_does_not_fit_is_passed_over() -> None:
    assert most(may(2000, whom={"tier": "silver"}), rule(2, "may", limits={"grant": 9000})) == 9000


def test_each_never_above_lowers_giving_and_asking() -> None:
    rules = (
        may(50_000),
        rule(2, "never", limits={"grant": 30_000}),
        rule(3, "never", limits={"share_of_value": 5}),
        rule(4, "ask"),
    )
    option = decide(facts(), book(*rules), now=NOW).option("credit")
    assert option is not None
    assert option.most == 21_050
    assert not option.steps_for(21_051)


def test_every_rule_is_considered_with_what_became_of_it() -> None:
    rules = (
        may(2000),
        rule(2, "may", limits={"grant": 1}),
        rule(3, "ask"),
        rule(4, "never", limits={"share_of_value": 8}),
        rule(5, "never", whom={"tier": "silver"}),
        rule(6, "may", limits={"grant": 5}, currency="CNY"),
    )
    decision = decide(facts(), book(*rules), now=NOW)
    assert [(one.rule_id, one.verdict, one.by) for one in decision.considered] == [
        (1, Verdict.GIVES, ""),
        (2, Verdict.LATER, ""),
        (3, Verdict.ASKS, ""),
        (4, Verdict.CEILING, ""),
        (5, Verdict.FAILED, "tier"),
        (6, Verdict.FAILED, "currency"),
    ]


def test_nobody_is_asked_where_nobody_may_say_yes_to_more() -> None:
    option = decide(facts(), book(may(5000), rule(2, "ask", limits={"grant": 5000})), now=NOW).option("credit")
    assert option is not None
    assert option.ask is None


# Limits


@pytest.mark.parametrize(
    ("limits", "given_before", "left"),
    [
        ({"grant": 5000}, [], 5000),
        ({"grant": 5000}, [before(2000, ticket=True)], 3000),  # one grant cannot be split on its ticket
        ({"grant": 5000}, [before(2000)], 5000),
        ({"grant": 5000, "ticket": 9000}, [before(6000, ticket=True)], 3000),
        ({"customer": 10_000}, [before(2000, days=364)], 8000),
        ({"customer": 10_000}, [before(2000, days=366)], 10_000),
        ({"customer": 10_000, "customer_days": 30}, [before(2000, days=40)], 10_000),
        ({"customer": 10_000}, [before(20_000)], 0),
        ({"customer": 10_000}, [before(9000, currency="CNY")], 10_000),
        ({"share_of_value": 2.5}, [before(525)], 10_000),
        ({"share_of_price": 20}, [], 13_780),
        ({"share_of_price": 20}, [before(780, ticket=True)], 13_000),
        ({"grant": 5000, "times_customer": 2}, [before(1), before(1)], 0),
        ({"grant": 5000, "times_ticket": 1}, [before(1)], 5000),
        ({"grant": 5000, "times_ticket": 1}, [before(1, ticket=True)], 0),
    ],
)
def test_a_limit_counts_what_was_given_before(
    limits: dict[str, Any], given_before: list[EarlierGrant], left: int
) -> None:
    priced = facts(case=LATE.model_copy(update={"price": 68_900}))
    assert most(rule(1, "may", limits=limits), usage=Usage(tuple(given_before)), about=priced) == left


def test_an_agents_day_and_month_are_counted_over_all_customers() -> None:
    usage = Usage(agent_day=39_000, agent_month=95_000)
    assert most(may(limits={"agent_day": 40_000}), usage=usage) == 1000
    assert most(may(limits={"agent_month": 100_000}), usage=usage) == 5000


def test_a_share_of_an_unknown_price_is_nothing_and_says_so() -> None:
    decision = decide(facts(), book(rule(1, "may", limits={"share_of_price": 20})), now=NOW)
    assert decision.options[0].tightest is not None
    assert decision.options[0].tightest.bound == Bound.PRICE_UNKNOWN
    assert decision.sentence["en"] == "Nothing before the price is known: rule 1."


def test_pieces_are_counted_and_their_cost_counts_for_money() -> None:
    rules = may(3000, remedies=["express"])
    assert most(rules, remedy="express") == 2
    assert most(may(9000, limits={"times_customer": 2}), remedy="express") == 2


def test_a_fixed_amount_is_given_whole_or_not() -> None:
    assert most(may(1490), remedy="fee") == 1490
    assert most(may(1489), remedy="fee") == 0
    held = hold(decide(facts(), book(may(1490)), now=NOW), "fee", 1000)
    assert (held.answer, held.refusal) == (GrantAnswer.REFUSED, Refusal.FIXED_AMOUNT)


@pytest.mark.parametrize(
    ("balances", "left"),
    [
        (Balances(), 10_000),
        (Balances((Balance(1, "team", "USD", 50_000, 700), Balance(2, "company", "USD", 90_000, 60_000))), 700),
        (Balances((Balance(1, "team", "CNY", 50_000, 700),)), 10_000),
        (Balances((Balance(1, "team", "CNY", 50_000, 700),), required=True), 0),
    ],
)
def test_a_budget_pays_in_its_own_currency_and_the_least_of_them_binds(balances: Balances, left: int) -> None:
    option = decide(facts(), book(may()), Usage(), balances, now=NOW).option("credit")
    assert option is not None
    assert option.most == left


def test_what_costs_less_than_its_worth_takes_less_of_the_budget() -> None:
    balances = Balances((Balance(1, "company", "USD", 6000, 600),))
    option = decide(facts(), book(may()), Usage(), balances, now=NOW).option("voucher")
    assert option is not None
    assert option.most == 1000  # a voucher costs 60 % of its face


# One request


def test_a_reason_is_wanted_where_the_rule_says_so() -> None:
    decision = decide(facts(), book(rule(1, "may_with_reason", limits={"grant": 5000})), now=NOW)
    assert hold(decision, "credit", 4000, reason=" ").answer == GrantAnswer.NEEDS_REASON
    assert hold(decision, "credit", 4000, reason="Twice").answer == GrantAnswer.GIVE


def test_splitting_is_recognised_and_told_apart_from_asking_too_much() -> None:
    rules = book(may(10_000), rule(2, "ask"))
    decision = decide(facts(), rules, Usage((before(6000, ticket=True),)), now=NOW)
    assert hold(decision, "credit", 6000).split
    assert not hold(decision, "credit", 11_000).split


def test_whoever_may_not_say_yes_to_so_much_is_not_asked() -> None:
    decision = decide(facts(), RuleBook.model_validate(BOOK), now=NOW)
    assert [step.role for step in hold(decision, "credit", 26_000).steps] == ["administrator"]
    assert hold(decision, "credit", 90_000).refusal == Refusal.ABOVE_ALL
    assert hold(decision, "yacht", 1).refusal == Refusal.NO_SUCH_REMEDY


# The quick way is the plain one

WORDS = st.sampled_from(["a", "b", "c"])
WANTED = {
    "role": st.lists(st.sampled_from(["agent", "supervisor"]), min_size=1),
    "team": st.lists(WORDS, min_size=1),
    "level": st.tuples(st.integers(1, 5), st.integers(0, 4)).map(lambda pair: {"min": pair[0], "max": sum(pair)}),
    "with_us_days": st.integers(0, 5).map(lambda low: {"min": low}),
}
WHAT = {
    "cause": st.lists(WORDS, min_size=1),
    "price": st.integers(0, 5).map(lambda high: {"max": high}),
    "promise_broken": st.booleans(),
    "contacts": st.integers(1, 4).map(lambda low: {"min": low}),
}
RULES = st.lists(
    st.fixed_dictionaries(
        {"who": st.fixed_dictionaries({}, optional=WANTED), "what": st.fixed_dictionaries({}, optional=WHAT)}
    ),
    min_size=1,
    max_size=12,
)
ABOUT = st.builds(
    lambda role, team, level, days, cause, price, broken, contacts: Facts(
        currency="USD",
        agent=AgentFacts(username="x", role=role, team=team, level=level, days=days),
        case=CaseFacts(cause=cause, price=price, promise_broken=broken, contacts=contacts),
    ),
    st.sampled_from(["agent", "supervisor"]),
    st.sampled_from(["", "a", "b"]),
    st.integers(1, 9),
    st.integers(0, 6),
    st.sampled_from(["", "a", "c"]),
    st.none() | st.integers(0, 6),
    st.booleans(),
    st.integers(1, 5),
)


def _fits(wanted: dict[str, Any], about: Facts) -> bool:
    """Condition by condition, as the words of the rule say it."""
    for name, value in wanted.items():
        known = CONDITIONS[name].read(about)
        if isinstance(value, Span):
            if known is None or not (value.min or 0) <= known or (value.max is not None and known > value.max):
                return False
        elif isinstance(value, bool):
            if known is not value:
                return False
        elif not set(value) & set(known):
            return False
    return True


@settings(max_examples=150, deadline=None)
@given(RULES, ABOUT)
def test_rules_fit_as_their_words_say(rules: list[dict[str, Any]], about: Facts) -> None:
    made = book(*(may(1000, **one) | {"id": place} for place, one in enumerate(rules, start=1)))
    fitting, failed = matcher(made).fit(about)
    plain = [_fits(one.conditions(), about) for one in made.rules]
    assert [bool(fitting >> place & 1) for place in range(len(plain))] == plain
    lost = 0
    for name, bits in failed:
        assert not lost & bits
        lost |= bits
        for place in range(len(plain)):
            if bits >> place & 1:
                assert name in made.rules[place].conditions()
    assert lost | fitting == (1 << len(plain)) - 1


@settings(max_examples=100, deadline=None)
@given(ABOUT, st.lists(st.integers(1, 3000), max_size=4), st.integers(0, 20_000))
def test_what_may_be_given_never_passes_any_bound(about: Facts, amounts: list[int], left: int) -> None:
    rules = book(
        may(5000, limits={"customer": 8000}),
        rule(2, "never", limits={"share_of_value": 8}),
        rule(3, "ask", limits={"grant": 30_000}),
    )
    about = about.model_copy(update={"customer": GOLD})
    usage = Usage(tuple(before(amount, ticket=True) for amount in amounts))
    balances = Balances((Balance(1, "company", "USD", 20_000, left),))
    decision = decide(about, rules, usage, balances, now=NOW)
    option = decision.option("credit")
    assert option is not None
    assert 0 <= option.most <= min(left, max(0, 5000 - sum(amounts)))
    assert hold(decision, "credit", option.most + 1).answer != GrantAnswer.GIVE
    assert decide(about, rules, usage, balances, now=NOW).to_data() == decision.to_data()


# Files

GOOD = files.write(RuleBook.model_validate(BOOK))


def test_a_book_written_is_the_book_that_is_read() -> None:
    assert files.read(GOOD) == RuleBook.model_validate(BOOK)


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        (GOOD.replace("format: 1", "format: 7"), "format", "1"),
        (GOOD.replace("format: 1\n", ""), "format", "is missing"),
        (GOOD + "colour: red\n", "colour", "not permitted"),
        (GOOD.replace("tier:", "tire:", 1), "rule ", "not permitted"),
        (GOOD.replace("- gold", "- platinum", 1), "rule ", "one of"),
        (GOOD.replace("administrator\n", "supervisor\n"), "rule ", "cycle"),
        ("a: &a\n  - *a\nformat: 1\n", "", "cycle"),
        ("rules: [", "line", ""),
        ("- 1", "", "dictionary"),
        (GOOD.replace("grant: 10000", "grant: -5"), "rule ", "greater than or equal to 0"),
        (GOOD.replace("grant: 10000", "grant: 10.5"), "rule ", "integer"),
        (GOOD.replace("id: 9\n", "id: 10\n"), "rule 10", "twice"),
        (GOOD.replace("  - fee\n", "  - fees\n"), "rule 9: remedies", "no remedy"),
    ],
)
def test_a_wrong_file_says_where_and_what(text: str, place: str, says: str) -> None:
    with pytest.raises(InvalidFile) as error:
        files.read(text)
    assert any(place in where and says in what for where, what in error.value.faults), error.value.faults


def test_facts_with_a_field_nobody_knows_are_refused() -> None:
    with pytest.raises(InvalidFile):
        files.facts('{"currency": "USD", "agent": {"username": "a", "mood": "good"}}')

"""Rule books: validation problems, and differences between two."""

from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.domain.empowerment import (
    AgentFacts,
    CaseFacts,
    CustomerFacts,
    Facts,
    RuleBook,
    checking,
    decide,
    files,
)
from callcenter.domain.empowerment.checking import ProblemKind, RuleProblem, Seen
from callcenter.domain.empowerment.decision import Verdict
from callcenter.domain.empowerment.differing import RuleChange, differ
from callcenter.domain.empowerment.problem_words import sentence
from callcenter.domain.empowerment.wording import condition, group, limits, outcome
from tests.rule_book import BOOK, book, rules

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
GOLD, SILVER = {"tier": "gold"}, {"tier": "silver"}
LATE, CARRIER = {"cause": "late"}, {"fault": "carrier"}


def found(tried: RuleBook) -> list[tuple[str, tuple[int, ...]]]:
    return [(fault.kind.value, fault.rules) for fault in checking.check(tried)]


@pytest.mark.parametrize(
    ("tried", "faults"),
    [
        pytest.param(book(), [], id="the small book is right"),
        pytest.param(
            rules({"whom": GOLD, "what": LATE}, {"what": CARRIER, "limits": {"grant": 6000}}),
            [("contradiction", (1, 2))],
            id="two amounts for a gold customer's late delivery by the carrier",
        ),
        pytest.param(
            rules({"whom": GOLD}, {"what": CARRIER, "outcome": "may_with_reason"}),
            [("contradiction", (1, 2))],
            id="with and without a reason",
        ),
        pytest.param(rules({"whom": GOLD, "what": LATE}, {"what": CARRIER}), [], id="both say the same"),
        pytest.param(rules({"whom": GOLD}, {"whom": SILVER, "limits": {"grant": 1}}), [], id="nobody is both"),
        pytest.param(
            rules({"whom": GOLD, "what": LATE}, {"what": {"cause": ["late", "lost"]}, "limits": {"grant": 1}}),
            [],
            id="the earlier asks for more",
        ),
        pytest.param(
            rules({"what": LATE}, {"whom": GOLD, "what": {"cause": ["late", "lost"]}, "limits": {"grant": 1}}),
            [("contradiction", (1, 2))],
            id="the earlier asks for less",
        ),
        pytest.param(
            rules({"whom": GOLD}, {"limits": {"grant": 1}}), [], id="the special case comes before the general one"
        ),
        pytest.param(rules({"whom": GOLD}, {"outcome": "ask", "what": LATE}), [], id="what is asked is another step"),
        pytest.param(
            rules(
                {"whom": GOLD, "remedies": ["credit"]}, {"what": LATE, "remedies": ["visit"], "limits": {"grant": 1}}
            ),
            [],
            id="of other remedies",
        ),
        pytest.param(
            rules({"who": {"skill": "repair"}}, {"who": {"skill": "billing"}, "limits": {"grant": 1}}),
            [("contradiction", (1, 2))],
            id="one agent can have two skills",
        ),
        pytest.param(
            rules({"whom": GOLD}, {"what": LATE, "limits": {"grant": 1}, "currency": "CNY"}),
            [],
            id="of other currencies",
        ),
        pytest.param(
            rules({}, {"whom": GOLD, "limits": {"grant": 1}}), [("dead", (2, 1))], id="the general comes first"
        ),
        pytest.param(
            rules({"remedies": ["credit", "voucher"]}, {"remedies": ["visit"]}, {"whom": GOLD}),
            [("dead", (3, 1, 2))],
            id="two earlier rules take all remedies",
        ),
        pytest.param(rules({"remedies": ["credit"]}, {"whom": GOLD}), [], id="one remedy is left to it"),
        pytest.param(
            rules({"whom": GOLD}, {"outcome": "never"}),
            [("dead", (1, 2))],
            id="what is forbidden for all, wherever it stands",
        ),
        pytest.param(
            rules({"who": {"skill": "repair:1"}}, {"who": {"skill": "repair:3"}, "limits": {"grant": 1}}),
            [("dead", (2, 1))],
            id="level 3 is level 1 too",
        ),
        pytest.param(
            rules({"what": {"contacts": {"min": 1}}}, {"what": {"contacts": {"min": 2}}}),
            [("dead", (2, 1))],
            id="two contacts are at least one",
        ),
        pytest.param(
            rules({"what": {"contacts": {"min": 3}}}, {"what": {"contacts": {"min": 2}}}), [], id="two are not three"
        ),
        pytest.param(rules({"what": {"contacts": {"max": 0}}}), [("no_facts", (1,))], id="there is always one contact"),
        pytest.param(rules({"who": {"level": {"min": 10}}}), [("no_facts", (1,))], id="no level is above nine"),
        pytest.param(
            rules({"remedies": ["visit"], "currency": "CNY"}),
            [("no_remedy", (1,))],
            id="a visit has no cost in that currency",
        ),
        pytest.param(
            rules({"outcome": "never", "limits": {"grant": 1}}, {"whom": GOLD}), [], id="a ceiling hides no rule"
        ),
    ],
)
def test_what_is_wrong_with_a_book_is_found(tried: RuleBook, faults: list[tuple[str, tuple[int, ...]]]) -> None:
    assert found(tried) == faults


def test_a_rule_that_names_what_there_is_not_is_pointed_out() -> None:
    tried = rules({"what": {"cause": ["late", "eaten"]}, "who": {"skill": "repair:2"}})
    faults = checking.check(tried, known={"cause": ["late"], "skill": ["repair"]})
    assert faults == [RuleProblem(ProblemKind.UNKNOWN, (1,), {"cause": ("eaten",)})]


def test_a_gap_is_a_case_that_no_rule_speaks_of() -> None:
    tried = rules({"what": LATE}, {"what": {"cause": "theft"}, "outcome": "never"})
    seen = [Seen(facts(cause="colour"), 46), Seen(facts(cause="colour", tier="gold"), 2), Seen(facts(cause="late"), 9)]
    seen.append(Seen(facts(cause="theft"), 5))
    faults = checking.gaps(tried, seen, causes=["late", "colour", "broken", "theft"])
    assert [(one.cause, one.times) for one in faults] == [("colour", 48), ("broken", 0)]


def facts(**given: Any) -> Facts:
    whom = CustomerFacts(tier=given.pop("tier", "standard"))
    return Facts(currency="USD", agent=AgentFacts(username="alice"), customer=whom, case=CaseFacts(**given))


WORDS = {
    "tier": ("standard", "silver", "gold"),
    "cause": ("late", "broken", "colour"),
    "fault": ("ours", "carrier"),
    "skill": ("repair", "repair:1", "repair:2", "billing"),
}
SPAN = st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda pair: {"min": min(pair), "max": max(pair)})


def words(name: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(WORDS[name]), min_size=1, max_size=2, unique=True)


def some(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=parts)


RULE = st.builds(
    lambda who, whom, what, outcome, grant, remedies, currency: (
        {"who": who, "whom": whom, "what": what, "outcome": outcome, "remedies": remedies}
        | (
            {"limits": {"grant": grant}}
            if grant
            else {}
            if outcome in ("ask", "never")
            else {"limits": {"times_ticket": 1}}
        )
        | ({"currency": currency} if currency else {})
    ),
    some(skill=words("skill"), level=SPAN),
    some(tier=words("tier")),
    some(cause=words("cause"), fault=words("fault"), contacts=SPAN, promise_broken=st.booleans(), price=SPAN),
    st.sampled_from(("may", "may_with_reason", "ask", "never")),
    st.sampled_from((None, 1000, 2000)),
    st.lists(st.sampled_from(("credit", "voucher", "visit")), max_size=2, unique=True),
    st.sampled_from((None, None, "USD", "CNY")),
)
FACTS = st.builds(
    lambda currency, level, skills, tier, case: Facts(
        currency=currency,
        agent=AgentFacts(username="alice", level=level, skills=skills),
        customer=CustomerFacts(tier=tier, value=100_000),
        case=CaseFacts(**case),
    ),
    st.sampled_from(("USD", "CNY")),
    st.integers(1, 4),
    st.dictionaries(st.sampled_from(("repair", "billing")), st.integers(1, 3)),
    st.sampled_from(WORDS["tier"]),
    st.fixed_dictionaries(
        {
            "cause": st.sampled_from((*WORDS["cause"], "")),
            "fault": st.sampled_from(WORDS["fault"]),
            "contacts": st.integers(1, 4),
            "promise_broken": st.booleans(),
            "price": st.sampled_from((None, 0, 2, 4)),
        }
    ),
)
WON = (Verdict.GIVES, Verdict.ASKS, Verdict.FORBIDS)


@settings(max_examples=150, deadline=None)
@given(st.lists(RULE, min_size=2, max_size=7), st.lists(FACTS, min_size=1, max_size=12))
def test_a_rule_that_is_said_to_be_dead_never_wins(given_rules: list[dict[str, Any]], cases: list[Facts]) -> None:
    tried = rules(*given_rules)
    faults = checking.never_applying(tried)
    dead = {fault.rules[0]: fault.kind for fault in faults}
    for case in cases:
        for one in decide(case, tried, now=NOW).considered:
            assert one.rule_id not in dead or one.verdict not in WON
            if dead.get(one.rule_id) == ProblemKind.NO_FACTS:
                assert one.verdict == Verdict.FAILED


@settings(max_examples=150, deadline=None)
@given(st.lists(RULE, min_size=2, max_size=5), FACTS)
def test_two_rules_that_fit_one_case_are_told_where_only_their_order_decides(
    given_rules: list[dict[str, Any]], case: Facts
) -> None:
    tried = rules(*given_rules)
    told = {fault.rules for fault in checking.contradictions(tried)}
    dead = {fault.rules[0] for fault in checking.never_applying(tried)}
    considered = decide(case, tried, now=NOW).considered
    fit = [rule for rule, one in zip(tried.rules, considered, strict=True) if one.verdict != Verdict.FAILED]
    for first, second in combinations(fit, 2):
        if {first.outcome, second.outcome} == {"may", "may_with_reason"} and not dead & {first.id, second.id}:
            about_same = not first.remedies or not second.remedies or {*first.remedies} & {*second.remedies}
            special = set(first.conditions()) > set(second.conditions())
            general = set(first.conditions()) <= set(second.conditions())
            assert (first.id, second.id) in told or not about_same or special or general


def test_faults_are_told_in_both_languages() -> None:
    names = {"cause": {"late": "delivery late"}}
    told = [
        sentence(language, fault, currency="USD", names=names)
        for fault in (
            RuleProblem(ProblemKind.CONTRADICTION, (14, 17), {"tier": ("gold",), "fault": ("carrier",)}),
            RuleProblem(ProblemKind.DEAD, (19, 12)),
            RuleProblem(ProblemKind.GAP, cause="late", times=46),
        )
        for language in ("en", "zh")
    ]
    assert told == [
        "Rules 14 and 17 contradict each other for gold, our carrier",
        "授权规则 14 与 17 在以下情形相互矛盾：金卡，我方承运商",
        "Rule 19 can never apply, 12 comes first",
        "授权规则 19 永远不会生效，12 排在前面",
        "Gap: no agent may grant for “delivery late”, 46 requests in 90 days",
        "缺口：“delivery late”无人可补偿，90 天内有 46 次意愿",
    ]


def test_a_rule_is_told_in_the_words_of_people() -> None:
    rule = book().rule(12)
    assert rule
    assert group("en", rule, "whom", currency="USD") == "Gold"
    assert group("en", rule, "what", currency="USD") == "Late, missed; us, our carrier"
    assert group("zh", rule, "who", currency="USD") == "客服"
    assert limits("en", rule.limits, "USD") == {"grant": "$100", "customer": "$150 a customer a year"}
    assert outcome("en", rule) == "may"
    other = rules({"whom": {"value": {"min": 5000}}, "what": {"late_answer": False}}).rules[0]
    told = [condition("en", name, value, currency="USD") for name, value in other.conditions().items()]
    assert told == ["12 months’ value ≥ $50", "not: answered late"]


def test_two_books_differ_by_rules_fields_and_order() -> None:
    data = files.read(BOOK).to_data()
    before, (ceiling, gold, _, ask) = book(), data["rules"]
    changed = gold | {
        "who": {"role": ["agent"], "with_us_days": {"min": 90}},
        "limits": {"grant": 10000, "customer": 20000},
    }
    new = {"id": 18, "outcome": "may", "limits": {"grant": 500}, "why": {"en": "x", "zh": "x"}}
    after = book(
        rules=[ceiling, ask, changed, new],
        remedies=[data["remedies"][0] | {"quick": {"USD": [500]}}, *data["remedies"][1:]],
    )
    differences = differ(before, after)
    assert [(one.thing.id, one.change, one.moved) for one in differences.rules] == [
        (3, RuleChange.SAME, False),
        (22, RuleChange.MOVED, True),
        (12, RuleChange.CHANGED, False),
        (15, RuleChange.REMOVED, False),
        (18, RuleChange.NEW, False),
    ]
    assert dict(differences.rules[2].fields) == {
        "who.with_us_days": (None, {"min": 90, "max": None}),
        "limits.customer": (15000, 20000),
    }
    assert [one.change for one in differences.remedies] == [RuleChange.CHANGED, RuleChange.SAME, RuleChange.SAME]
    assert dict(differences.remedies[0].fields) == {"quick": ({}, {"USD": [500]})}
    assert differ(before, before).is_empty
    assert all(one.change == RuleChange.NEW for one in differ(None, before).rules)

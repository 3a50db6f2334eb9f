"""The shipped rule books: readable, consistent, and described in both languages."""

from datetime import UTC, datetime
from itertools import product

import pytest

from callcenter.demo import rule_books
from callcenter.demo.empowerment import catalogue
from callcenter.domain.empowerment import (
    AgentFacts,
    CaseFacts,
    CustomerFacts,
    Decision,
    EarlierGrant,
    Facts,
    GrantAnswer,
    RuleOutcome,
    Usage,
    checking,
    decide,
    files,
    hold,
    money,
    places,
    sentences,
)
from callcenter.domain.empowerment.rule_book import Remedy
from callcenter.simulator.exchange.messages import segments

NOW = datetime(2026, 11, 19, 22, 26, tzinfo=UTC)
SHOP = rule_books.book("shop")
TELECOM = rule_books.book("telecom")
CARLA = CustomerFacts(tier="gold", value=421_000, days=2500)
LEI = CustomerFacts(tier="silver", value=1_980_000, language="zh", days=1800)
CODE = EarlierGrant(datetime(2026, 7, 3, 2, 8, tzinfo=UTC), "voucher", 3000, "CNY")
GRINDER = EarlierGrant(datetime(2026, 5, 3, 18, 2, tzinfo=UTC), "credit", 2000, "USD")


def of_centre(currency: str = "USD", *, who: str = "agent", usage: Usage | None = None, **facts: object) -> Decision:
    known = {"customer": CARLA if currency == "USD" else LEI, "case": CaseFacts(), **facts}
    values = {"currency": currency, "agent": AgentFacts(username="alice", role=who), **known}
    return decide(Facts.model_validate(values), SHOP, usage or Usage(), now=NOW)


def late(**more: object) -> CaseFacts:
    values = {"cause": "delivery_window_missed", "fault": "carrier", "price": 68_900, **more}
    return CaseFacts.model_validate(values)


@pytest.mark.parametrize("name", rule_books.NAMES)
def test_a_book_is_read_and_written_without_loss(name: str) -> None:
    book = files.read(rule_books.text(name))
    assert files.read(files.write(book)) == book
    assert 20 <= len(book.rules) <= 30
    assert 8 <= len(book.remedies) <= 10


@pytest.mark.parametrize("name", rule_books.NAMES)
def test_a_book_has_a_ceiling_a_never_reasons_and_questions_that_go_on_to_the_next(name: str) -> None:
    book = rule_books.book(name)
    assert {rule.outcome for rule in book.rules} == set(RuleOutcome)
    assert any(rule.is_ceiling and rule.limits.share_of_value for rule in book.rules)
    assert any(rule.outcome == RuleOutcome.NEVER and not rule.is_ceiling for rule in book.rules)
    steps = [[step.role for step in rule.asks.steps] for rule in book.rules if rule.outcome == RuleOutcome.ASK]
    assert ["supervisor", "administrator"] in steps


@pytest.mark.parametrize("name", rule_books.NAMES)
def test_rules_in_money_are_there_in_both_currencies(name: str) -> None:
    book = rule_books.book(name)
    assert {rule.currency or "USD" for rule in book.rules if rule.limits.has_money} == {"USD", "CNY"}
    for remedy in book.remedies:
        assert remedy.is_in("USD") == remedy.is_in("CNY") is True, remedy.key


@pytest.mark.parametrize("name", rule_books.NAMES)
def test_reasons_are_half_sentences_whose_places_are_filled(name: str) -> None:
    for rule in rule_books.book(name).rules:
        for language in ("en", "zh"):
            said = sentences.why(rule, language, currency=rule.currency or "USD")
            assert said
            assert said[-1] not in ".。", rule.id
            assert "  " not in said, rule.id
            assert all(getattr(rule.limits, place) for place in places.places_of(rule.why[language])), rule.id


@pytest.mark.parametrize(("name", "language"), [*product(rule_books.NAMES, ("en", "zh"))])
def test_every_sms_says_the_company_first_and_fits_into_one_segment(name: str, language: str) -> None:
    longest = {"en": ("Harbor Home", "Priya"), "zh": ("海港家居", "Chen")}
    company, agent = longest[language]
    for remedy in rule_books.book(name).remedies:
        assert remedy.sms is not None, remedy.key
        for currency in ("USD", "CNY"):
            text = remedy.sms[language].format_map(sms_values(remedy, currency, language, company, agent))
            assert text.startswith(company)
            assert "26-4118" in text
            assert segments(text) == 1, (remedy.key, len(text))


def sms_values(remedy: Remedy, currency: str, language: str, company: str, agent: str) -> dict[str, str]:
    most = money.formatted(remedy.fixed.get(currency, 149_950), currency, language)
    return {"company": company, "agent": agent, "amount": most, "count": "1", "name": "", "ticket": "26-4118"}


def test_causes_and_departments_are_those_of_the_demo_company() -> None:
    for rule in SHOP.rules:
        assert set(rule.conditions().get("cause", ())) <= set(catalogue.CAUSES), rule.id
    assert {one.fulfilment.to for one in SHOP.remedies} - {""} <= set(catalogue.DEPARTMENTS)


def test_nothing_is_to_be_pointed_out_while_editing_them() -> None:
    """No contradiction, no rule that can never apply; every cause of the company is covered."""
    assert checking.check(SHOP, causes=catalogue.CAUSES) == []
    assert checking.check(TELECOM) == []


def test_every_rule_of_the_shop_is_reached_by_somebody() -> None:
    """One case a rule; the rule is then the one that gives, asks, forbids or bounds."""
    reached: set[int] = set()
    for decision in everybody():
        for one in decision.considered:
            if one.verdict.value in ("gives", "asks", "forbids", "ceiling"):
                reached.add(one.rule_id)
    assert {rule.id for rule in SHOP.rules} - reached == set()


def everybody() -> list[Decision]:
    decisions = []
    for currency, tier, cause, fault, who in product(
        ("USD", "CNY"),
        ("standard", "silver", "gold"),
        catalogue.CAUSES,
        ("ours", "carrier", "customer"),
        ("agent", "supervisor"),
    ):
        customer = CustomerFacts(tier=tier, value=500_000, entitlements=("warranty",))
        kind = "return" if cause == "returns_pick_up" else "complaint"
        case = CaseFacts(type=kind, cause=cause, fault=fault, price=20_000, contacts=3)
        decisions.append(of_centre(currency, who=who, customer=customer, case=case))
    return decisions


def damaged(**more: object) -> CaseFacts:
    return CaseFacts.model_validate({"cause": "delivery_damaged", "fault": "supplier", **more})


SENTENCES = {
    "Carla's dishwasher, after what Jonas gave in May": (
        of_centre(case=late(contacts=3), usage=Usage((GRINDER,))),
        "Up to $80 now: gold customers whose delivery was our mistake may get $100; $20 was given on 3 May.",
        "现在最多可补偿 $80：因我方原因配送失误的金卡客户，一年内最多可补偿 $100；5 月 3 日已补偿 $20。",
    ),
    "李雷 waits for the fitter": (
        of_centre("CNY", case=CaseFacts(cause="fitter_late", fault="ours"), usage=Usage((CODE,))),
        "Up to ¥80 now: silver and gold customers for whom the fitter came late may get ¥80; ¥30 was given on 2 Jul.",
        "现在最多可补偿 ¥80：师傅迟到，银卡、金卡客户每次最多可补偿 ¥80；7 月 2 日已补偿 ¥30。",
    ),
    "a standard customer's late delivery": (
        of_centre(customer=CustomerFacts(value=60_000), case=late()),
        "Up to $15 now: for our mistake a voucher of $15 may be given.",
        "现在最多可补偿 $15：因我方失误，可送 $15 代金券。",
    ),
    "damage on arrival in China, with the price": (
        of_centre("CNY", case=damaged(price=129_900)),
        "Up to ¥259.80 now: for damage on arrival 20 % of the price may be given, at most ¥500, with a reason.",
        "现在最多可补偿 ¥259.80：到货损坏可补偿售价的 20 %，最多 ¥500，须写明原因。",
    ),
    "a bill, where the relationship repays less than the rule": (
        of_centre(customer=CustomerFacts(value=10_000), case=CaseFacts(cause="billing_invoice", fault="ours")),
        "Up to $8 now: for our mistake on a bill $25 may be given.",
        "现在最多可补偿 $8：因我方账单失误，可补偿 $25。",
    ),
    "nobody's mistake": (
        of_centre(case=CaseFacts(cause="delivery_tracking", fault="nobody")),
        "Nothing without asking: anything else is for a supervisor to decide.",
        "需要请示后才能补偿：其他情况须请示班长。",
    ),
    "a supervisor at the same dishwasher": (
        of_centre(who="supervisor", case=late()),
        "Up to $250 now: supervisors may give $250 for one matter.",
        "现在最多可补偿 $250：班长每个工单最多可补偿 $250。",
    ),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_the_card_says_it_in_both_languages(case: str) -> None:
    decision, english, chinese = SENTENCES[case]
    assert decision.sentence == {"en": english, "zh": chinese}


def test_carla_s_card_offers_what_the_picture_shows() -> None:
    decision = of_centre(case=late(contacts=3), usage=Usage((GRINDER,)))
    known = {option.remedy: (option.may.value, option.most) for option in decision.options}
    assert known["credit"] == ("give", 8_000)
    assert known["express"] == ("give", 2)
    assert known["delivery_fee"] == ("give", 1_490)
    assert known["voucher"] == ("give", 6_000)
    assert known["refund"] == ("ask", 0)


def test_a_refund_goes_to_a_supervisor_and_above_250_dollars_to_one_of_the_second_level() -> None:
    decision = of_centre(case=late(contacts=3), usage=Usage((GRINDER,)))
    asked = hold(decision, "refund", 14_000, reason="Second morning off work lost.")
    assert asked.answer == GrantAnswer.ASK
    assert [(step.role, step.level, step.up_to) for step in asked.steps] == [
        ("supervisor", 1, 25_000),
        ("supervisor", 2, None),
    ]
    assert [step.level for step in hold(decision, "refund", 30_000, reason="all of it").steps] == [2]
    assert hold(decision, "refund", 34_000, reason="above 8 %").answer == GrantAnswer.REFUSED


def test_credit_on_a_return_by_choice_is_refused_to_everybody() -> None:
    by_choice = CaseFacts(type="return", cause="returns_pick_up", fault="customer")
    for who in ("agent", "supervisor", "administrator"):
        assert hold(of_centre(who=who, case=by_choice), "credit", 500, reason="please").answer == GrantAnswer.REFUSED


def test_what_was_paid_for_and_not_got_is_made_good_above_the_ceiling_too() -> None:
    """The fee, the redelivery and the new part are no favour."""
    decision = of_centre(customer=CustomerFacts(value=0), case=late())
    known = {option.remedy: option.most for option in decision.options}
    assert (known["delivery_fee"], known["express"], known["credit"]) == (1_490, 1, 0)


@pytest.mark.parametrize(
    ("case", "english", "chinese"),
    [
        (
            CaseFacts(cause="outage", fault="ours", age_days=3),
            "Up to $40 now: gold customers whose line failed by our fault may get $80.",
            "现在最多可补偿 $40：因我方原因断网或网速慢的金卡客户，一年内最多可补偿 $80。",
        ),
        (
            CaseFacts(cause="contract_change", fault="nobody"),
            "$25 now: after a year with us one change of contract a year is free.",
            "现在可补偿 $25：在网满一年的客户，每年可免一次套餐变更费。",
        ),
        (
            CaseFacts(cause="router_broken", fault="unknown"),
            "Replacement router now: a broken router is replaced once a year, with a reason.",
            "现在可提供更换路由器：故障路由器一年可更换一次，须写明原因。",
        ),
    ],
)
def test_the_telecom_company_s_book_works_out_of_the_box(case: CaseFacts, english: str, chinese: str) -> None:
    facts = Facts(currency="USD", agent=AgentFacts(username="alice"), customer=CARLA, case=case)
    assert decide(facts, TELECOM, now=NOW).sentence == {"en": english, "zh": chinese}

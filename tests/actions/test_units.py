"""Money and pieces, whole amounts and parts, in questions to approvers."""

import copy
from datetime import timedelta
from typing import Any

import pytest

from callcenter.actions.empowerment import approvals, asking, escalation
from callcenter.domain.empowerment import Balances, EarlierGrant, Facts, RuleBook, Usage, decide, hold
from callcenter.domain.empowerment.approving import ApprovalAnswer
from callcenter.domain.errors import GrantOver, Invalid
from callcenter.domain.permissions import Actor
from callcenter.storage.callbacks.callbacks import Callback
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.grants import Grant
from tests.empowered import BOOK, Counter, texts
from tests.factories import CARLA

STEPS = [{"role": "supervisor", "seconds": 120, "up_to": 42_000}, {"role": "administrator", "seconds": 300}]
NIGHTS = {"key": "night", "names": texts("Night"), "kind": "other", "unit": "count", "costs": {"USD": 14_000}}


def book(*rules: dict[str, Any], remedies: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    made = copy.deepcopy(BOOK)
    made["remedies"] += remedies
    made["rules"] = [{"why": texts("so it is"), **rule} for rule in rules]
    return made


def publish(counter: Counter, *rules: dict[str, Any], remedies: tuple[dict[str, Any], ...] = ()) -> None:
    counter.centre.clock.forward(1)
    counter.publish(book(*rules, remedies=remedies), number=2)


def answer(counter: Counter, row: Approval, how: ApprovalAnswer, *, by: str = "sam", **more: Any) -> Grant:
    with counter.centre.wiring.work() as work:
        return approvals.answer(work, row.id, actor=counter.actor(by), answer=how, **more)


def give(counter: Counter, grant: Grant, **more: Any) -> Grant:
    with counter.centre.wiring.work() as work:
        return asking.grant_approved(work, grant.id, actor=counter.actor("alice"), **more)


def test_pieces_are_held_against_the_money_of_a_step(counter: Counter) -> None:
    ask = {"id": 1, "remedies": ["night"], "outcome": "ask", "ask": {"steps": STEPS}}
    publish(counter, ask, remedies=(NIGHTS,))
    counter.at_screen("sam", "robin")
    three = counter.approval(counter.ask("night", 3))
    assert [step["role"] for step in three.steps] == ["supervisor", "administrator"]
    assert answer(counter, three, ApprovalAnswer.YES).state == "approved"
    four = counter.approval(counter.ask("night", 4))
    assert [step["role"] for step in four.steps] == ["administrator"]
    assert answer(counter, four, ApprovalAnswer.YES, by="robin").state == "approved"


def test_who_claimed_a_question_loses_it_where_the_amount_grows_beyond_their_limit(counter: Counter) -> None:
    ask = {"id": 1, "remedies": ["credit"], "outcome": "ask", "ask": {"steps": STEPS}}
    publish(counter, ask)
    counter.at_screen("sam", "robin")
    grant = counter.ask("credit", 30_000)
    row = counter.approval(grant)

    def change(units: int) -> Approval:
        with counter.centre.wiring.work() as work:
            asking.change(work, grant.id, actor=counter.actor("alice"), units=units, reason="more")
        return counter.approval(grant)

    with counter.centre.wiring.work() as work:
        approvals.claim(work, row.id, actor=counter.actor("sam"))
    assert change(40_000).claimed_by == counter.centre.id_of("sam")
    counter.centre.clock.forward(60)
    grown = change(50_000)
    assert (grown.claimed_by, [step["role"] for step in grown.steps]) == (None, ["administrator"])
    assert grown.step_ends_at == counter.centre.clock() + timedelta(seconds=300)
    assert "ApprovalLetGo" in counter.centre.kinds()
    assert answer(counter, grown, ApprovalAnswer.YES, by="robin").units == 50_000


def test_a_fixed_amount_is_not_broken_by_less_or_instead(counter: Counter) -> None:
    publish(counter, {"id": 1, "remedies": ["fee", "credit"], "outcome": "ask"})
    counter.at_screen("sam")
    row = counter.approval(counter.ask("fee", 1490))
    with pytest.raises(Invalid, match="whole"):
        answer(counter, row, ApprovalAnswer.LESS, units=1000)
    assert answer(counter, row, ApprovalAnswer.YES).units == 1490
    row = counter.approval(counter.ask("credit", 5000))
    for units in (1000, 1491):
        with pytest.raises(Invalid, match="whole"):
            answer(counter, row, ApprovalAnswer.INSTEAD, remedy="fee", units=units)
    assert answer(counter, row, ApprovalAnswer.INSTEAD, remedy="fee", units=1490).remedy == "fee"


def test_what_is_approved_instead_is_given_with_its_own_fields(counter: Counter) -> None:
    counter.at_screen("sam")
    grant = counter.ask("credit", 14_000)
    answer(counter, counter.approval(grant), ApprovalAnswer.INSTEAD, remedy="express", units=1)
    with pytest.raises(Invalid) as error:
        give(counter, grant)
    assert error.value.field == "day"
    assert counter.grant(grant.id).state == "approved"
    given = give(counter, grant, fields={"day": "2026-12-03", "colour": "red"})
    assert (given.state, given.fields) == ("granted", {"day": "2026-12-03"})


def test_a_yes_that_has_lapsed_is_not_given_although_the_clock_stands_still(counter: Counter) -> None:
    counter.at_screen("sam")
    grant = counter.ask("credit", 14_000)
    answer(counter, counter.approval(grant), ApprovalAnswer.YES)
    counter.centre.clock.forward(24 * 3600)
    with pytest.raises(GrantOver):
        give(counter, grant)


FACTS: dict[str, Any] = {"agent": {"username": "a"}, "customer": {"value": 300_000}, "case": {"price": 300_000}}


@pytest.mark.parametrize("conditions", [{"whom": {"value": {"min": 200_000}}}, {"what": {"price": {"min": 200_000}}}])
@pytest.mark.parametrize(("rule_currency", "currency", "fits"), [(None, "USD", True), (None, "JPY", False), ("JPY", "JPY", True), ("JPY", "USD", False)])  # fmt: skip
def test_an_amount_in_a_condition_is_of_the_rules_currency(
    counter: Counter, conditions: dict[str, Any], rule_currency: str | None, currency: str, fits: bool
) -> None:
    rule = {"id": 1, "remedies": ["credit"], "limits": {"times_ticket": 1}, "outcome": "may", **conditions}
    rules = RuleBook.model_validate(book(rule | ({"currency": rule_currency} if rule_currency else {})))
    decision = decide(Facts(currency=currency, **FACTS), rules, now=counter.centre.clock())
    option = decision.option("credit")
    assert option is not None
    assert (option.most > 0) == fits


@pytest.mark.parametrize(
    "ask", [{"limits": {"grant": 1000}}, {"ask": {"steps": [{"role": "supervisor", "up_to": 1000}]}}]
)
def test_a_fixed_remedy_is_not_shown_as_askable_below_its_amount(counter: Counter, ask: dict[str, Any]) -> None:
    rules = RuleBook.model_validate(book({"id": 1, "remedies": ["fee"], "outcome": "ask", **ask}))
    decision = decide(Facts(currency="USD", **FACTS), rules, budgets=Balances(), now=counter.centre.clock())
    assert [one.remedy for one in decision.visible] == []
    assert hold(decision, "fee", 1490).steps == ()


def test_an_administrators_program_answers_nothing(counter: Counter) -> None:
    row = counter.approval(counter.ask("credit", 14_000))
    with pytest.raises(Exception, match="decide"), counter.centre.wiring.work() as work:
        approvals.answer(work, row.id, actor=Actor("administrator", None, "x"), answer=ApprovalAnswer.YES)  # type: ignore[arg-type]


def test_the_rest_of_the_safe_default_is_promised_also_without_a_contact(counter: Counter) -> None:
    row = counter.approval(counter.ask("credit", 14_000))
    for _ in row.steps:
        counter.centre.clock.forward(301)
        with counter.centre.wiring.work() as work:
            escalation.run_out(work, row.id)
    rest = next(one for one in counter.centre.rows(Grant) if one.rest_of)
    (callback,) = counter.centre.rows(Callback)
    assert (callback.customer_id, callback.number, callback.source) == (counter.carla, CARLA, "approval")
    assert counter.approval(rest).callback_id == callback.id


# What the limits count


def decided(counter: Counter, limits: dict[str, Any], *earlier: EarlierGrant, currency: str = "USD") -> dict[str, int]:
    rule = {"id": 1, "outcome": "may", "limits": limits, "remedies": ["credit", "refund", "express"]}
    rules = RuleBook.model_validate(book(rule | ({"currency": currency} if "grant" in limits else {})))
    facts = Facts(currency=currency, **FACTS)
    decision = decide(facts, rules, Usage(tuple(earlier)), now=counter.centre.clock())
    return {one.remedy: one.most for one in decision.options}


def earlier(counter: Counter, remedy: str, amount: int, currency: str = "USD") -> EarlierGrant:
    at = counter.centre.clock() - timedelta(days=1)
    return EarlierGrant(at, remedy, amount, currency, 1, same_ticket=True)


@pytest.mark.parametrize("limit", ["ticket", "customer"])
def test_a_limit_of_money_counts_all_remedies_together_in_its_currency(counter: Counter, limit: str) -> None:
    before = (
        earlier(counter, "refund", 2000),
        earlier(counter, "express", 1200),
        earlier(counter, "credit", 900, "JPY"),
    )
    most = decided(counter, {limit: 10_000}, *before)
    assert (most["credit"], most["refund"], most["express"]) == (6800, 6800, 5)


@pytest.mark.parametrize("limit", ["times_ticket", "times_customer"])
def test_a_limit_of_times_counts_each_remedy_by_itself_in_every_currency(counter: Counter, limit: str) -> None:
    before = (earlier(counter, "express", 1200), earlier(counter, "express", 900, "JPY"), earlier(counter, "credit", 1))
    most = decided(counter, {limit: 3, "ticket": 100_000}, *before)
    assert most["express"] == 1
    assert most["credit"] == 100_000 - 1201


def test_what_costs_nothing_needs_no_budget(counter: Counter) -> None:
    free = {"key": "advice", "names": texts("Advice"), "kind": "expert_call", "unit": "count", "costs": {"USD": 0}}
    rule = {"id": 1, "outcome": "may", "limits": {"times_ticket": 2}, "remedies": ["advice", "express"]}
    publish(counter, rule, remedies=(free,))
    counter.budget(60_000, currency="JPY")
    assert counter.make_grant("express", 1, fields={"day": "2026-12-03"}).state == "refused"
    assert counter.make_grant("advice", 1).state == "fulfilled"

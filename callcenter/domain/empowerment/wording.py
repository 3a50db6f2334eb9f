"""Conditions, limits and outcomes in words."""

from collections.abc import Mapping
from typing import Any

from callcenter.domain.channels import Channel
from callcenter.domain.empowerment.conditions import CONDITIONS, Group, Span
from callcenter.domain.empowerment.money import formatted
from callcenter.domain.empowerment.rule_book import Rule, RuleLimits, RuleOutcome
from callcenter.domain.errors import N_
from callcenter.words import say

Names = Mapping[str, Mapping[str, str]]  # {condition: {word: its label}}
NO_NAMES: Names = {}
LABELS = {
    "currency": N_("currency"), "role": N_("role"), "level": N_("level"), "team": N_("team"),
    "department": N_("department"), "skill": N_("skill"), "with_us_days": N_("days with us"), "person": N_("person"),
    "tier": N_("tier"), "value": N_("12 months’ value"), "account": N_("account"),
    "customer_days": N_("days a customer"), "entitlement": N_("entitled to"), "language": N_("language"),
    "type": N_("type"), "cause": N_("cause"), "fault": N_("fault"), "product": N_("product"), "price": N_("price"),
    "priority": N_("priority"), "channel": N_("channel"), "queue": N_("queue"),
    "cause_confirmed": N_("cause confirmed"), "fault_confirmed": N_("fault confirmed"),
    "price_confirmed": N_("price confirmed"),
    "promise_broken": N_("promise broken"), "late_answer": N_("answered late"), "contacts": N_("contacts about it"),
    "minutes": N_("minutes of their time"), "age_days": N_("days since they first asked"),
}  # fmt: skip
WORDS: dict[str, dict[str, str]] = {
    "role": {"agent": N_("agent"), "supervisor": N_("supervisor"), "administrator": N_("administrator")},
    "tier": {"standard": N_("standard"), "silver": N_("silver"), "gold": N_("gold")},
    "language": {"en": N_("English"), "zh": N_("Chinese")},
    "type": {
        "question": N_("question"), "order": N_("order"), "complaint": N_("complaint"), "return": N_("return"),
        "repair": N_("repair"), "billing": N_("billing"),
    },
    "fault": {
        "unknown": N_("not known whose"), "ours": N_("us"), "carrier": N_("our carrier"),
        "supplier": N_("our supplier"), "customer": N_("the customer"), "nobody": N_("nobody"),
    },
    "priority": {"low": N_("low"), "normal": N_("normal"), "high": N_("high"), "urgent": N_("urgent")},
    "channel": {channel: channel.traits.label for channel in Channel},
}  # fmt: skip
OUTCOMES = {
    RuleOutcome.MAY: N_("may"),
    RuleOutcome.MAY_WITH_REASON: N_("may with reason"),
    RuleOutcome.ASK: N_("ask"),
    RuleOutcome.NEVER: N_("never"),
}
LIMITS = {
    "grant": N_("%(amount)s"),
    "ticket": N_("%(amount)s a case"),
    "customer": N_("%(amount)s a customer in %(days)s days"),
    "agent_day": N_("%(amount)s an agent a day"),
    "agent_month": N_("%(amount)s an agent a month"),
    "share_of_value": N_("%(amount)s of 12 months’ value"),
    "share_of_price": N_("%(amount)s of the price"),
    "times_ticket": N_("%(amount)s times a case"),
    "times_customer": N_("%(amount)s times a customer in %(days)s days"),
}
A_YEAR = {
    "customer": N_("%(amount)s a customer a year"),
    "times_customer": N_("%(amount)s times a customer a year"),
}
SHARES, TIMES = ("share_of_value", "share_of_price"), ("times_ticket", "times_customer")
NOBODY_SAID = {"who": N_("Everyone"), "whom": N_("Everyone"), "what": N_("Any case")}


def label(language: str, condition: str) -> str:
    return say(language, LABELS.get(condition, condition))


def word(language: str, condition: str, value: str, names: Names = NO_NAMES) -> str:
    """The company's own name if there is one."""
    known = names.get(condition, {}).get(value)
    if known:
        return known
    if condition == "skill" and ":" in value:
        skill, _, level = value.partition(":")
        return say(language, "%(skill)s, level %(level)s", skill=word(language, condition, skill, names), level=level)
    plain = WORDS.get(condition, {}).get(value)
    return say(language, plain) if plain else value


def condition(language: str, name: str, value: Any, *, currency: str, names: Names = NO_NAMES) -> str:
    """As on a chip: "tier: gold", "days with us ≥ 90"."""
    about = label(language, name)
    if isinstance(value, bool):
        return about if value else say(language, "not: %(condition)s", condition=about)
    if isinstance(value, Span):
        return f"{about} {span(language, name, value, currency)}"
    return say(language, "%(condition)s: %(words)s", condition=about, words=_listed(language, name, value, names))


def brief(language: str, name: str, value: Any, *, currency: str, names: Names = NO_NAMES) -> str:
    """As in a table cell: "gold, silver"."""
    if isinstance(value, bool | Span):
        return condition(language, name, value, currency=currency, names=names)
    return _listed(language, name, value, names)


def _listed(language: str, name: str, value: Any, names: Names) -> str:
    return ("、" if language == "zh" else ", ").join(word(language, name, one, names) for one in value)


def span(language: str, name: str, value: Span, currency: str) -> str:
    """≥ 90, ≤ $20, 3 to 5."""

    def number(minor: int) -> str:
        return formatted(minor, currency, language) if CONDITIONS[name].unit == "money" else str(minor)

    if value.max is None:
        return f"≥ {number(value.min or 0)}"
    if value.min is None:
        return f"≤ {number(value.max)}"
    if value.min == value.max:
        return f"= {number(value.min)}"
    return say(language, "%(low)s to %(high)s", low=number(value.min), high=number(value.max))


def group(language: str, rule: Rule, name: Group, *, currency: str, names: Names = NO_NAMES) -> str:
    values = getattr(rule, name).wanted_values()
    texts = [brief(language, key, value, currency=currency, names=names) for key, value in values.items()]
    text = ("；" if language == "zh" else "; ").join(texts)
    return text[:1].upper() + text[1:] if text else say(language, NOBODY_SAID[name])


def limits(language: str, values: RuleLimits, currency: str) -> dict[str, str]:
    """{limit: in words}, simplest first."""
    return {
        name: limit(language, name, value, currency, days=values.customer_days)
        for name in LIMITS
        if (value := getattr(values, name)) is not None
    }


def limit(language: str, name: str, value: float, currency: str, *, days: int = 365) -> str:
    """$150 a customer a year; 8 % of 12 months’ value."""
    text = A_YEAR[name] if days == 365 and name in A_YEAR else LIMITS[name]
    if name in SHARES:
        amount = f"{value:g} %"
    elif name in TIMES:
        amount = f"{value:g}"
    else:
        amount = formatted(int(value), currency, language)
    return say(language, text, amount=amount, days=days)


def outcome(language: str, rule: Rule) -> str:
    if rule.is_ceiling:
        return say(language, "never above")
    if rule.outcome == RuleOutcome.ASK:
        return say(language, "ask %(whom)s", whom=word(language, "role", rule.asks.steps[0].role))
    return say(language, OUTCOMES[rule.outcome])

"""A decision in words for the agent."""

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from callcenter.domain import languages
from callcenter.domain.empowerment import places
from callcenter.domain.empowerment.case import Case
from callcenter.domain.empowerment.facts import EarlierGrant, Facts
from callcenter.domain.empowerment.money import formatted
from callcenter.domain.empowerment.options import Bound, May, Option
from callcenter.domain.empowerment.rule_book import Rule, RuleBook
from callcenter.words import say

MONEY = frozenset(("grant", "ticket", "customer", "agent_day", "agent_month"))
SHOWN_DAYS = 365


def of_card(case: Case, options: Sequence[Option]) -> dict[str, str]:
    """{language: sentence} about the best remedy that may be granted now."""
    free = [one for one in options if one.is_free and one.most > 0]
    best = max((one for one in free if one.is_money), key=lambda one: one.most, default=None) or next(iter(free), None)
    if best is None:
        best = next((one for one in options if one.is_free), None) or next((one for one in options if one.ask), None)
        best = best or next((one for one in options if one.may == May.NEVER), None)
    return {language: of_option(language, best, case) for language in languages.SERVED}


def why(rule: Rule, language: str, *, currency: str) -> str:
    """The rule's reason with its amounts filled in."""
    values = {name: _filled(rule, name, language, currency) for name in places.RULE}
    return languages.of(rule.why, language).format_map(values)


def _filled(rule: Rule, name: str, language: str, currency: str) -> str:
    value = getattr(rule.limits, name)
    if value is None and name == "ticket":
        value = rule.limits.grant
    if value is None:
        return ""
    if name in MONEY:
        return formatted(value, currency, language)
    return f"{value:g} %" if name.startswith("share") else str(value)


def of_option(language: str, best: Option | None, case: Case) -> str:
    facts, book = case.facts, case.book
    if best is None:
        return say(language, "No rule covers this case yet; ask your supervisor what may be done.")
    rule = book.rule(best.rule_id or best.ask_rule_id or 0)
    reason = why(rule, language, currency=facts.currency) if rule else ""
    if best.may == May.NEVER:
        return say(language, "Nothing may be given here: %(why)s.", why=reason)
    if best.is_free and best.most > 0:
        head = _up_to(language, best, facts, book, reason)
    elif best.is_free:
        head = _nothing_more(language, best, reason)
    else:
        head = say(language, "Nothing without asking: %(why)s", why=reason)
    return say(language, "%(sentence)s.", sentence=head + _given_before(language, case))


def _up_to(language: str, best: Option, facts: Facts, book: RuleBook, reason: str) -> str:
    remedy = book.remedy(best.remedy)
    if not best.is_money:
        name = languages.of(remedy.names, language) if remedy else best.remedy
        return say(language, "%(remedy)s now: %(why)s", remedy=name, why=reason)
    amount = formatted(best.most, facts.currency, language)
    if best.is_fixed:
        return say(language, "%(amount)s now: %(why)s", amount=amount, why=reason)
    return say(language, "Up to %(amount)s now: %(why)s", amount=amount, why=reason)


def _nothing_more(language: str, best: Option, reason: str) -> str:
    room = best.tightest
    if room and room.bound == Bound.BUDGET:
        return say(language, "Nothing now, the budget is used up: %(why)s", why=reason)
    if room and room.bound == Bound.NO_BUDGET:
        return say(language, "Nothing now, there is no budget in this currency: %(why)s", why=reason)
    if room and room.bound == Bound.PRICE_UNKNOWN:
        return say(language, "Nothing before the price is known: %(why)s", why=reason)
    if room and room.bound == Bound.SHARE_OF_VALUE:
        return say(language, "Nothing more than this relationship repays: %(why)s", why=reason)
    return say(language, "Nothing more without asking: %(why)s", why=reason)


def _given_before(language: str, case: Case) -> str:
    since, currency = case.now - timedelta(days=SHOWN_DAYS), case.facts.currency
    lately = [one for one in case.usage.customer if one.at > since and one.amount and one.currency == currency]
    if not lately:
        return ""
    total = formatted(sum(one.amount for one in lately), currency, language)
    if len(lately) == 1:
        return say(
            language, "; %(amount)s was given on %(day)s", amount=total, day=_day(lately[0], case.book, language)
        )
    return say(language, "; %(amount)s was given in %(n)s times within a year", amount=total, n=len(lately))


def _day(granted: EarlierGrant, book: RuleBook, language: str) -> str:
    local = granted.at.astimezone(ZoneInfo(book.zone))
    pattern = "M 月 d 日" if language == "zh" else "d MMM"
    return format_date(local, pattern, locale=languages.babel(language))

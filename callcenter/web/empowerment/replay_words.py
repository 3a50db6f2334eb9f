"""A replay in words: figures, kinds of change, single cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from callcenter.domain import languages
from callcenter.domain.empowerment import RuleBook, sentences
from callcenter.storage.empowerment import rule_books
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.empowerment.replays import ReplayCase
from callcenter.web.empowerment import replay_budgets as budgets
from callcenter.web.empowerment.replay_budgets import ReplayBudgetView
from callcenter.web.wording import formats, language

WORDS = {
    "may": lazy_gettext("may"),
    "more": lazy_gettext("more"),
    "less": lazy_gettext("less"),
    "ask": lazy_gettext("ask"),
    "not_asked": lazy_gettext("not asked"),
    "never": lazy_gettext("never"),
    "covered": lazy_gettext("given before"),
}
TONES = {"may": "ok", "more": "give", "less": "warn", "ask": "warn", "never": "bad"}


@dataclass(frozen=True)
class FigureLine:
    """Before, after and change of one figure. `tone`: ok, warn or ""."""

    name: str
    before: str
    after: str
    change: str
    tone: str = ""


@dataclass(frozen=True)
class KindShown:
    """`why`: the rule that decides most of them. `money`: change of the money granted."""

    key: str
    count: int
    before: str
    after: str
    tone: str
    why: str
    money: str
    rules: list[tuple[int, int]]


@dataclass(frozen=True)
class ReplayCaseView:
    grant_id: int
    at: datetime
    customer_id: int | None
    customer: str
    agent: str
    ticket_id: int
    ticket: str
    before: str
    after: str
    tone: str
    was: str
    would_be: str
    rule_id: int | None
    reason: str


@dataclass(frozen=True)
class ReplayView:
    summary: str
    lines: list[FigureLine]
    kinds: list[KindShown]
    changed: int
    affected: str
    notes: list[str]
    budget: ReplayBudgetView | None
    budgets: list[ReplayBudgetView]


def view_of(result: Mapping[str, Any], document: dict[str, Any]) -> ReplayView:
    budget_views = budgets.views(result["budgets"])
    return ReplayView(
        summary=_summary(result),
        lines=_lines(result),
        kinds=[kind(one, document) for one in result["kinds"]],
        changed=result["changed"],
        affected=_affected(result),
        notes=_notes(result),
        budget=budget_views[0] if budget_views else None,
        budgets=budget_views[1:],
    )


def _summary(result: Mapping[str, Any]) -> str:
    decided = result["cases"] - result["unmet"]
    first = ngettext("%(count)s decision", "%(count)s decisions", decided, count=_count(decided))
    unmet = ngettext("%(count)s request", "%(count)s requests", result["unmet"], count=_count(result["unmet"]))
    return _("%(decisions)s, and %(wishes)s refused or never asked, decided again.", decisions=first, wishes=unmet)


def _lines(result: Mapping[str, Any]) -> list[FigureLine]:
    figures = result["figures"]
    lines = [_line(_("Grants"), figures["grants"])]
    lines += [_money_line(currency, pair) for currency, pair in sorted(result["money"].items())]
    minutes = {name: [round(seconds / 60) for seconds in figures[name]] for name in ("held", "deciding")}
    return [
        *lines,
        _line(_("Approvals asked"), figures["asked"], less_is_better=True),
        _line(_("On hold for them, min"), minutes["held"], less_is_better=True),
        _line(_("Supervisors’ time, min"), minutes["deciding"], less_is_better=True),
        _line(_("Requests not met"), figures["unmet"], less_is_better=False),
    ]


def _line(name: str, pair: Sequence[int], *, less_is_better: bool = False) -> FigureLine:
    before, after = pair
    # Without a better direction the change stays uncoloured.
    tone = "ok" if less_is_better and after < before else "warn" if less_is_better and after > before else ""
    return FigureLine(name, _count(before), _count(after), _change(after - before, _count), tone)


def _money_line(currency: str, pair: Sequence[int]) -> FigureLine:
    before, after = pair
    tone = "warn" if after > before else "ok" if after < before else ""

    def amount(minor: int) -> str:
        return formats.money(minor, currency)

    name = _("Money given") if currency == "USD" else _("Money given, %(currency)s", currency=currency)
    return FigureLine(name, amount(before), amount(after), _change(after - before, amount), tone)


def _change(value: int, formatted: Any) -> str:
    return f"+{formatted(value)}" if value > 0 else f"−{formatted(-value)}" if value < 0 else "0"


def _count(value: int) -> str:
    return f"{value:,}"


def _affected(result: Mapping[str, Any]) -> str:
    people = ngettext("%(num)d customer", "%(num)d customers", result["customers"])
    by = ngettext("%(num)d agent", "%(num)d agents", result["agents"])
    return _("Affected: %(customers)s, %(agents)s.", customers=people, agents=by)


def _notes(result: Mapping[str, Any]) -> list[str]:
    """Limits of the replay's accuracy."""
    notes = []
    if result["erased"]:
        notes.append(
            ngettext(
                "%(num)d case cannot be replayed: its facts were erased. It stands as it was.",
                "%(num)d cases cannot be replayed: their facts were erased. They stand as they were.",
                result["erased"],
            )
        )
    if result["assumed"]:
        notes.append(
            ngettext(
                "%(num)d question would be new; it is taken to be answered with yes.",
                "%(num)d questions would be new; they are taken to be answered with yes.",
                result["assumed"],
            )
        )
    return notes


def kind(one: Mapping[str, Any], document: dict[str, Any]) -> KindShown:
    money = [
        f"{'+' if minor > 0 else '−'}{formats.money(abs(minor), currency)}" for currency, minor in one["money"].items()
    ]
    return KindShown(
        key=one["kind"],
        count=one["count"],
        before=word(one["before"]),
        after=word(one["after"]),
        tone=TONES.get(one["after"], ""),
        why=_why(one, rule_books.book_of(document)),
        money=", ".join(money),
        rules=[(rule_id, count) for rule_id, count in one["rules"]],
    )


def word(key: str) -> str:
    return str(WORDS.get(key, key))


def _why(one: Mapping[str, Any], book: RuleBook) -> str:
    """The most frequent rule in words; without one, the most frequent cause."""
    rules = one["rules"]
    rule = book.rule(rules[0][0]) if rules else None
    if rule is not None:
        why = sentences.why(rule, language.chosen(), currency=rule.currency or book.currency)
        others = len(rules) - 1
        more = ngettext("and %(num)d other rule", "and %(num)d other rules", others) if others else ""
        return " ".join(part for part in (_("Rule %(id)s: %(why)s", id=rule.id, why=why), more) if part)
    cause = one["causes"][0][0] if one["causes"] else ""
    return _("no rule; mostly: %(cause)s", cause=cause) if cause else _("no rule")


def case(
    row: ReplayCase,
    grant: Grant,
    *,
    document: dict[str, Any],
    language: str,
    ticket: str,
    customer: str,
    agent: str,
) -> ReplayCaseView:
    book = rule_books.book_of(document)
    return ReplayCaseView(
        grant_id=grant.id,
        at=grant.created_at,
        customer_id=grant.customer_id,
        customer=customer,
        agent=agent,
        ticket_id=grant.ticket_id,
        ticket=ticket,
        before=word(row.before),
        after=word(row.after),
        tone=TONES.get(row.after, ""),
        was=_granted(book, grant.remedy, row.units_before, grant.currency, language),
        would_be=_granted(book, row.remedy_after, row.units_after, grant.currency, language),
        rule_id=row.rule_id,
        reason=grant.reason,
    )


def _granted(book: RuleBook, key: str, units: int, currency: str, lang: str) -> str:
    """ "$60 credit", "2 × gift"; "nothing"."""
    if not units:
        return _("nothing")
    remedy = book.remedy(key)
    name = languages.of(dict(remedy.names), lang) if remedy else key
    amount = formats.money(units, currency) if remedy is None or remedy.is_money else f"{units} ×"
    return f"{amount} {name}"

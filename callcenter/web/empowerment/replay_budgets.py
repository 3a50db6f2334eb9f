"""Budgets of a replay: two curves over the days, the limit, a sentence and a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from callcenter.web.wording import formats

SCOPES = {
    "company": lazy_gettext("Company"),
    "team": lazy_gettext("Team"),
    "department": lazy_gettext("Department"),
    "agent": lazy_gettext("Agent"),
}


@dataclass(frozen=True)
class ReplayBudgetView:
    """Curves in 1000 x 100. `limit_y`: the limit; `marks`: labels down the side; `days`: labels below."""

    title: str
    verdict: str
    is_broken: bool
    sentence: str
    before: str
    after: str
    limit_y: float
    marks: list[str]
    days: list[str]
    rows: list[tuple[str, str, str]]


def views(budgets: Sequence[Mapping[str, Any]]) -> list[ReplayBudgetView]:
    return [_budget(one) for one in _worth_showing(budgets)]


def _worth_showing(budgets: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Budgets that break or change; with none of them, the fullest."""
    moved = [one for one in budgets if one["breaks"] or one["before"][-1] != one["after"][-1]]
    return moved or sorted(budgets, key=_fill, reverse=True)[:1]


def _fill(one: Mapping[str, Any]) -> float:
    return max(one["after"]) / one["limit"] if one["limit"] else 0.0


def _budget(one: Mapping[str, Any]) -> ReplayBudgetView:
    scope = str(SCOPES.get(one["scope"], one["scope"]))
    name = f"{scope} {one['key']}" if one["key"] else scope
    top = max(one["limit"], *one["before"], *one["after"], 1)
    first = date.fromisoformat(one["first"])
    days = [formats.date_of(first + timedelta(days=n)) for n in range(len(one["after"]))]
    currency = one["currency"]
    breaks = one["breaks"]
    share = formats.percent(one["after"][-1] / one["limit"]) if one["limit"] else "–"
    verdict = _("%(share)s used", share=share)
    if breaks:
        percent = f"{breaks['percent']} %" if breaks["percent"] is not None else "–"
        verdict = _("breaks on day %(day)s, %(percent)s", day=breaks["day"], percent=percent)
    labelled = range(0, len(days), max(1, len(days) // 4))
    return ReplayBudgetView(
        title=_("Budget %(name)s, %(period)s", name=name, period=one["period"]),
        verdict=verdict,
        is_broken=bool(breaks),
        sentence=_budget_sentence(one, days),
        before=_points(one["before"], top),
        after=_points(one["after"], top),
        limit_y=round(100 - 100 * one["limit"] / top, 2),
        marks=[formats.money(top, currency), formats.money(top // 2, currency), formats.money(0, currency)],
        days=[days[n] for n in labelled],
        rows=[
            (day, formats.money(before, currency), formats.money(after, currency))
            for day, before, after in zip(days, one["before"], one["after"], strict=True)
        ],
    )


def _budget_sentence(one: Mapping[str, Any], days: Sequence[str]) -> str:
    currency = one["currency"]
    values = {
        "limit": formats.money(one["limit"], currency),
        "before": formats.money(one["before"][-1], currency),
        "after": formats.money(one["after"][-1], currency),
    }
    if not one["breaks"]:
        return _("Of %(limit)s it was %(before)s, and would be %(after)s.", **values)
    day = days[one["breaks"]["day"] - 1]
    return _("Of %(limit)s it was %(before)s, and would be %(after)s: above it from %(day)s on.", day=day, **values)


def _points(values: Sequence[int], top: int) -> str:
    step = 1000 / max(1, len(values) - 1)
    return " ".join(f"{place * step:.1f},{100 - 100 * value / top:.2f}" for place, value in enumerate(values))

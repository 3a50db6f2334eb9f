"""A what-if scenario and its result in sentences, tables and curves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from callcenter.domain.what_ifs import DAYS, WORKDAYS, WhatIfScenario
from callcenter.web.admin import what_if_curves as curves
from callcenter.web.wording import formats

KINDS = {"queued": "", "running": "accent", "done": "ok", "failed": "bad"}
DOUBTFUL = 0.1  # of the service level, between replay and reality


@dataclass(frozen=True)
class ScenarioSummary:
    """`changes`: what differs. `days`: the days replayed."""

    changes: str
    days: str


@dataclass(frozen=True)
class ComparedFigure:
    """One figure. `better`: ok, bad, or "" for a difference within chance."""

    name: str
    real: str
    before: str
    after: str
    difference: str
    better: str


@dataclass(frozen=True, kw_only=True)
class WhatIfView:
    summary: str
    lines: list[ComparedFigure]
    curves: list[curves.Curve]
    hours: list[str]
    by_hour: list[list[str]]
    by_queue: list[list[str]]
    by_day: list[list[str]]
    basis: str
    limits: list[str]
    doubt: str
    has_real: bool


def days() -> dict[str, str]:
    return {
        "monday": _("Mondays"),
        "tuesday": _("Tuesdays"),
        "wednesday": _("Wednesdays"),
        "thursday": _("Thursdays"),
        "friday": _("Fridays"),
        "saturday": _("Saturdays"),
        "sunday": _("Sundays"),
        WORKDAYS: _("Monday to Friday"),
    }


def weekday(day: date) -> str:
    return DAYS[day.weekday()]


def states() -> dict[str, str]:
    return {
        "queued": _("waits for its turn"),
        "running": _("is being worked out"),
        "done": _("done"),
        "failed": _("not possible"),
    }


def ring(kind: str) -> str:
    return {
        "skills": _("A new last ring: agents with whatever skills"),
        "language": _("A new last ring: whatever language they speak"),
        "supervisors": _("A new last ring: supervisors too"),
    }[kind]


def clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def failed(reason: str) -> str:
    return {
        "no_calls": _("Nobody called on these days, as far as is known. Choose another day, or more weeks."),
        "no_duty": _("It is not known who was on duty on these days. Days count from when agents sign in here."),
        "too_few": _("Fewer than 20 calls are known of these days: that says nothing. Choose more weeks."),
        "no_queue": _("This queue is no longer in use."),
        "tries": _("It was started three times and never finished. Your operator finds the reason in the log."),
    }.get(reason, _("These days cannot be played as they are set up now."))


def summary(scenario: WhatIfScenario, queue: str) -> ScenarioSummary:
    parts = []
    if scenario.agents:
        text = (
            ngettext("%(num)d agent more", "%(num)d agents more", scenario.agents)
            if scenario.agents > 0
            else ngettext("%(num)d agent fewer", "%(num)d agents fewer", -scenario.agents)
        )
        whole = scenario.until - scenario.since >= 1440
        parts.append(text if whole else f"{text} {clock(scenario.since)}–{clock(scenario.until)}")
    if scenario.ring:
        name = _("ring %(num)s", num=scenario.ring) if scenario.ring.isdigit() else ring(scenario.ring)
        parts.append(_("%(ring)s after %(seconds)d s", ring=name, seconds=scenario.ring_after or 0))
    if scenario.priority is not None:
        parts.append(_("priority %(num)d", num=scenario.priority))
    on = _("%(days)s of the last %(num)d weeks", days=days()[scenario.day], num=scenario.weeks)
    if scenario.weeks == 1:
        on = _("%(days)s of the last week", days=days()[scenario.day])
    if scenario.percent != 100:
        on = _("%(days)s, with %(percent)d %% of the calls", days=on, percent=scenario.percent)
    return ScenarioSummary(_("%(queue)s: %(changes)s", queue=queue, changes=_(", ").join(parts)), on)


def view(result: Mapping[str, Any], scenario: WhatIfScenario, queues: Mapping[int, str]) -> WhatIfView:
    figures = {one["name"]: one for one in result["figures"]}
    busy = [one for one in result["hours"] if one["calls"]]
    span = result["hours"][busy[0]["id"] : busy[-1]["id"] + 1] if busy else []
    has_real = scenario.percent == 100
    return WhatIfView(
        summary=_summary(figures),
        lines=[_line(one, has_real=has_real) for one in result["figures"] if one["before"]],
        curves=[curves.waits(span), curves.levels(span)],
        hours=[f"{one['id']:02d}:00" for one in span],
        by_hour=[[f"{one['id']:02d}:00", f"{one['calls']:.1f}", f"{one['duty']:.1f}", *_pairs(one)] for one in span],
        by_queue=[[queues.get(one["id"], "–"), f"{one['calls']:.0f}", *_pairs(one)] for one in result["queues"]],
        by_day=[
            [formats.date_of(date.fromisoformat(one["date"])), f"{one['calls']:.0f}", *_pairs(one)]
            for one in result["each_day"]
        ],
        basis=_basis(result),
        limits=_limits(result),
        doubt=_doubt(figures["level_of_all"]) if has_real else "",
        has_real=has_real,
    )


def _summary(figures: Mapping[str, Mapping[str, Any]]) -> str:
    wait, level = figures["mean_wait"], figures["level_of_all"]
    waits = {"before": curves.span(wait["before"][0]), "after": curves.span(wait["after"][0])}
    shares = {"before": formats.percent(level["before"][0]), "after": formats.percent(level["after"][0])}
    if not _is_sure(wait) and not _is_sure(level):
        return _(
            "No difference that can be distinguished from chance: a mean wait of %(after)s, and %(share)s served in time.",
            after=waits["after"],
            share=shares["after"],
        )
    first = _("Customers would wait %(after)s on average, instead of %(before)s.", **waits)
    second = _("%(after)s would be served in time, instead of %(before)s.", **shares)
    return _("%(first)s %(second)s", first=first, second=second)


def _is_sure(figure: Mapping[str, Any]) -> bool:
    """Beyond the confidence interval, and beyond the display's rounding."""
    value, half = figure["difference"]
    least = 0.5 if figure["name"] in ("mean_wait", "p95") else 0.005
    return bool(abs(value) > max(half, least))


def _line(one: Mapping[str, Any], *, has_real: bool) -> ComparedFigure:
    name = one["name"]
    good = 1 if name in ("level_of_answered", "level_of_all") else 0 if name == "use" else -1
    sure, value = _is_sure(one), one["difference"][0]
    return ComparedFigure(
        name=_names()[name],
        real=curves.value(name, one["real"]) if has_real and one["real"] is not None else "–",
        before=_with_half(name, one["before"]),
        after=_with_half(name, one["after"]),
        difference=_difference(name, one["difference"]),
        better="" if not sure or not good else "ok" if value * good > 0 else "bad",
    )


def _names() -> dict[str, str]:
    return {
        "mean_wait": _("Mean wait"),
        "p95": _("95 of 100 wait at most"),
        "level_of_answered": _("Answered in time ÷ answered"),
        "level_of_all": _("(Answered + left in time) ÷ all"),
        "abandoned": _("Gave up waiting"),
        "use": _("Of their time on duty, agents are busy"),
    }


def _with_half(name: str, pair: Sequence[float]) -> str:
    value, half = pair
    half_text = f"{100 * half:.1f}" if name in curves.SHARES else curves.span(half)
    return f"{curves.value(name, value)} ± {half_text}"


def _difference(name: str, pair: Sequence[float]) -> str:
    value, half = pair
    least = 0.0005 if name in curves.SHARES else 0.05  # less is shown as nothing
    sign = "±" if abs(value) < least else "+" if value > 0 else "−"
    if name in curves.SHARES:
        return _("%(value)s ± %(half)s points", value=f"{sign}{abs(100 * value):.1f}", half=f"{100 * half:.1f}")
    return f"{sign}{curves.span(abs(value))} ± {curves.span(half)}"


def _pairs(one: Mapping[str, Any]) -> list[str]:
    return [curves.value(name, value) for name in ("mean_wait", "level_of_all", "abandoned") for value in one[name]]


def _basis(result: Mapping[str, Any]) -> str:
    named = _(", ").join(formats.date_of(date.fromisoformat(day)) for day in reversed(result["days"]))
    return _(
        "Played: %(days)s with %(calls)d real calls, %(seeds)d times each with and without the change.",
        days=named,
        calls=result["calls"],
        seeds=result["seeds"],
    )


def _limits(result: Mapping[str, Any]) -> list[str]:
    notes, left_out = dict(result["notes"]), result["left_out"]
    sentences = {
        "no_calls": _("Left out, as nobody called: days: %(num)d."),
        "no_duty": _("Left out, as nobody knows who was on duty: days: %(num)d."),
        "too_many": _("Left out, as there are calls enough without: days: %(num)d."),
        "one_day": _("This is one day alone: another may be quite different."),
        "few_calls": _("Only %(num)d calls of this queue are known: that is little to go by."),
        "no_patience": _("Nobody gave up on these days, so nobody does here, however long it takes."),
        "no_delays": _("How long agents take to accept is not known; here they accept at once."),
        "unserved": _("On average %(num)s calls found no agent on duty until the end of the day."),
        "more_than_were": _(
            "%(num)d %% of the calls come: those added are real ones played again a little earlier or later."
        ),
        "few_to_send_home": _("There were not always %(num)d agents of this queue on duty who could be missing."),
    }
    always = [
        _("± is what chance does to these very days, 19 times in 20; other days differ by more: see each day below."),
        _("Left out: conversations, callbacks in place of waiting, going on to another queue, and who calls again."),
    ]
    found = [
        sentences[code] % {"num": number} for code, number in [*left_out.items(), *notes.items()] if code in sentences
    ]
    return [*found, *always]


def _doubt(level: Mapping[str, Any]) -> str:
    """A warning where the replay of the real settings is far from what really happened."""
    if level["real"] is None or abs(level["before"][0] - level["real"]) < DOUBTFUL:
        return ""
    return _(
        "In truth %(real)s were served in time on these days, played as it was it is %(played)s: something that is not in the "
        "play mattered. Trust the direction, not the amount.",
        real=formats.percent(level["real"]),
        played=formats.percent(level["before"][0]),
    )

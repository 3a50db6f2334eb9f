"""An agent's day as a chart and a list: status and state, reason and author; for leaders all agents' days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from callcenter import wiring
from callcenter.domain.agents import Status, agent_of_identity
from callcenter.domain.errors import NotFound
from callcenter.reports.agents import day as report
from callcenter.reports.agents.day import AgentDay
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent, Interval
from callcenter.web import access
from callcenter.web.wording import breaks, formats, language

SHOWN_HOURS = 6
FURTHEST_BACK = timedelta(days=400)
KINDS = ("on_call", "wrap_up", "free", "break", "not_answering")
BANDS = {"idle": "free", "busy": "on_call", "available": "free", "unavailable": "break"}

pages = Blueprint("day", __name__)


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One interval. `dot`: its colour. `until`: None where it lasts to the end of the day."""

    kind: str
    dot: str
    words: str
    since: datetime
    until: datetime | None
    seconds: float
    why: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """`bands`: (name, [(class, x, width of 1000)]). `hours`: labels below. `parts`: (kind, words)."""

    bands: list[tuple[str, list[tuple[str, float, float]]]]
    hours: list[str]
    parts: list[tuple[str, str]]
    busy: float | None
    rows: list[IntervalRow]


@pages.get("/day")
@access.everyone
def mine() -> str:
    return _page(access.current_agent().id)


@pages.get("/agents/<int:agent_id>/day")
@access.leaders
def of_agent(agent_id: int) -> str:
    return _page(agent_id)


@pages.get("/agents/day")
@access.leaders
def all_agents() -> str:
    """Each agent's day, and the spread of their load."""
    on, now = _asked_day(), wiring.current().clock()
    with wiring.current().reading() as session:
        days = report.of_all(session, day=on, zone=language.zone(), now=now)
        rows = [(agent, found, _lane(found)) for agent, found in sorted(days.items(), key=lambda each: each[0].name)]
    shares = [found.busy for _agent, found, _parts in rows if found.busy is not None]
    spread = report.spread(shares)
    return render_template(
        "agents/days.html", rows=rows, spread=spread, kinds=KINDS, words=_words(), **_around(on, None)
    )


def _page(agent_id: int) -> str:
    on, now = _asked_day(), wiring.current().clock()
    with wiring.current().reading() as session:
        agent = agents.get(session, agent_id)
        if agent is None:
            raise NotFound
        found = report.of(session, agent_id, day=on, zone=language.zone(), now=now)
        view = _view(session, found) if found else None
        return render_template("agents/day.html", agent=agent, day=view, words=_words(), **_around(on, agent))


def _asked_day() -> date:
    """`?on=2026-11-21` in the reader's zone; today for no valid day."""
    today = formats.local(wiring.current().clock()).date()
    try:
        asked = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return today
    return asked if today - FURTHEST_BACK <= asked <= today else today


def _around(on: date, agent: Agent | None) -> dict[str, object]:
    today = formats.local(wiring.current().clock()).date()
    after = on + timedelta(days=1)
    return {
        "on": on,
        "is_today": on == today,
        "day_name": _("Today") if on == today else formats.date_of(on),
        "before_url": _url(agent, on - timedelta(days=1)),
        "after_url": _url(agent, after if after < today else None) if on < today else "",
    }


def _url(agent: Agent | None, on: date | None) -> str:
    asked = on.isoformat() if on else None
    if agent is None:
        return url_for("day.all_agents", on=asked)
    if agent.id == access.current_agent().id:
        return url_for("day.mine", on=asked)
    return url_for("day.of_agent", agent_id=agent.id, on=asked)


def _view(session: Session, found: AgentDay) -> DayView:
    names = agents.names(session)
    words = _words()
    spent = [(kind, found.seconds(kind)) for kind in KINDS]
    return DayView(
        bands=[
            (_("Status"), _band(found, "status")),
            (_("State"), _band(found, "state")),
        ],
        hours=_hours(found),
        parts=[(kind, f"{words[kind]} {formats.duration(seconds)}") for kind, seconds in spent if seconds >= 1],
        busy=found.busy,
        rows=[_row(session, row, found, names) for row in reversed(found.rows) if _is_of_the_day(row, found)],
    )


def _band(found: AgentDay, kind: str) -> list[tuple[str, float, float]]:
    """(class, x, width) of 1000."""
    total = (found.end - found.start).total_seconds() or 1.0
    parts = []
    for row in found.rows:
        start, end = max(row.started_at, found.start), min(row.ended_at or found.end, found.end)
        if row.kind == kind and row.value != Status.SIGNED_OUT and end > start:
            x = 1000 * (start - found.start).total_seconds() / total
            parts.append((f"band-{BANDS.get(row.value, row.value)}", x, 1000 * (end - start).total_seconds() / total))
    return parts


def _lane(found: AgentDay) -> list[tuple[str, float, float]]:
    """Status and state in one band, midnight to midnight, of 1000."""
    midnight = formats.local(found.start).replace(hour=0, minute=0, second=0, microsecond=0)
    return [
        (f"band-{each.kind}", (each.start - midnight).total_seconds() / 86.4, each.seconds / 86.4)
        for each in found.stretches
    ]


def _hours(found: AgentDay) -> list[str]:
    """Evenly spread times of day, both ends included."""
    step = (found.end - found.start) / SHOWN_HOURS
    return [formats.time_of(found.start + step * n) for n in range(SHOWN_HOURS + 1)]


def _is_of_the_day(row: Interval, found: AgentDay) -> bool:
    """Intervals between the first sign-in and the last sign-out, and the sign-outs."""
    if row.value == Status.SIGNED_OUT:
        return row.started_at >= found.start
    return row.started_at < found.end and (row.ended_at or found.end) > found.start


def _row(session: Session, row: Interval, found: AgentDay, names: Mapping[int, str]) -> IntervalRow:
    ended = row.ended_at if row.ended_at and row.ended_at <= found.end else None
    return IntervalRow(
        kind=_("Status") if row.kind == "status" else _("State"),
        dot=_dot(row),
        words=_label(session, row),
        since=max(row.started_at, found.start),
        until=ended,
        seconds=((ended or found.end) - max(row.started_at, found.start)).total_seconds(),
        why=_why(row),
        by=_by(row, names),
    )


def _dot(row: Interval) -> str:
    return {"idle": "free", "busy": "on_call", "available": "free"}.get(row.value, row.value)


def _label(session: Session, row: Interval) -> str:
    if row.value == Status.BREAK and row.reason:
        return breaks.name(session, row.reason)
    return {
        "available": _("Available"),
        "break": _("Break"),
        "unavailable": _("Unavailable"),
        "not_answering": _("Not answering"),
        "signed_out": _("Signed out"),
        "idle": _("without work"),
        "offered": _("asked to take something"),
        "busy": _("with customers"),
        "wrap_up": _("wrap-up"),
    }.get(row.value, row.value)


def _why(row: Interval) -> str:
    return {
        "connection_lost": _("the connection was lost"),
        "missed": _("offers were missed"),
        "after_this": _("asked for during work"),
    }.get(row.reason, "")


def _by(row: Interval, names: Mapping[int, str]) -> str:
    """The agent who chose it, else "the system"."""
    agent_id = agent_of_identity(row.actor.replace(":", "-"))
    return names.get(agent_id or 0, "") or _("the system")


def _words() -> dict[str, str]:
    return {
        "on_call": _("With customers"),
        "wrap_up": _("Wrap-up"),
        "free": _("Free"),
        "break": _("Away"),
        "not_answering": _("Not answering"),
    }

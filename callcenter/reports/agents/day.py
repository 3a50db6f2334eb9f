"""An agent's day: status and state intervals overlaid, and how evenly work was spread."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from math import sqrt
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callcenter.domain.agents import AgentState, Role, Status
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent, Interval

WORKING = {AgentState.BUSY: "on_call", AgentState.OFFERED: "on_call", AgentState.WRAP_UP: "wrap_up"}
CHOSEN = {
    Status.AVAILABLE: "free",
    Status.BREAK: "break",
    Status.UNAVAILABLE: "break",
    Status.NOT_ANSWERING: "not_answering",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """`kind`: on_call (also conversations or an offer), wrap_up, free, break, not_answering."""

    kind: str
    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDay:
    """`rows`: recorded intervals, oldest first, `ended_at` None while open. `start`, `end`: first and last moment
    signed in, or now."""

    start: datetime
    end: datetime
    rows: Sequence[Interval]
    stretches: list[Stretch]

    def seconds(self, *kinds: str) -> float:
        return sum(each.seconds for each in self.stretches if each.kind in kinds)

    @property
    def busy(self) -> float | None:
        # Share of available time with work.
        work, idle = self.seconds("on_call", "wrap_up"), self.seconds("free")
        return work / (work + idle) if work + idle else None


@dataclass(frozen=True, slots=True)
class WorkSpread:
    """How unequal the agents' shares were. `deviation`: standard deviation."""

    count: int
    least: float
    most: float
    mean: float
    deviation: float


def bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    place = ZoneInfo(zone)
    return datetime.combine(day, time(), place), datetime.combine(day + timedelta(days=1), time(), place)


def of(session: Session, agent_id: int, *, day: date, zone: str, now: datetime) -> AgentDay | None:
    """None if the agent was not signed in on that day."""
    begin, end = bounds(day, zone)
    return _day(_rows(session, [agent_id], begin, end), begin, min(end, now))


def of_all(session: Session, *, day: date, zone: str, now: datetime) -> dict[Agent, AgentDay]:
    """Agents who were signed in on that day."""
    begin, end = bounds(day, zone)
    people = [agent for agent in agents.all_active(session) if agent.role == Role.AGENT]
    rows: dict[int, list[Interval]] = {}
    for row in _rows(session, [agent.id for agent in people], begin, end):
        rows.setdefault(row.agent_id, []).append(row)
    days = {agent: _day(rows.get(agent.id, []), begin, min(end, now)) for agent in people}
    return {agent: found for agent, found in days.items() if found}


def _rows(session: Session, ids: Sequence[int], begin: datetime, end: datetime) -> Sequence[Interval]:
    touching = or_(Interval.ended_at.is_(None), Interval.ended_at > begin)
    rows = select(Interval).where(Interval.agent_id.in_(ids), touching, Interval.started_at < end)
    return session.scalars(rows.order_by(Interval.started_at, Interval.id)).all()


def _day(rows: Sequence[Interval], begin: datetime, end: datetime) -> AgentDay | None:
    stretches = overlaid(rows, begin, end)
    if not stretches:
        return None
    return AgentDay(start=stretches[0].start, end=stretches[-1].end, rows=rows, stretches=stretches)


def overlaid(rows: Sequence[Interval], begin: datetime, end: datetime) -> list[Stretch]:
    """Overlay status and state; work takes precedence over the chosen status."""
    edges = sorted({begin, end, *_edges(rows, begin, end)})
    found: list[Stretch] = []
    for start, stop in pairwise(edges):
        kind = _kind(row for row in rows if row.started_at <= start and (row.ended_at or end) >= stop)
        if kind is None:
            continue
        if found and found[-1].kind == kind and found[-1].end == start:
            start = found.pop().start
        found.append(Stretch(kind, start, stop))
    return found


def _edges(rows: Sequence[Interval], begin: datetime, end: datetime) -> set[datetime]:
    moments = {moment for row in rows for moment in (row.started_at, row.ended_at) if moment}
    return {moment for moment in moments if begin < moment < end}


def _kind(running: Iterable[Interval]) -> str | None:
    """None while signed out with no work."""
    values = {row.kind: row.value for row in running}
    state = values.get("state")
    if state in WORKING:
        return WORKING[AgentState(state)]
    return CHOSEN.get(Status(values["status"])) if "status" in values else None


def spread(shares: Sequence[float]) -> WorkSpread | None:
    if not shares:
        return None
    mean = sum(shares) / len(shares)
    deviation = sqrt(sum((share - mean) ** 2 for share in shares) / len(shares))
    return WorkSpread(len(shares), min(shares), max(shares), mean, deviation)

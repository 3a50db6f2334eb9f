"""Budgets: how much of each period is granted, reserved and left, day by day, compared to an even pace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from callcenter.storage.agents import agents
from callcenter.storage.empowerment import budgets, departments
from callcenter.storage.empowerment.budgets import Budget, Entry, Period
from callcenter.storage.empowerment.departments import Department


@dataclass(frozen=True, slots=True)
class Names:
    """The names of budget scopes; departments have them in every language."""

    agents: Mapping[int, str]
    teams: Mapping[int, str]
    departments: Mapping[int, Department]

    def of(self, budget: Budget) -> str | Department:
        """The name of the scope; "" for the company."""
        if budget.scope == "agent":
            return self.agents.get(budget.agent_id or 0, "")
        if budget.scope == "team":
            return self.teams.get(budget.team_id or 0, "")
        return self.departments.get(budget.department_id or 0, "")


def scope_names(session: Session) -> Names:
    parts = {one.id: one for one in departments.departments(session)}
    return Names(agents.names(session), agents.team_names(session), parts)


@dataclass(frozen=True, slots=True)
class Open:
    """A budget with one of its periods; a period not opened yet appears as it will open."""

    budget: Budget
    name: str | Department
    period: Period | None

    @property
    def limit(self) -> int:
        return self.period.limit_amount if self.period else self.budget.amount

    @property
    def reserved(self) -> int:
        return self.period.reserved if self.period else 0

    @property
    def committed(self) -> int:
        return self.period.committed if self.period else 0

    @property
    def left(self) -> int:
        return self.limit - self.reserved - self.committed

    @property
    def used_percent(self) -> int:
        used = self.reserved + self.committed
        return 100 * used // self.limit if self.limit else (100 if used else 0)

    @property
    def tone(self) -> str:
        """warn from the warning share on, bad if nothing is left."""
        if self.left <= 0:
            return "bad"
        return "warn" if self.used_percent >= self.budget.warn_percent else ""


def now_open(session: Session, now: datetime) -> list[Open]:
    """Every budget with its current period; inactive ones last."""
    names = scope_names(session)
    return [
        Open(budget, names.of(budget), budgets.period_at(session, budget.id, now)) for budget in budgets.every(session)
    ]


@dataclass(frozen=True, slots=True)
class Point:
    """The balance at one moment: granted and reserved, of the amount at that time."""

    at: datetime
    limit: int
    committed: int
    reserved: int


@dataclass(frozen=True, kw_only=True)
class Course:
    """One period day by day until `until` (its end, or now). `pace`: what an even pace would have spent by then.
    `spent_by`: when it will be used up at the pace so far; None if it lasts."""

    budget: Budget
    period: Period
    points: list[Point]
    until: datetime
    spent_by: datetime | None

    @property
    def pace(self) -> int:
        whole = (self.period.ends_at - self.period.starts_at).total_seconds()
        return int(self.period.limit_amount * (self.until - self.period.starts_at).total_seconds() / whole)


DAILY = text(
    "SELECT (at AT TIME ZONE :zone)::date AS day, sum(limit_change)::bigint AS amount, sum(committed_change)::bigint AS committed,"
    " sum(reserved_change)::bigint AS reserved FROM budget_entries WHERE period_id = :period_id GROUP BY 1 ORDER BY 1"
)


def course(session: Session, budget: Budget, period: Period, now: datetime) -> Course:
    """From the ledger: sums at each day's end in the budget's zone. Changes after the period count at its end."""
    rows = session.execute(DAILY, {"period_id": period.id, "zone": budget.zone}).all()
    until = min(max(now, period.starts_at), period.ends_at)
    points: list[Point] = []
    limit = committed = reserved = 0
    allotted = next((row.amount for row in rows if row.amount), 0)  # what moved before that day counts within it too
    for row in rows:
        limit, committed, reserved = limit + row.amount, committed + row.committed, reserved + row.reserved
        midnight = datetime.combine(row.day + timedelta(days=1), datetime.min.time(), ZoneInfo(budget.zone))
        points.append(Point(min(max(midnight, period.starts_at), until), limit or allotted, committed, reserved))
    spent_by = _spent_by(period, until) if until < period.ends_at else None
    return Course(budget=budget, period=period, points=points, until=until, spent_by=spent_by)


def _spent_by(period: Period, until: datetime) -> datetime | None:
    gone, used = (until - period.starts_at).total_seconds(), period.committed + period.reserved
    if used <= 0 or gone <= 0:
        return None
    if used >= period.limit_amount:
        return until
    moment = period.starts_at + timedelta(seconds=gone * period.limit_amount / used)
    return moment if moment < period.ends_at else None


def low(session: Session, now: datetime) -> Sequence[Open]:
    """Current budgets that reached their warning share."""
    return [one for one in now_open(session, now) if one.budget.is_active and one.tone]


@dataclass(frozen=True, slots=True)
class Line:
    """A ledger entry, with its actor and its grant."""

    entry: Entry
    actor: str
    ticket_id: int | None
    ticket: str


TICKETS = text(
    "SELECT g.id, t.id AS ticket_id, t.number FROM grants g JOIN tickets t ON t.id = g.ticket_id WHERE g.id = ANY(:ids)"
)


def ledger(session: Session, period_id: int, *, before: int | None = None, limit: int = 100) -> list[Line]:
    """Newest first."""
    rows = budgets.entries(session, period_id, before=before, limit=limit)
    names = agents.names(session)
    about = {row.id: row for row in session.execute(TICKETS, {"ids": [row.grant_id for row in rows if row.grant_id]})}
    return [
        Line(
            row,
            _actor(row.actor, names),
            about[row.grant_id].ticket_id if row.grant_id in about else None,
            about[row.grant_id].number if row.grant_id in about else "",
        )
        for row in rows
    ]


def _actor(actor: str, names: Mapping[int, str]) -> str:
    kind, _, rest = actor.partition(":")
    return names.get(int(rest), "") if kind == "agent" and rest.isdigit() else rest

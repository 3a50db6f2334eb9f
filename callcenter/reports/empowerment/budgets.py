"""Budgets: granted, reserved and left per period, day by day, compared with an even pace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from callcenter.storage.agents import agents
from callcenter.storage.empowerment import budgets, departments
from callcenter.storage.empowerment.budgets import Budget, BudgetPeriod, Entry
from callcenter.storage.empowerment.departments import Department


@dataclass(frozen=True, slots=True)
class BudgetNames:
    """Names of budget scopes; departments have names in each language."""

    agents: Mapping[int, str]
    teams: Mapping[int, str]
    departments: Mapping[int, Department]

    def of(self, budget: Budget) -> str | Department:
        if budget.scope == "agent":
            return self.agents.get(budget.agent_id or 0, "")
        if budget.scope == "team":
            return self.teams.get(budget.team_id or 0, "")
        # Blank for the company.
        return self.departments.get(budget.department_id or 0, "")


def scope_names(session: Session) -> BudgetNames:
    parts = {one.id: one for one in departments.departments(session)}
    return BudgetNames(agents.names(session), agents.team_names(session), parts)


@dataclass(frozen=True, slots=True)
class OpenBudget:
    """A budget with its period; `period` None: not opened yet, shown as it will open."""

    budget: Budget
    name: str | Department
    period: BudgetPeriod | None

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
        """ "warn" from the warning percentage, "bad" if nothing is left."""
        if self.left <= 0:
            return "bad"
        return "warn" if self.used_percent >= self.budget.warn_percent else ""


def now_open(session: Session, now: datetime) -> list[OpenBudget]:
    """Every budget with its current period; inactive ones last."""
    names = scope_names(session)
    return [
        OpenBudget(budget, names.of(budget), budgets.period_at(session, budget.id, now))
        for budget in budgets.every(session)
    ]


@dataclass(frozen=True, slots=True)
class Point:
    """Balance at one moment, minor units."""

    at: datetime
    limit: int
    committed: int
    reserved: int


@dataclass(frozen=True, kw_only=True)
class Course:
    """One period by day up to `until` (its end, or now). `pace`: even spending by then.

    `spent_by`: when the budget runs out at the current pace; None if it lasts."""

    budget: Budget
    period: BudgetPeriod
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


def course(session: Session, budget: Budget, period: BudgetPeriod, now: datetime) -> Course:
    """Sums of the ledger at each day's end in the budget's zone; later changes count at the period's end."""
    rows = session.execute(DAILY, {"period_id": period.id, "zone": budget.zone}).all()
    until = min(max(now, period.starts_at), period.ends_at)
    points: list[Point] = []
    limit = committed = reserved = 0
    allotted = next((row.amount for row in rows if row.amount), 0)  # limit of days before the first allotment
    for row in rows:
        limit, committed, reserved = limit + row.amount, committed + row.committed, reserved + row.reserved
        midnight = datetime.combine(row.day + timedelta(days=1), datetime.min.time(), ZoneInfo(budget.zone))
        points.append(Point(min(max(midnight, period.starts_at), until), limit or allotted, committed, reserved))
    spent_by = _spent_by(period, until) if until < period.ends_at else None
    return Course(budget=budget, period=period, points=points, until=until, spent_by=spent_by)


def _spent_by(period: BudgetPeriod, until: datetime) -> datetime | None:
    gone, used = (until - period.starts_at).total_seconds(), period.committed + period.reserved
    if used <= 0 or gone <= 0:
        return None
    if used >= period.limit_amount:
        return until
    moment = period.starts_at + timedelta(seconds=gone * period.limit_amount / used)
    return moment if moment < period.ends_at else None


def low(session: Session, now: datetime) -> Sequence[OpenBudget]:
    return [one for one in now_open(session, now) if one.budget.is_active and one.tone]


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A ledger entry, with its actor and grant."""

    entry: Entry
    actor: str
    ticket_id: int | None
    ticket: str


TICKETS = text(
    "SELECT g.id, t.id AS ticket_id, t.number FROM grants g JOIN tickets t ON t.id = g.ticket_id WHERE g.id = ANY(:ids)"
)


def ledger(session: Session, period_id: int, *, before: int | None = None, limit: int = 100) -> list[LedgerLine]:
    """Newest first."""
    rows = budgets.entries(session, period_id, before=before, limit=limit)
    names = agents.names(session)
    about = {row.id: row for row in session.execute(TICKETS, {"ids": [row.grant_id for row in rows if row.grant_id]})}
    return [
        LedgerLine(
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

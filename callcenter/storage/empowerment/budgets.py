"""Budgets, their periods, and the ledger. A constraint prevents overdrafts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, SmallInteger, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.states import BudgetCycle, BudgetScope, LedgerKind
from callcenter.storage.database import NO_KEY, Row, one_of


class Budget(Row):
    __tablename__ = "budgets"

    scope: Mapped[BudgetScope]
    agent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    team_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("teams.id"))
    department_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("departments.id"))
    currency: Mapped[str]
    period: Mapped[BudgetCycle]  # calendar month or quarter in `zone`
    zone: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)  # per period, minor units
    warn_percent: Mapped[int] = mapped_column(SmallInteger, default=80)
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint(one_of("scope", BudgetScope), name="scope"),
        CheckConstraint(one_of("period", BudgetCycle), name="period"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("warn_percent BETWEEN 1 AND 100", name="warn_percent"),
        CheckConstraint(
            "(agent_id IS NOT NULL) = (scope = 'agent') AND (team_id IS NOT NULL) = (scope = 'team')"
            " AND (department_id IS NOT NULL) = (scope = 'department')",
            name="one_scope",
        ),
        Index(
            "uq_budgets_scope",
            "scope",
            text("coalesce(agent_id, team_id, department_id, 0)"),
            "currency",
            unique=True,
            postgresql_where=text("is_active"),
        ),
    )


class BudgetPeriod(Row):
    __tablename__ = "budget_periods"

    budget_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("budgets.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    limit_amount: Mapped[int] = mapped_column(BigInteger)
    reserved: Mapped[int] = mapped_column(BigInteger, default=0)  # asked or approved
    committed: Mapped[int] = mapped_column(BigInteger, default=0)  # granted
    warned_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("reserved >= 0", name="reserved"),
        CheckConstraint("committed >= 0", name="committed"),
        CheckConstraint("reserved + committed <= limit_amount", name="never_overdrawn"),
        Index("uq_budget_periods_start", "budget_id", "starts_at", unique=True),
    )

    @property
    def left(self) -> int:
        return self.limit_amount - self.reserved - self.committed


class Entry(Row):
    """Append-only. A period's entries sum to its columns."""

    __tablename__ = "budget_entries"

    period_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("budget_periods.id"))
    grant_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[LedgerKind]
    limit_change: Mapped[int] = mapped_column(BigInteger, default=0)
    reserved_change: Mapped[int] = mapped_column(BigInteger, default=0)
    committed_change: Mapped[int] = mapped_column(BigInteger, default=0)
    at: Mapped[datetime]
    actor: Mapped[str]
    note: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        CheckConstraint(one_of("kind", LedgerKind), name="kind"),
        Index("ix_budget_entries_period", "period_id", "id"),
        Index("ix_budget_entries_grant", "grant_id", "id", postgresql_where=text("grant_id IS NOT NULL")),
    )


@dataclass(frozen=True, slots=True)
class Paying:
    budget: Budget
    period: BudgetPeriod | None  # the current one, if open

    @property
    def left(self) -> int:
        return self.period.left if self.period else self.budget.amount

    @property
    def limit(self) -> int:
        return self.period.limit_amount if self.period else self.budget.amount


PAYING = (
    select(Budget, BudgetPeriod)
    .outerjoin(
        BudgetPeriod,
        (BudgetPeriod.budget_id == Budget.id)
        & (BudgetPeriod.starts_at <= bindparam("now"))
        & (BudgetPeriod.ends_at > bindparam("now")),
    )
    .where(Budget.is_active)
    .where(
        (Budget.scope == BudgetScope.COMPANY)
        | (Budget.agent_id == bindparam("agent_id"))
        | (Budget.team_id == bindparam("team_id"))
        | (Budget.department_id == bindparam("department_id"))
    )
    .order_by(Budget.id)
)


def paying(
    session: Session, now: datetime, *, agent_id: int, team_id: int | None, department_id: int | None
) -> list[Paying]:
    """Active budgets that pay for this agent's grants."""
    values = {"now": now, "agent_id": agent_id, "team_id": team_id, "department_id": department_id}
    return [Paying(budget, period) for budget, period in session.execute(PAYING, values)]


def any_active(session: Session) -> bool:
    return session.scalar(select(Budget.id).where(Budget.is_active).limit(1)) is not None


def get(session: Session, budget_id: int, *, lock: bool = False) -> Budget | None:
    return session.get(Budget, budget_id, with_for_update=NO_KEY if lock else None, populate_existing=lock)


def every(session: Session) -> Sequence[Budget]:
    return session.scalars(select(Budget).order_by(Budget.is_active.desc(), Budget.scope, Budget.id)).all()


def period_at(session: Session, budget_id: int, moment: datetime, *, lock: bool = False) -> BudgetPeriod | None:
    wanted = select(BudgetPeriod).where(
        BudgetPeriod.budget_id == budget_id, BudgetPeriod.starts_at <= moment, BudgetPeriod.ends_at > moment
    )
    if lock:
        wanted = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalar(wanted)


def periods_of(session: Session, budget_id: int, *, limit: int = 24) -> Sequence[BudgetPeriod]:
    rows = select(BudgetPeriod).where(BudgetPeriod.budget_id == budget_id).order_by(BudgetPeriod.starts_at.desc())
    return session.scalars(rows.limit(limit)).all()


OPEN_PERIOD = text(
    "WITH made AS (INSERT INTO budget_periods (budget_id, starts_at, ends_at, limit_amount, reserved, committed)"
    "  VALUES (:budget_id, :starts_at, :ends_at, :amount, 0, 0)"
    "  ON CONFLICT (budget_id, starts_at) DO NOTHING RETURNING id, limit_amount)"
    "INSERT INTO budget_entries (period_id, kind, limit_change, reserved_change, committed_change, at, actor, note)"
    " SELECT id, 'allot', limit_amount, 0, 0, :now, 'system', '' FROM made"
)


def open_period(
    session: Session, budget: Budget, *, starts_at: datetime, ends_at: datetime, now: datetime
) -> BudgetPeriod:
    """Opens the period with its allotment; concurrent callers open one."""
    values = {"budget_id": budget.id, "starts_at": starts_at, "ends_at": ends_at, "amount": budget.amount, "now": now}
    session.execute(OPEN_PERIOD, values)
    found = session.scalar(
        select(BudgetPeriod).where(BudgetPeriod.budget_id == budget.id, BudgetPeriod.starts_at == starts_at)
    )
    assert found is not None
    return found


# Rows are locked in the order of their ids, so no deadlock can form. If one does not fit, the caller rolls back.
MOVE = text(
    "WITH wanted AS MATERIALIZED (SELECT id FROM budget_periods WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE),"
    " moved AS (UPDATE budget_periods p SET reserved = reserved + :reserved, committed = committed + :committed"
    "  FROM wanted WHERE p.id = wanted.id"
    "  AND (NOT :checked OR p.reserved + p.committed + :reserved + :committed <= p.limit_amount)"
    "  RETURNING p.id, p.budget_id, p.warned_at, p.limit_amount, p.reserved, p.committed),"
    " written AS (INSERT INTO budget_entries"
    "  (period_id, grant_id, kind, limit_change, reserved_change, committed_change, at, actor, note)"
    "  SELECT id, :grant_id, :kind, 0, :reserved, :committed, :now, :actor, :note FROM moved)"
    "SELECT m.id, m.reserved + m.committed AS used, m.limit_amount, m.budget_id, b.agent_id,"
    "  m.warned_at IS NULL AND m.limit_amount > 0 AND 100 * (m.reserved + m.committed) >= b.warn_percent * m.limit_amount"
    " FROM moved m JOIN budgets b ON b.id = m.budget_id"
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)), bindparam("checked", type_=Boolean))


@dataclass(frozen=True, slots=True)
class Moved:
    period_id: int
    used: int
    limit: int
    budget_id: int
    agent_id: int | None
    runs_low: bool  # it reached the warning share, and no warning was sent yet


def move(
    session: Session,
    period_ids: Sequence[int],
    *,
    kind: LedgerKind,
    grant_id: int,
    reserved: int,
    committed: int,
    now: datetime,
    actor: str,
    note: str = "",
) -> list[Moved]:
    """Returns fewer rows than asked for if a period would be overdrawn: the caller must then roll back."""
    values: dict[str, Any] = {
        "ids": list(period_ids),
        "checked": reserved + committed > 0,
        "reserved": reserved,
        "committed": committed,
        "grant_id": grant_id,
        "kind": kind,
        "now": now,
        "actor": actor,
        "note": note,
    }
    return [Moved(*row) for row in session.execute(MOVE, values)]


HELD = text(
    "SELECT period_id, sum(reserved_change)::bigint AS reserved, sum(committed_change)::bigint AS committed"
    " FROM budget_entries WHERE grant_id = :grant_id GROUP BY period_id ORDER BY period_id"
)


def held_by(session: Session, grant_id: int) -> dict[int, tuple[int, int]]:
    """{period: (reserved, committed)}, by the ledger."""
    rows = session.execute(HELD, {"grant_id": grant_id})
    return {row.period_id: (int(row.reserved), int(row.committed)) for row in rows}


@dataclass(frozen=True, slots=True)
class Holding:
    period: BudgetPeriod
    reserved: int


def holding(session: Session, grant_id: int) -> dict[int, Holding]:
    """{budget: period and reservation}"""
    held = {period_id: reserved for period_id, (reserved, _) in held_by(session, grant_id).items() if reserved}
    if not held:
        return {}
    rows = session.scalars(select(BudgetPeriod).where(BudgetPeriod.id.in_(held)))
    return {row.budget_id: Holding(row, held[row.id]) for row in rows}


def entries(session: Session, period_id: int, *, before: int | None = None, limit: int = 100) -> Sequence[Entry]:
    """Newest first."""
    rows = select(Entry).where(Entry.period_id == period_id)
    if before is not None:
        rows = rows.where(Entry.id < before)
    return session.scalars(rows.order_by(Entry.id.desc()).limit(limit)).all()


WRONG = text(
    "SELECT p.id FROM budget_periods p LEFT JOIN budget_entries e ON e.period_id = p.id GROUP BY p.id"
    " HAVING coalesce(sum(e.limit_change), 0) <> p.limit_amount OR coalesce(sum(e.reserved_change), 0) <> p.reserved"
    " OR coalesce(sum(e.committed_change), 0) <> p.committed"
)


def wrong_sums(session: Session) -> Sequence[int]:
    """Periods that differ from their ledger; must be empty."""
    return session.scalars(WRONG).all()

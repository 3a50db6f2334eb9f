"""Budgets of grants with their current balance and ledger."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from callcenter import wiring
from callcenter.api import cursors
from callcenter.api.operations import operation
from callcenter.api.shapes import Id, Listing, Page, ResponseBody
from callcenter.declared import leaders
from callcenter.domain.errors import NotFound
from callcenter.domain.states import BudgetCycle, BudgetScope
from callcenter.reports.empowerment import budgets as report
from callcenter.storage.empowerment import budgets


class BudgetShown(ResponseBody):
    """A budget with its current period. Amounts are minor units of `currency`."""

    id: int
    scope: BudgetScope
    agent_id: int | None
    team_id: int | None
    department_id: int | None
    currency: str
    period: BudgetCycle
    zone: str
    amount: Annotated[int, Field(description="For each period to come.")]
    warn_percent: int
    is_active: bool
    version: int
    period_id: Annotated[int | None, Field(description="null until something is paid in the running period.")]
    starts_at: datetime | None
    ends_at: datetime | None
    limit: int
    committed: Annotated[int, Field(description="Given.")]
    reserved: Annotated[int, Field(description="Held for what is asked or approved.")]
    left: int


class Budgets(Page[BudgetShown]):
    pass


class LineShown(ResponseBody):
    """A ledger entry. Entries never change; those of a period add up to its figures."""

    id: int
    period_id: int
    grant_id: int | None
    kind: Literal["allot", "change", "reserve", "commit", "release", "reverse", "correct"]
    limit_change: int
    reserved_change: int
    committed_change: int
    at: datetime
    actor: str
    note: str


class BudgetLedger(Page[LineShown]):
    pass


class LedgerAsked(Listing):
    period_id: Annotated[Id | None, Field(description="Left out: the period of now, else the last one.")] = None


@operation("GET", "/budgets", answer=Budgets)
@leaders
def list_budgets() -> Budgets:
    """List all budgets with their current balance."""
    services = wiring.current()
    with services.reading() as session:
        rows = report.now_open(session, services.clock())
    return Budgets(data=[_budget_body(one) for one in rows], next=None)


def _budget_body(one: report.OpenBudget) -> BudgetShown:
    fields = [name for name in BudgetShown.model_fields if hasattr(one.budget, name)]
    return BudgetShown(
        **{name: getattr(one.budget, name) for name in fields},
        period_id=one.period.id if one.period else None,
        starts_at=one.period.starts_at if one.period else None,
        ends_at=one.period.ends_at if one.period else None,
        limit=one.limit,
        committed=one.committed,
        reserved=one.reserved,
        left=one.left,
    )


@operation("GET", "/budgets/{budget_id}/ledger", query=LedgerAsked, answer=BudgetLedger)
@leaders
def list_ledger(budget_id: int, query: LedgerAsked) -> BudgetLedger:
    """List the ledger entries of one period, newest first."""
    services = wiring.current()
    with services.reading() as session:
        known = {row.id: row for row in budgets.periods_of(session, budget_id, limit=200)}
        now = budgets.period_at(session, budget_id, services.clock())
        chosen = query.period_id or (now.id if now else next(iter(known), 0))
        if chosen not in known:
            raise NotFound
        rows = budgets.entries(session, chosen, before=cursors.read(query, "ledger"), limit=query.limit + 1)
    page, after = cursors.cut(rows, query, "ledger")
    return BudgetLedger(data=LineShown.all_of(page), next=after)

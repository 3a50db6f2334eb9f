"""Recorded grant requests for a replay, in time order, and the budgets."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from callcenter.domain.empowerment.facts import Facts, Usage
from callcenter.domain.empowerment.options import Bound
from callcenter.domain.empowerment.recorded_request import RecordedRequest, Was
from callcenter.domain.empowerment.replay_budgets import ReplayedBudget
from callcenter.domain.states import GrantState
from callcenter.storage.agents import agents
from callcenter.storage.empowerment import departments
from callcenter.storage.empowerment.budgets import Budget, BudgetPeriod, Entry
from callcenter.storage.empowerment.grants import Grant

AT_ONCE = 2000
WHOLE_ANSWERS = (None, "yes", "no", "nothing")  # if the grant's units are still those that were asked for

# If a question got another answer, history has what was asked for.
CASES = text(
    """
    SELECT g.id, g.created_at, g.agent_id, g.ticket_id, g.customer_id, g.rest_of, g.state, g.answer, g.currency, g.requested,
        g.units, g.worth, g.cost, g.granted_at, g.reversed_at, g.facts::text AS facts, g.usage, g.remedy AS granted_remedy,
        coalesce(asked.remedy, g.remedy) AS remedy, a.answer AS approval_answer, a.answered_at, a.held_seconds,
        CASE WHEN a.answered_by IS NOT NULL THEN extract(epoch FROM a.answered_at - a.claimed_at)::int END AS deciding,
        jsonb_path_query_first(g.decision, '$.options[*] ? (@.remedy == $key)',
            jsonb_build_object('key', coalesce(asked.remedy, g.remedy))) AS option
    FROM grants g LEFT JOIN approvals a ON a.grant_id = g.id
    LEFT JOIN LATERAL (
        SELECT h.data ->> 'remedy' AS remedy FROM history h
        WHERE a.answer_remedy IS NOT NULL AND h.ticket_id = g.ticket_id AND h.kind = 'ApprovalAsked'
            AND (h.data ->> 'grant_id')::bigint = g.id ORDER BY h.id LIMIT 1) asked ON true
    WHERE g.created_at >= :since AND g.created_at < :until ORDER BY g.created_at, g.id
    """
)


def count(session: Session, *, since: datetime, until: datetime) -> int:
    rows = select(func.count()).select_from(Grant).where(Grant.created_at >= since, Grant.created_at < until)
    return session.scalar(rows) or 0


def stream(session: Session, *, since: datetime, until: datetime) -> Iterator[RecordedRequest]:
    """Reads batches through a server-side cursor."""
    values = {"since": since, "until": until}
    for row in session.execute(CASES, values, execution_options={"yield_per": AT_ONCE}):
        yield _past(row)


def _past(row: Any) -> RecordedRequest:
    was = _was(row)
    is_granted = row.granted_at is not None
    option = row.option or {}
    return RecordedRequest(
        id=row.id,
        at=row.created_at,
        agent_id=row.agent_id,
        ticket_id=row.ticket_id,
        customer_id=row.customer_id,
        rest_of=row.rest_of,
        facts=_facts(row.facts),
        usage=Usage.of_data(row.usage),
        currency=row.currency,
        remedy=row.remedy,
        requested=row.requested,
        tried=row.requested if was == Was.ASK and row.approval_answer not in WHOLE_ANSWERS else row.units,
        was=was,
        granted_remedy=row.granted_remedy,
        granted=row.units if is_granted else 0,
        worth=row.worth if is_granted else 0,
        cost=row.cost if is_granted else 0,
        most=option.get("most"),
        budget_left=_budget_left(option, row.requested),
        settled_at=row.answered_at,
        reversed_at=row.reversed_at,
        held_seconds=row.held_seconds or 0,
        deciding_seconds=max(0, row.deciding or 0),
    )


def _was(row: Any) -> Was:
    if row.state == GrantState.NOT_ASKED:
        return Was.NOT_ASKED
    return {"ask": Was.ASK, "refused": Was.NEVER}.get(row.answer, Was.MAY)


def _facts(facts: str) -> Facts | None:
    """None if erased, or no longer readable."""
    if facts == "{}":
        return None
    try:
        return Facts.model_validate_json(facts)
    except ValidationError:
        return None


def _budget_left(option: dict[str, Any], requested: int) -> int | None:
    """Of a budget that allowed less than requested; 0 if none in the currency."""
    for bound, limit, used, left, _ in option.get("rooms", ()):
        if bound == Bound.NO_BUDGET or (bound == Bound.BUDGET and left < requested):
            return int(limit - used)
    return None


def budgets_of(session: Session, *, since: datetime, until: datetime) -> list[ReplayedBudget]:
    """Active today, with the amounts spent before the period."""
    keys = {
        "agent": {one.id: one.username for one in agents.all_active(session)},
        "team": dict(agents.team_names(session)),
        "department": {one.id: one.key for one in departments.departments(session)},
    }
    limits, spent = _limits(session, since, until), _spent(session, since)
    found = []
    for row in session.scalars(select(Budget).where(Budget.is_active).order_by(Budget.id)):
        scope_id = row.agent_id or row.team_id or row.department_id or 0
        found.append(
            ReplayedBudget(
                id=row.id,
                scope=row.scope,
                key=keys.get(row.scope, {}).get(scope_id, ""),
                currency=row.currency,
                period=row.period,
                zone=row.zone,
                amount=row.amount,
                limits=limits.get(row.id, {}),
                spent=spent.get(row.id, {}),
            )
        )
    return found


def _limits(session: Session, since: datetime, until: datetime) -> dict[int, dict[datetime, int]]:
    rows = select(BudgetPeriod.budget_id, BudgetPeriod.starts_at, BudgetPeriod.limit_amount)
    found: dict[int, dict[datetime, int]] = {}
    for budget_id, starts_at, limit in session.execute(
        rows.where(BudgetPeriod.starts_at < until, BudgetPeriod.ends_at > since)
    ):
        found.setdefault(budget_id, {})[starts_at] = limit
    return found


def _spent(session: Session, since: datetime) -> dict[int, dict[datetime, int]]:
    amount = func.sum(Entry.reserved_change + Entry.committed_change)
    rows = (
        select(BudgetPeriod.budget_id, BudgetPeriod.starts_at, amount)
        .join(Entry, Entry.period_id == BudgetPeriod.id)
        .where(BudgetPeriod.starts_at < since, BudgetPeriod.ends_at > since, Entry.at < since)
        .group_by(BudgetPeriod.budget_id, BudgetPeriod.starts_at)
    )
    found: dict[int, dict[datetime, int]] = {}
    for budget_id, starts_at, total in session.execute(rows):
        found.setdefault(budget_id, {})[starts_at] = int(total or 0)
    return found

"""Budgets and their ledger. A period changes by one statement that refuses an overdraft, in id order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from callcenter.domain.customers import is_zone
from callcenter.domain.empowerment import money
from callcenter.domain.empowerment.periods import period_of
from callcenter.domain.empowerment_events import BudgetRunsLow, BudgetSet
from callcenter.domain.errors import BudgetUsedUp, Invalid, NotFound, StaleSave
from callcenter.domain.permissions import Actor
from callcenter.domain.states import BudgetCycle, BudgetScope, LedgerKind
from callcenter.storage.empowerment import budgets
from callcenter.storage.empowerment.budgets import Budget, BudgetPeriod, Entry, Moved, Paying
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.work import Work


def open_periods(work: Work, paying: Sequence[Paying], *, currency: str) -> list[int]:
    """Ids of current periods in this currency; opens missing ones."""
    return [(one.period or _open(work, one.budget, work.now)).id for one in paying if one.budget.currency == currency]


def _open(work: Work, budget: Budget, moment: datetime) -> BudgetPeriod:
    starts_at, ends_at = period_of(budget.period, budget.zone, moment)
    return budgets.open_period(work.session, budget, starts_at=starts_at, ends_at=ends_at, now=work.now)


def spend(work: Work, grant: Grant, period_ids: Sequence[int], *, actor: str) -> None:
    _move(work, grant, period_ids, kind=LedgerKind.COMMIT, committed=grant.cost, actor=actor)


def reserve(work: Work, grant: Grant, period_ids: Sequence[int], *, actor: str) -> None:
    _move(work, grant, period_ids, kind=LedgerKind.RESERVE, reserved=grant.cost, actor=actor)


def hold_only(work: Work, grant: Grant, cost: int, *, actor: str) -> None:
    """Set a grant's reservation to `cost` (minor units) in each of its periods. BudgetUsedUp."""
    for period_id, (reserved, _) in budgets.held_by(work.session, grant.id).items():
        if reserved != cost:
            kind = LedgerKind.RELEASE if cost < reserved else LedgerKind.RESERVE
            _move(work, grant, [period_id], kind=kind, reserved=cost - reserved, actor=actor)


def commit(work: Work, grant: Grant, *, actor: str) -> None:
    # The period of the reservation pays: approved in November, granted in December is November's money.
    for period_id, (reserved, _) in budgets.held_by(work.session, grant.id).items():
        if reserved:
            _move(work, grant, [period_id], kind=LedgerKind.COMMIT, reserved=-reserved, committed=reserved, actor=actor)


def release(work: Work, grant: Grant, *, actor: str) -> None:
    hold_only(work, grant, 0, actor=actor)


def put_back(work: Work, grant: Grant, *, actor: str, note: str) -> None:
    for period_id, (_, committed) in budgets.held_by(work.session, grant.id).items():
        if committed:
            _move(work, grant, [period_id], kind=LedgerKind.REVERSE, committed=-committed, actor=actor, note=note)


def _move(
    work: Work,
    grant: Grant,
    period_ids: Sequence[int],
    *,
    kind: LedgerKind,
    actor: str,
    reserved: int = 0,
    committed: int = 0,
    note: str = "",
) -> None:
    if not period_ids or not (reserved or committed):
        return
    moved = budgets.move(
        work.session,
        period_ids,
        kind=kind,
        grant_id=grant.id,
        reserved=reserved,
        committed=committed,
        now=work.now,
        actor=actor,
        note=note,
    )
    # The other periods have changed already: this error must roll back the transaction.
    if len(moved) < len(set(period_ids)):
        raise BudgetUsedUp
    if reserved + committed > 0:
        for one in moved:
            if one.runs_low:
                _warn(work, one)


def _warn(work: Work, moved: Moved) -> None:
    period = work.session.get(BudgetPeriod, moved.period_id)
    if period is not None:
        # One warning a period, until the amount is raised.
        period.warned_at = work.now
        percent = 100 * moved.used // moved.limit
        work.record(
            BudgetRunsLow(
                agent_id=moved.agent_id, budget_id=moved.budget_id, period_id=moved.period_id, percent=percent
            )
        )


def create(
    work: Work,
    *,
    actor: Actor,
    scope: str,
    scope_id: int | None,
    currency: str,
    amount: int,
    period: str = BudgetCycle.MONTH,
    zone: str,
    warn_percent: int = 80,
) -> Budget:
    """Invalid for wrong values or a second budget of this scope and currency."""
    _check(scope=scope, scope_id=scope_id, currency=currency, period=period, zone=zone, warn_percent=warn_percent)
    row = Budget(
        scope=BudgetScope(scope),
        **{f"{scope}_id": scope_id} if scope != BudgetScope.COMPANY else {},
        currency=currency,
        period=BudgetCycle(period),
        zone=zone,
        amount=_amount(amount),
        warn_percent=warn_percent,
        created_at=work.now,
    )
    try:
        with work.session.begin_nested():
            work.session.add(row)
    except IntegrityError as error:
        raise Invalid("There is such a budget already, or nobody whom it is for.", field="scope_id") from error
    work.record(BudgetSet(actor=actor.label, budget_id=row.id, amount=row.amount, currency=row.currency))
    _open(work, row, work.now)
    return row


def _check(**values: Any) -> None:
    if values["scope"] not in set(BudgetScope) or (values["scope"] == BudgetScope.COMPANY) != (
        values["scope_id"] is None
    ):
        raise Invalid("A budget is for an agent, a team, a department or the company.", field="scope")
    if not money.is_currency(values["currency"]):
        raise Invalid("This is no currency.", field="currency")
    if values["period"] not in set(BudgetCycle):
        raise Invalid("A period is a month or a quarter.", field="period")
    if not is_zone(values["zone"]):
        raise Invalid("There is no such time zone.", field="zone")
    _percent(values["warn_percent"])


def _percent(value: int) -> int:
    if not 1 <= value <= 100:
        raise Invalid("A percentage lies between 1 and 100.", field="warn_percent")
    return value


def _amount(minor: int) -> int:
    return 0 if minor == 0 else money.checked(minor)


def change(
    work: Work,
    budget_id: int,
    *,
    actor: Actor,
    amount: int | None = None,
    warn_percent: int | None = None,
    version: int | None = None,
    note: str = "",
) -> Budget:
    """`amount` in minor units, from the current period on. StaleSave; Invalid below what is reserved and spent."""
    budget = budgets.get(work.session, budget_id, lock=True)
    if budget is None:
        raise NotFound
    if version is not None and version != budget.version:
        raise StaleSave(name="")
    if warn_percent is not None:
        budget.warn_percent = _percent(warn_percent)
    if amount is not None and _amount(amount) != budget.amount:
        _set_amount(work, budget, _amount(amount), actor=actor, note=note)
    budget.version += 1
    return budget


def _set_amount(work: Work, budget: Budget, amount: int, *, actor: Actor, note: str) -> None:
    before, budget.amount = budget.amount, amount
    period = budgets.period_at(work.session, budget.id, work.now, lock=True) or _open(work, budget, work.now)
    used = period.reserved + period.committed
    if amount < used:
        raise Invalid(
            "%(used)s is given or held already in this period; it cannot be lower.",
            field="amount",
            used=money.formatted(used, budget.currency, "en"),
        )
    if amount != period.limit_amount:
        difference = amount - period.limit_amount
        period.limit_amount = amount
        period.warned_at = None if difference > 0 else period.warned_at
        work.session.add(
            Entry(
                period_id=period.id,
                kind=LedgerKind.CHANGE,
                limit_change=difference,
                at=work.now,
                actor=actor.label,
                note=note[:400],
            )
        )
    work.record(
        BudgetSet(actor=actor.label, budget_id=budget.id, amount=amount, currency=budget.currency, before=before)
    )


def retire(work: Work, budget_id: int, *, actor: Actor) -> None:
    """Stop paying from this budget; periods and ledger stay. Idempotent."""
    budget = budgets.get(work.session, budget_id, lock=True)
    if budget is None:
        raise NotFound
    if budget.is_active:
        budget.is_active, budget.version = False, budget.version + 1
        work.record(
            BudgetSet(actor=actor.label, budget_id=budget.id, amount=0, currency=budget.currency, before=budget.amount)
        )

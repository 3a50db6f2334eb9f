"""Budgets in a replay, by recorded grants and the draft's. Breaches are noted, not prevented."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any, Literal
from zoneinfo import ZoneInfo

from callcenter.domain.empowerment.periods import name_of, period_of
from callcenter.domain.empowerment.recorded_request import RecordedRequest

Side = Literal["before", "after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedBudget:
    id: int
    scope: str
    key: str  # user name, team, department key, or empty for the company
    currency: str
    period: str
    zone: str
    amount: int  # per period, minor units
    limits: dict[datetime, int] = field(default_factory=dict)  # {period start: its own limit}
    spent: dict[datetime, int] = field(default_factory=dict)  # {period start: spent before the replay}


class Filled:
    """One period of a budget, on both sides."""

    def __init__(self, budget: ReplayedBudget, starts_at: datetime, ends_at: datetime) -> None:
        self.budget, self.starts_at = budget, starts_at
        self.zone = ZoneInfo(budget.zone)
        self.first = starts_at.astimezone(self.zone).date()
        self.days = (ends_at.astimezone(self.zone).date() - self.first).days
        self.limit = budget.limits.get(starts_at, budget.amount)
        self.opening = budget.spent.get(starts_at, 0)
        self.added: dict[Side, list[int]] = {"before": [0] * self.days, "after": [0] * self.days}
        self.sums: dict[Side, int] = {"before": 0, "after": 0}

    def add(self, side: Side, at: datetime, cost: int) -> None:
        # A reversal after the period's end counts on the last day.
        day = min(self.days - 1, (at.astimezone(self.zone).date() - self.first).days)
        self.added[side][day] += cost
        self.sums[side] += cost

    def to_data(self) -> dict[str, Any]:
        curves: dict[str, list[int]] = {
            side: list(accumulate(days, initial=self.opening))[1:] for side, days in self.added.items()
        }
        return {
            "id": self.budget.id,
            "scope": self.budget.scope,
            "key": self.budget.key,
            "currency": self.budget.currency,
            "period": name_of(self.budget.period, self.budget.zone, self.starts_at),
            "first": self.first.isoformat(),
            "limit": self.limit,
            **curves,
            "breaks": self._breaks(curves["after"]),
            "broke": self._breaks(curves["before"]),
        }

    def _breaks(self, curve: list[int]) -> dict[str, Any] | None:
        """The first day above the limit, and the peak in percent."""
        day = next((day for day, spent in enumerate(curve) if spent > self.limit), None)
        if day is None:
            return None
        when: date = self.first + timedelta(days=day)
        percent = -(-100 * max(curve) // self.limit) if self.limit else None
        return {"day": day + 1, "date": when.isoformat(), "percent": percent}


class ReplayedBudgets:
    def __init__(self, budgets: list[ReplayedBudget]) -> None:
        self._by: dict[tuple[str, str, str], list[ReplayedBudget]] = {}
        for one in budgets:
            self._by.setdefault((one.scope, one.key, one.currency), []).append(one)
        self._filled: dict[tuple[int, datetime], Filled] = {}
        self._ends: dict[int, tuple[datetime, datetime]] = {}

    def paying(self, past: RecordedRequest) -> list[Filled]:
        # The agent's team and department at that time pay.
        who = past.facts.agent if past.facts else None
        keys = [("company", "")]
        if who is not None:
            keys += [("agent", who.username), ("team", who.team), ("department", who.department)]
        return [
            self._period(one, past.at) for scope, key in keys for one in self._by.get((scope, key, past.currency), ())
        ]

    def _period(self, budget: ReplayedBudget, at: datetime) -> Filled:
        # Requests come in time order: the last period usually fits.
        starts_at, ends_at = self._ends.get(budget.id, (at, at))
        if not starts_at <= at < ends_at:
            starts_at, ends_at = self._ends[budget.id] = period_of(budget.period, budget.zone, at)
        found = self._filled.get((budget.id, starts_at))
        if found is None:
            found = self._filled[budget.id, starts_at] = Filled(budget, starts_at, ends_at)
        return found

    def to_data(self) -> list[dict[str, Any]]:
        """Breached by the draft first, then breached as recorded; agents' budgets last."""
        moved = sorted(
            self._filled.values(), key=lambda one: (one.budget.scope == "agent", one.budget.id, one.starts_at)
        )
        return sorted((one.to_data() for one in moved), key=lambda one: (not one["breaks"], not one["broke"]))

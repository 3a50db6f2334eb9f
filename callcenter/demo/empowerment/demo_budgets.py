"""The demo's budgets and their ledger, written in order of time. A period is the sum of its entries."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from callcenter.demo.book import Book, Values
from callcenter.demo.personas import COMPANY_ZONE
from callcenter.domain.empowerment import Balance, Balances
from callcenter.domain.empowerment.periods import period_of
from callcenter.domain.empowerment_events import BudgetRunsLow, BudgetSet
from callcenter.storage.agents.agents import Agent, Team
from callcenter.storage.empowerment.budgets import Budget, BudgetPeriod, Entry
from callcenter.storage.empowerment.departments import Department

WARN_PERCENT = 80
FOUNDED = timedelta(days=400)
# By scope: period, and amounts in minor units.
AMOUNTS = {
    "agent": ("month", {"USD": 60_000, "CNY": 1_000_000}),
    "team": ("month", {"USD": 150_000, "CNY": 1_500_000}),
    "department": ("month", {"USD": 250_000, "CNY": 2_000_000}),
    "company": ("quarter", {"USD": 900_000, "CNY": 5_000_000}),
}
WITH_TEAMS = ("delivery", "billing")


@dataclass(frozen=True)
class PlannedEntry:
    """A future ledger entry: changes of a period's reserved and committed amounts."""

    period: Values
    grant_id: int
    kind: str
    reserved: int
    committed: int
    actor: str
    note: str = ""


@dataclass
class Till:
    """All budgets. `advance` writes entries that are due; time only moves forward."""

    book: Book
    periods: dict[tuple[int, datetime], Values] = field(default_factory=dict)
    coming: list[tuple[datetime, int, PlannedEntry]] = field(default_factory=list)
    serial: Iterator[int] = field(default_factory=count)
    payers: dict[tuple[int, str], list[Values]] = field(default_factory=dict)

    def set_up(self) -> None:
        """A budget for each agent, team, department and the company, in each of their currencies."""
        at = self.book.now - FOUNDED
        robin = next(row["id"] for row in self.book.rows(Agent) if row["role"] == "administrator")
        for scope, column, id_, currencies in self._scopes():
            period, amounts = AMOUNTS[scope]
            for currency in currencies:
                owner = {column: id_} if column else {}
                budget = self.book.add(
                    Budget,
                    scope=scope,
                    **owner,
                    currency=currency,
                    period=period,
                    zone=COMPANY_ZONE,
                    amount=amounts[currency],
                    warn_percent=WARN_PERCENT,
                    is_active=True,
                    version=1,
                    created_at=at,
                )
                data = {"budget_id": budget["id"], "amount": budget["amount"], "currency": currency}
                self.book.record(at, BudgetSet(actor=f"agent:{robin}", **data))

    def _scopes(self) -> Iterator[tuple[str, str, int | None, tuple[str, ...]]]:
        both = ("USD", "CNY")
        for agent in self.book.rows(Agent):
            if agent["role"] == "agent":
                yield "agent", "agent_id", agent["id"], both if "zh" in agent["languages"] else ("USD",)
        for team in self.book.rows(Team):
            yield "team", "team_id", team["id"], both
        for department in self.book.rows(Department):
            if department["key"] in WITH_TEAMS:
                yield "department", "department_id", department["id"], both
        yield "company", "", None, both

    def paying(self, agent: Values, currency: str) -> list[Values]:
        """The budgets that pay for this agent's grants."""
        key = (agent["id"], currency)
        if key not in self.payers:
            team = next((row for row in self.book.rows(Team) if row["id"] == agent["team_id"]), {})
            mine = {
                "agent": agent["id"],
                "team": agent["team_id"],
                "department": team.get("department_id"),
                "company": None,
            }
            self.payers[key] = [
                one
                for one in self.book.rows(Budget)
                if one["currency"] == currency and one.get(f"{one['scope']}_id") == mine[one["scope"]]
            ]
        return self.payers[key]

    def balances(self, agent: Values, currency: str, at: datetime) -> Balances:
        left = []
        for budget in self.paying(agent, currency):
            start, _ = period_of(budget["period"], budget["zone"], at)
            period = self.periods.get((budget["id"], start))
            free = period["limit_amount"] - period["reserved"] - period["committed"] if period else budget["amount"]
            left.append(Balance(budget["id"], budget["scope"], currency, budget["amount"], free))
        return Balances(tuple(left), required=True)

    def open(self, agent: Values, currency: str, at: datetime) -> list[Values]:
        """The current periods; a new period starts with its allotment."""
        return [self._period(budget, at) for budget in self.paying(agent, currency)]

    def _period(self, budget: Values, at: datetime) -> Values:
        start, end = period_of(budget["period"], budget["zone"], at)
        if (budget["id"], start) not in self.periods:
            amount = budget["amount"]
            period = self.book.add(
                BudgetPeriod,
                budget_id=budget["id"],
                starts_at=start,
                ends_at=end,
                limit_amount=amount,
                reserved=0,
                committed=0,
            )
            self.periods[budget["id"], start] = period
            change = {"limit_change": amount, "reserved_change": 0, "committed_change": 0}
            self.book.add(Entry, period_id=period["id"], kind="allot", **change, at=at, actor="system", note="")
        return self.periods[budget["id"], start]

    def move(
        self,
        at: datetime,
        periods: list[Values],
        grant_id: int,
        kind: str,
        *,
        reserved: int = 0,
        committed: int = 0,
        actor: str,
        note: str = "",
    ) -> None:
        """Schedule a change of these periods at `at`; ignores zero amounts."""
        if reserved or committed:
            for period in periods:
                line = PlannedEntry(period, grant_id, kind, reserved, committed, actor, note)
                heapq.heappush(self.coming, (at, next(self.serial), line))

    def advance(self, to: datetime) -> None:
        while self.coming and self.coming[0][0] <= to:
            at, _, line = heapq.heappop(self.coming)
            self._write(at, line)

    def _write(self, at: datetime, line: PlannedEntry) -> None:
        period = line.period
        period["reserved"] += line.reserved
        period["committed"] += line.committed
        self.book.add(
            Entry,
            period_id=period["id"],
            grant_id=line.grant_id,
            kind=line.kind,
            limit_change=0,
            reserved_change=line.reserved,
            committed_change=line.committed,
            at=at,
            actor=line.actor,
            note=line.note,
        )
        percent = 100 * (period["reserved"] + period["committed"]) // period["limit_amount"]
        if percent >= WARN_PERCENT and not period.get("warned_at"):
            period["warned_at"] = at
            agent_id = self.book.rows(Budget)[period["budget_id"] - 1].get("agent_id")
            ids = {"budget_id": period["budget_id"], "period_id": period["id"]}
            self.book.record(at, BudgetRunsLow(agent_id=agent_id, percent=percent, **ids))

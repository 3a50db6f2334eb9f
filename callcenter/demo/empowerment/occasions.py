"""Possible moments of grants: served contacts, the agent of each, and the facts known at that time."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from callcenter.demo.book import Book, Values
from callcenter.demo.empowerment import catalogue
from callcenter.domain.empowerment import AgentFacts, CaseFacts, CustomerFacts, Facts
from callcenter.domain.events import CallHeld
from callcenter.storage.administration.company import Queue
from callcenter.storage.agents.agents import Agent, Team
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers.customers import Account, Customer
from callcenter.storage.empowerment.departments import Department, Entitlement
from callcenter.storage.surveys.surveys import Survey
from callcenter.storage.tickets.tickets import Ticket


@dataclass(frozen=True)
class Occasion:
    """An agent, a case, a time. `visit` None: no live contact. `hold`: start of the customer's hold."""

    at: datetime
    agent: Values
    customer: Values
    ticket: Values
    visit: Values | None = None
    hold: datetime | None = None
    is_second: bool = False

    @property
    def cause(self) -> str:
        return catalogue.CAUSE_OF[self.ticket["cause"]]

    @property
    def currency(self) -> str:
        return str(self.customer["currency"])

    @property
    def ends_at(self) -> datetime | None:
        return self.visit["ended_at"] if self.visit else None

    def about(self) -> Values:
        return {
            "interaction_id": self.visit["id"] if self.visit else None,
            "ticket_id": self.ticket["id"],
            "customer_id": self.customer["id"],
            "agent_id": self.agent["id"],
        }


@dataclass
class Year:
    """The year in the book, indexed for decisions."""

    book: Book
    agents: dict[int, Values] = field(default_factory=dict)
    customers: dict[int, Values] = field(default_factory=dict)
    tickets: dict[int, Values] = field(default_factory=dict)
    visits: dict[int, list[Values]] = field(default_factory=lambda: defaultdict(list))
    scores: dict[int, int] = field(default_factory=dict)
    holds: dict[int, datetime] = field(default_factory=dict)
    words: dict[str, dict[int, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, book: Book) -> "Year":
        year = cls(book)
        year.agents = {row["id"]: row for row in book.rows(Agent)}
        year.customers = {row["id"]: row for row in book.rows(Customer)}
        year.tickets = {row["id"]: row for row in book.rows(Ticket)}
        for visit in sorted(book.rows(Interaction), key=lambda row: (row["created_at"], row["id"])):
            if visit.get("ticket_id"):
                year.visits[visit["ticket_id"]].append(visit)
        year.scores = {row["ticket_id"]: row["score"] for row in book.rows(Survey) if row.get("score")}
        year.holds = {event.interaction_id or 0: at for at, event in book.events if isinstance(event, CallHeld)}
        teams = {row["id"]: row for row in book.rows(Team)}
        departments = {row["id"]: row["key"] for row in book.rows(Department)}
        year.words = {
            "team": {id_: row["name"] for id_, row in teams.items()},
            "department": {id_: departments[row["department_id"]] for id_, row in teams.items()},
            "account": {row["id"]: row["name"] for row in book.rows(Account)},
            "queue": {row["id"]: row["key"] for row in book.rows(Queue)},
        }
        return year

    def served(self) -> Iterator[Values]:
        for visits in self.visits.values():
            yield from (visit for visit in visits if visit.get("result") == "served")

    def moment(self, visit: Values, at: datetime, *, is_second: bool = False) -> Occasion:
        ticket = self.tickets[visit["ticket_id"]]
        return Occasion(
            at=at,
            agent=self.agents[visit["agent_id"]],
            customer=self.customers[ticket["customer_id"]],
            ticket=ticket,
            visit=visit,
            hold=self.holds.get(visit["id"]),
            is_second=is_second,
        )

    def facts(self, moment: Occasion) -> Facts:
        """The facts as the live app would have read them at that time."""
        return Facts(
            currency=moment.currency,
            agent=self._agent(moment.agent, moment.at),
            customer=self._customer(moment.customer, moment.at),
            case=self._case(moment),
        )

    def _agent(self, agent: Values, at: datetime) -> AgentFacts:
        team = agent["team_id"] or 0
        return AgentFacts(
            username=agent["username"],
            role=agent["role"],
            level=agent["level"],
            team=self.words["team"].get(team, ""),
            department=self.words["department"].get(team, ""),
            skills=agent["skills"],
            days=max(0, (at - agent["created_at"]).days),
        )

    def _customer(self, customer: Values, at: datetime) -> CustomerFacts:
        mine = {
            row["key"]
            for row in self._entitlements().get(customer["id"], ())
            if row["ends_at"] is None or row["ends_at"] > at
        }
        return CustomerFacts(
            tier=customer["tier"],
            value=customer["value_minor"],
            account=self.words["account"].get(customer["account_id"] or 0, ""),
            days=max(0, (at - customer["since"]).days),
            language=customer["language"],
            entitlements=tuple(sorted(mine)),
        )

    def _entitlements(self) -> dict[int, list[Values]]:
        if "entitlements" not in self.words:
            mine: dict[int, list[Values]] = defaultdict(list)
            for row in self.book.rows(Entitlement):
                mine[row["customer_id"]].append(row)
            self.words["entitlements"] = mine
        return self.words["entitlements"]

    def _case(self, moment: Occasion) -> CaseFacts:
        ticket, at = moment.ticket, moment.at
        about = [visit for visit in self.visits[ticket["id"]] if visit["created_at"] <= at]
        waits = [_waited(visit, at) for visit in about]
        spent = sum(waits, timedelta()) + sum((_talked(visit, at) for visit in about), timedelta())
        began = about[0]["created_at"] if about else ticket["created_at"]
        return CaseFacts(
            type=ticket["type"],
            cause=moment.cause,
            fault=ticket["responsible"],
            product=ticket["product"],
            price=ticket["price"],
            priority=ticket["priority"],
            channel=moment.visit["channel"] if moment.visit else "",
            queue=self.words["queue"][ticket["queue_id"]],
            late_answer=any(wait > timedelta(seconds=20) for wait in waits),
            contacts=max(1, len(about)),
            minutes=int(spent.total_seconds() // 60),
            age_days=max(0, (at - began).days),
        )


def _waited(visit: Values, at: datetime) -> timedelta:
    if not visit.get("joined_at"):
        return timedelta()
    return max(timedelta(), min(at, visit.get("answered_at") or visit["ended_at"]) - visit["joined_at"])


def _talked(visit: Values, at: datetime) -> timedelta:
    if not visit.get("answered_at"):
        return timedelta()
    return max(timedelta(), min(at, visit["ended_at"]) - visit["answered_at"])

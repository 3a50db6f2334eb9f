"""An app with rules and budgets: Carla's late delivery, what Alice may grant for it, and who may approve more."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from sqlalchemy import update

from callcenter.actions.empowerment import asking, budgets, granting
from callcenter.actions.empowerment.granting import GrantRequest
from callcenter.actions.tickets import tickets as ticket_actions
from callcenter.domain.empowerment import Decision, RuleBook
from callcenter.domain.permissions import Actor
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent, Team
from callcenter.storage.customers.customers import Customer
from callcenter.storage.empowerment import budgets as money
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.budgets import BudgetPeriod, Entry
from callcenter.storage.empowerment.departments import Department
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.empowerment.rule_books import RuleBookRow
from callcenter.storage.tickets.tickets import Ticket
from tests.again import Again
from tests.factories import CARLA, Centre

_keys = (f"key-{n}" for n in count())


def texts(english: str, chinese: str = "说明") -> dict[str, str]:
    return {"en": english, "zh": chinese}


BOOK: dict[str, Any] = {
    "format": 1,
    "currency": "USD",
    "zone": "America/Los_Angeles",
    "remedies": [
        {
            "key": "credit",
            "names": texts("Credit on account", "账户余额"),
            "kind": "credit",
            "quick": {"USD": [2000, 4000, 6000]},
            "sms": texts("{company}: {amount} is on your account. Ticket {ticket}. {agent}", "{company}：已为您入账 {amount}。工单 {ticket}。{agent}"),
        },
        {"key": "refund", "names": texts("Refund of the price", "退款"), "kind": "refund"},
        {"key": "fee", "names": texts("Delivery fee back", "退配送费"), "kind": "fee_waived", "fixed": {"USD": 1490}},
        {
            "key": "express",
            "names": texts("Express redelivery", "加急重送"),
            "kind": "express",
            "unit": "count",
            "costs": {"USD": 1200},
            "fulfilment": {"how": "request", "to": "warehouse"},
            "fields": [{"key": "day", "names": texts("Day", "日期"), "kind": "date"}],
        },
        {
            "key": "voucher",
            "names": texts("Voucher", "代金券"),
            "kind": "voucher",
            "cost_percent": 60,
            "fulfilment": {"how": "webhook", "to": "shop"},
        },
    ],
    "rules": [
        {"id": 3, "outcome": "never", "limits": {"share_of_value": 8}, "why": texts("never more than the relationship repays")},
        {"id": 4, "what": {"type": "question"}, "remedies": ["refund"], "outcome": "never", "why": texts("a question is no reason for a refund")},
        {"id": 9, "who": {"role": "agent"}, "remedies": ["fee"], "limits": {"grant": 1490}, "outcome": "may", "why": texts("the fee of a missed delivery is given back")},
        {"id": 10, "who": {"role": "agent"}, "whom": {"tier": "gold"}, "remedies": ["express"], "limits": {"times_customer": 2}, "outcome": "may", "why": texts("gold customers have it twice a year")},
        {"id": 14, "who": {"role": "agent"}, "whom": {"tier": "gold"}, "what": {"cause": "late", "fault": ["ours", "carrier"]}, "remedies": ["credit", "voucher"], "limits": {"grant": 10000, "customer": 10000}, "outcome": "may", "why": texts("gold customers whose delivery was our mistake may get {customer}")},
        {"id": 15, "who": {"role": "supervisor"}, "limits": {"grant": 25000}, "outcome": "may", "why": texts("supervisors may give {grant}")},
        {
            "id": 22,
            "who": {"role": "agent"},
            "remedies": ["credit", "refund", "voucher"],
            "outcome": "ask",
            "ask": {"steps": [{"role": "supervisor", "seconds": 120, "up_to": 25000}, {"role": "administrator", "seconds": 120}]},
            "why": texts("anything else is asked"),
        },
    ],
}  # fmt: skip


@dataclass
class Counter:
    """The app's rules in use."""

    centre: Centre
    carla: int
    ticket: int
    book: dict[str, Any] = field(default_factory=lambda: BOOK)

    def publish(self, document: dict[str, Any], number: int = 1) -> None:
        RuleBook.model_validate(document)
        with self.centre.wiring.work() as work:
            work.session.add(
                RuleBookRow(
                    number=number,
                    state="published",
                    document=document,
                    effective_from=work.now,
                    published_at=work.now,
                    created_at=work.now,
                    changed_at=work.now,
                )
            )

    def budget(self, amount: int, *, scope: str = "company", name: str | None = None, currency: str = "USD") -> int:
        with self.centre.wiring.work() as work:
            return budgets.create(
                work,
                actor=self.centre.actor("robin"),
                scope=scope,
                scope_id=self.centre.id_of(name) if name else None,
                currency=currency,
                amount=amount,
                zone="America/Los_Angeles",
            ).id

    def request(self, remedy: str = "credit", units: int = 6000, **more: Any) -> GrantRequest:
        return GrantRequest(**{"key": next(_keys), "ticket_id": self.ticket, "remedy": remedy, "units": units, **more})

    def make_grant(self, remedy: str = "credit", units: int = 6000, *, by: str = "alice", **more: Any) -> Grant:
        with self.centre.wiring.work() as work:
            return granting.grant(work, self.request(remedy, units, **more), actor=self.centre.actor(by))

    def ask(self, remedy: str = "credit", units: int = 14000, *, by: str = "alice", **more: Any) -> Grant:
        with self.centre.wiring.work() as work:
            request = self.request(remedy, units, **{"reason": "Second morning off work lost.", **more})
            return asking.ask(work, request, actor=self.centre.actor(by))

    def decision(self, *, by: str = "alice") -> Decision:
        with self.centre.wiring.work() as work:
            ticket = work.session.get(Ticket, self.ticket)
            assert ticket is not None
            return granting.look(work, self.centre.id_of(by), ticket, None).decision

    def at_screen(self, *names: str) -> None:
        for name in names:
            with self.centre.wiring.work() as work:
                agents.connect(work.session, sid=f"screen-{name}", agent_id=self.centre.id_of(name), now=work.now)

    def department(self, key: str, *names: str) -> int:
        """A department, and one team of it with these people."""
        with self.centre.wiring.work() as work:
            row = Department(key=key, names={"en": key.capitalize(), "zh": key})
            work.session.add(row)
            work.session.flush()
            team = Team(name=f"The {key}", department_id=row.id)
            work.session.add(team)
            work.session.flush()
            for name in names:
                work.session.execute(update(Agent).where(Agent.id == self.centre.id_of(name)).values(team_id=team.id))
            return row.id

    def grant(self, id_: int) -> Grant:
        return self.centre.row(Grant, id_)

    def approval(self, grant: Grant) -> Approval:
        return next(row for row in self.centre.rows(Approval) if row.grant_id == grant.id)

    def actor(self, name: str) -> Actor:
        return self.centre.actor(name)

    def periods(self) -> list[BudgetPeriod]:
        return list(self.centre.rows(BudgetPeriod))

    def balance(self) -> tuple[int, int]:
        """(reserved, committed) of the only budget, after the ledger was held against it."""
        self.ledger_holds()
        (period,) = self.periods()
        return period.reserved, period.committed

    def ledger_holds(self) -> None:
        with self.centre.wiring.reading() as session:
            assert not money.wrong_sums(session)

    def entries(self) -> list[tuple[str, int, int]]:
        return [(row.kind, row.reserved_change, row.committed_change) for row in self.centre.rows(Entry)]


@pytest.fixture
def counter(centre: Centre, again: Again) -> Counter:
    """Carla, gold, with a late delivery that was the carrier's fault; Alice owns the ticket; the book is in force."""
    return Counter(centre, *again("counter", centre.clock, lambda: _late_delivery(centre)))


def _late_delivery(centre: Centre) -> tuple[int, int]:
    """Carla and her ticket."""
    carla = centre.customer("Carla Mendes", CARLA)
    with centre.wiring.work() as work:
        work.session.execute(update(Customer).where(Customer.id == carla).values(tier="gold", value_minor=421_000))
        work.session.execute(update(Agent).values(created_at=work.now))
        ticket = ticket_actions.open_by(
            work,
            actor=centre.actor("alice"),
            subject="Dishwasher not delivered",
            customer_id=carla,
            values={"type": "complaint", "cause": "late", "responsible": "carrier"},
        )
    Counter(centre, carla, ticket.id).publish(BOOK)
    return carla, ticket.id

"""Grants a second with their ledger on PostgreSQL, compared with a minimal transaction; and sixteen at once on one
budget."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg
from sqlalchemy import select, text

from callcenter.actions.empowerment import budgets, granting
from callcenter.domain.agents import Role
from callcenter.domain.empowerment import Held, hold
from callcenter.domain.errors import BudgetUsedUp, DomainError
from callcenter.domain.permissions import Actor
from callcenter.domain.states import GrantState
from callcenter.domain.tickets import ResponsibleParty
from callcenter.storage.customers.customers import Customer
from callcenter.storage.empowerment import budgets as money
from callcenter.storage.empowerment.budgets import BudgetPeriod
from callcenter.storage.empowerment.grants import STANDING
from callcenter.storage.empowerment.rule_books import RuleBookRow
from callcenter.storage.tickets.tickets import Ticket
from callcenter.storage.work import Work
from callcenter.wiring import Wiring
from tests.bench import fill
from tests.bench.ground import Ground
from tests.bench.sizes import Sizes
from tests.bench.table import Row

MOST = 1 / 0.3
AT_ONCE = 16
WARM_UP = 20
FLOOR = """
CREATE TABLE floor_grants (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text UNIQUE NOT NULL, worth bigint);
CREATE TABLE floor_budgets (id bigint PRIMARY KEY, committed bigint NOT NULL DEFAULT 0);
INSERT INTO floor_budgets (id) VALUES (1);
"""
INSERT = "INSERT INTO floor_grants (key, worth) VALUES (%s, %s)"
UPDATE = "UPDATE floor_budgets SET committed = committed + %s WHERE id = 1"
BOOK: dict[str, Any] = {
    "format": 1,
    "currency": "USD",
    "zone": "America/Los_Angeles",
    "remedies": [{"key": "credit", "names": {"en": "Credit", "zh": "余额"}, "kind": "credit"}],
    "rules": [
        {"id": 1, "outcome": "never", "limits": {"share_of_value": 50}, "why": {"en": "a ceiling", "zh": "上限"}},
        {
            "id": 2,
            "who": {"role": "agent"},
            "what": {"cause": "late"},
            "limits": {"grant": 10_000, "customer": 20_000, "agent_month": 100_000_000},
            "outcome": "may",
            "why": {"en": "late", "zh": "迟到"},
        },
    ],
}
_keys = count(1)


class Counter:
    """A customer with a ticket for each grant, an agent who gives, and the budgets of the agent and of the company."""

    def __init__(self, wiring: Wiring, agents: list[int], *, tickets: int) -> None:
        self.wiring, self.agents = wiring, agents
        with wiring.work() as work:
            self._open(work, tickets)
        with wiring.reading() as session:
            self.tickets = list(session.execute(text("SELECT id, owner_id FROM tickets WHERE subject = 'bench'")))
        self.turn = 0
        self.decided: list[tuple[granting.DecidedCase, Held, list[int]]] = []
        self.bare_connection = psycopg.connect(
            wiring.settings.database_url.replace("+psycopg", ""), prepare_threshold=2
        )

    def _open(self, work: Work, tickets: int) -> None:
        now = {"created_at": work.now, "changed_at": work.now}
        in_force = {"effective_from": work.now, "published_at": work.now}
        work.session.add(RuleBookRow(number=1, state="published", document=BOOK, **in_force, **now))
        for number in range(tickets):
            customer = Customer(name=f"C{number}", language="en", zone="UTC", since=work.now, currency="USD")
            customer.value_minor = 10_000_000
            work.session.add(customer)
            work.session.flush()
            owner = self.agents[number % len(self.agents)]
            row = Ticket(
                number=f"B-{number}", subject="bench", status="open", priority="normal", type="complaint", cause="late"
            )
            row.responsible, row.customer_id, row.owner_id, row.created_at, row.changed_at = (
                ResponsibleParty.OURS,
                customer.id,
                owner,
                work.now,
                work.now,
            )
            work.session.add(row)

    def budget(self, amount: int, *, agent_id: int | None = None) -> None:
        with self.wiring.work() as work:
            budgets.create(
                work,
                actor=Actor(Role.ADMINISTRATOR, self.agents[0]),
                scope="agent" if agent_id else "company",
                scope_id=agent_id,
                currency="USD",
                amount=amount,
                zone="America/Los_Angeles",
            )

    def bare(self) -> None:
        """One row in, one row changed, one commit."""
        connection = self.bare_connection
        connection.execute(INSERT, (f"key-{next(_keys)}", 5000))
        connection.execute(UPDATE, (5000,))
        connection.commit()

    def decide(self, times: int) -> None:
        """Before `paid`: the decision, as the card shows it."""
        for _ in range(times):
            ticket_id, owner = self._next()
            with self.wiring.database.begin() as session:
                work = Work(session, datetime.now(UTC))
                ticket = work.session.get(Ticket, ticket_id)
                assert ticket is not None
                case = granting.look(work, owner, ticket, None)
                held = hold(case.decision, "credit", 100)
                assert case.decision.sentence
                periods = budgets.open_periods(work, case.known.paying, currency="USD")
                session.expunge_all()
            self.decided.append((case, held, periods))

    def paid(self) -> None:
        """Write a decided grant: two budgets with their ledger, and history; committed, not yet published."""
        case, held, periods = self.decided.pop()
        request = granting.GrantRequest(
            key=f"key-{next(_keys)}", ticket_id=case.ticket.id, remedy="credit", units=100, sms=""
        )
        with self.wiring.database.begin() as session:
            work = Work(session, datetime.now(UTC))
            grant = granting.write(work, case, request, held, state=GrantState.GRANTED)
            budgets.spend(work, grant, periods, actor=f"agent:{grant.agent_id}")
            granting.granted(work, grant, case.remedy("credit"), actor=f"agent:{grant.agent_id}")
            work.write()

    def grant(self) -> None:
        """Read, lock and decide, then as `paid`; committed, not yet published."""
        with self.wiring.database.begin() as session:
            work = Work(session, datetime.now(UTC))
            self._give(work)
            work.write()

    def told(self) -> None:
        """The same with what follows the commit: numbers, pushes, jobs."""
        with self.wiring.work() as work:
            self._give(work)

    def _next(self) -> tuple[int, int]:
        self.turn += 1
        return self.tickets[self.turn % len(self.tickets)]

    def _give(self, work: Work) -> None:
        ticket_id, owner = self._next()
        request = granting.GrantRequest(
            key=f"key-{next(_keys)}", ticket_id=ticket_id, remedy="credit", units=100, sms=""
        )
        granting.grant(work, request, actor=Actor(Role.AGENT, owner))


def measure(ground: Ground, sizes: Sizes) -> Iterator[Row]:
    url = ground.database("ledger")
    agents = fill.staff(url, agents=sizes.agents).agents
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(FLOOR)
    wiring = Wiring(ground.settings(url))
    try:
        counter = Counter(wiring, agents, tickets=sizes.ledger_grants * 2)
        counter.budget(10**9)
        for agent_id in agents:
            counter.budget(10**8, agent_id=agent_id)
        yield from _rates(counter, sizes)
        yield from _at_once(counter)
    finally:
        wiring.close()


def _rates(counter: Counter, sizes: Sizes) -> Iterator[Row]:
    ways: dict[str, Callable[[], None]] = {
        "bare": counter.bare,
        "paid": counter.paid,
        "give": counter.grant,
        "told": counter.told,
    }
    counter.decide(WARM_UP)
    for do in ways.values():
        for _ in range(WARM_UP):
            do()
    rates: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(sizes.rounds):
        counter.decide(sizes.ledger_grants // sizes.rounds)
        for way, do in ways.items():
            rates[way].append(_rate(do, sizes.ledger_grants // sizes.rounds))
    for way, name, most in (
        ("paid", "grants with ledger, two budgets", MOST),
        ("give", "the same, read and decided anew under lock", None),
        ("told", "the same, and told", None),
    ):
        yield Row(
            name=name,
            ours=sorted(rates[way])[len(rates[way]) // 2],
            floor=sorted(rates["bare"])[len(rates["bare"]) // 2],
            unit="/s",
            most=most,
            more_is_better=True,
            ratios=tuple(bare / ours for bare, ours in zip(rates["bare"], rates[way], strict=True)),
        )


def _rate(do: Callable[[], None], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        do()
    return times / (time.perf_counter() - began)


def _at_once(counter: Counter) -> Iterator[Row]:
    """Sixteen agents, each for a customer of their own, until the company's budget is used up: what is above it, and who
    was stopped by anything but that."""
    with counter.wiring.work() as work:
        work.session.execute(text("UPDATE budgets SET is_active = false"))
    counter.budget(40_000)
    wrong: list[BaseException] = []
    chosen = {owner: ticket_id for ticket_id, owner in counter.tickets}
    barrier = threading.Barrier(min(AT_ONCE, len(chosen)))
    threads = [
        threading.Thread(target=_give_until_used_up, args=(counter, owner, ticket_id, barrier, wrong))
        for owner, ticket_id in list(chosen.items())[:AT_ONCE]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    with counter.wiring.reading() as session:
        period = session.scalars(select(BudgetPeriod).order_by(BudgetPeriod.id.desc())).first()
        assert period is not None
        given = session.scalar(
            text(
                "SELECT coalesce(sum(cost), 0) FROM grants g JOIN budget_entries e ON e.grant_id = g.id WHERE e.period_id = :id AND g.state = ANY(:states)"
            ),
            {"id": period.id, "states": list(STANDING)},
        )
        assert given == period.committed, "the ledger does not sum to what was given"
        assert not money.wrong_sums(session)
        above = max(0, period.committed + period.reserved - period.limit_amount)
        unused = period.limit_amount - period.committed
    yield Row(name="16 at once on one budget: minor units above it", ours=above, unit="", limit=0)
    yield Row(name="16 at once: minor units that nobody could have", ours=unused, unit="", limit=2499)
    yield Row(name="16 at once: deadlocks and other failures", ours=len(wrong), unit="", limit=0)


def _give_until_used_up(
    counter: Counter, owner: int, ticket_id: int, barrier: threading.Barrier, wrong: list[BaseException]
) -> None:
    barrier.wait(30)
    for _ in range(8):
        try:
            with counter.wiring.work() as work:
                request = granting.GrantRequest(
                    key=f"key-{next(_keys)}", ticket_id=ticket_id, remedy="credit", units=2500, sms=""
                )
                granting.grant(work, request, actor=Actor(Role.AGENT, owner))
        except (BudgetUsedUp, DomainError):
            continue
        except Exception as error:
            wrong.append(error)

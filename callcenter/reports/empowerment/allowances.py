"""What may be granted in one case, its grants, the approver, and the usual answer time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from callcenter.domain.empowerment import Decision, Remedy, RuleBook
from callcenter.domain.empowerment.approving import RANKS, SCREEN_SEEN, fits
from callcenter.domain.empowerment.rule_book import EscalationStep
from callcenter.storage.administration import settings_cache
from callcenter.storage.agents.agents import Agent
from callcenter.storage.callbacks.callbacks import Callback
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers.customers import Customer
from callcenter.storage.empowerment import facts, grants, rule_books
from callcenter.storage.empowerment.departments import Entitlement
from callcenter.storage.empowerment.facts import CaseContext
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.tickets import tickets
from callcenter.storage.tickets.tickets import Ticket

LEAST_ANSWERS = 3  # fewer answers give no usual time
GRANTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Approver:
    """`is_there`: has a screen that was active just now."""

    id: int
    name: str
    role: str
    level: int
    is_there: bool


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """`grants`: of this ticket, newest first. `people`, `usual` (median seconds to an answer): if approval is possible."""

    agent: Agent
    customer: Customer | None
    ticket: Ticket | None
    interaction: Interaction | None
    known: CaseContext
    decision: Decision
    grants: Sequence[Grant]
    people: Sequence[Approver] = ()
    usual: int | None = None

    @property
    def book(self) -> RuleBook:
        return self.known.rules.book

    @property
    def currency(self) -> str:
        return self.decision.currency

    @property
    def here(self) -> Sequence[Grant]:
        return [one for one in self.grants if self.interaction and one.interaction_id == self.interaction.id]

    def remedy(self, key: str) -> Remedy | None:
        return self.book.remedy(key)

    def asked(self, step: EscalationStep) -> Approver | None:
        """The present approver who would be asked at this step; lower roles first."""
        return asked(self.people, step, asker_id=self.agent.id)


def asked(people: Sequence[Approver], step: EscalationStep, *, asker_id: int) -> Approver | None:
    able = [one for one in people if one.is_there and one.id != asker_id and fits(step, role=one.role, level=one.level)]
    return min(able, key=lambda one: (RANKS[one.role], one.level, one.id), default=None)  # type: ignore[index]


def of(
    session: Session,
    now: datetime,
    *,
    agent: Agent,
    customer: Customer | None,
    ticket: Ticket | None,
    interaction: Interaction | None,
    contacts: Sequence[Interaction] | None = None,
    entitled: Sequence[Entitlement] | None = None,
    promises: Sequence[Callback] | None = None,
) -> Allowance | None:
    """None if no rules are in force. The last three: see `facts.of_case`."""
    known = facts.of_case(
        session,
        now,
        agent=agent,
        customer=customer,
        ticket=ticket,
        interaction=interaction,
        contacts=contacts,
        entitled=entitled,
        promises=promises,
    )
    if known is None:
        return None
    decision = known.decide()
    may_have_grants = interaction is None or interaction.accepted_at is not None  # no grants before the agent accepts
    asks = any(option.ask for option in decision.visible)
    return Allowance(
        agent=agent,
        customer=customer,
        ticket=ticket,
        interaction=interaction,
        known=known,
        decision=decision,
        grants=grants.of_ticket(session, ticket.id, limit=GRANTS_SHOWN) if ticket and may_have_grants else (),
        people=approvers(session, now) if asks else (),
        usual=usual_seconds(session) if asks else None,
    )


def of_interaction(session: Session, now: datetime, *, agent: Agent, interaction: Interaction) -> Allowance | None:
    ticket = tickets.get(session, interaction.ticket_id) if interaction.ticket_id else None
    customer = session.get(Customer, interaction.customer_id) if interaction.customer_id else None
    return of(session, now, agent=agent, customer=customer, ticket=ticket, interaction=interaction)


def of_grant(session: Session, now: datetime, *, agent: Agent, grant: Grant) -> Allowance | None:
    ticket = tickets.get(session, grant.ticket_id)
    customer = session.get(Customer, grant.customer_id) if grant.customer_id else None
    interaction = interactions.get(session, grant.interaction_id) if grant.interaction_id else None
    return of(session, now, agent=agent, customer=customer, ticket=ticket, interaction=interaction)


def remedy_of(session: Session, grant: Grant) -> Remedy | None:
    found = rule_books.get(session, grant.rule_book)
    return found.book.remedy(grant.remedy) if found else None


def remedies_of(session: Session, rows: Sequence[Grant]) -> dict[int, Remedy | None]:
    """By grant id, each from its own rule book, in one query."""
    books = rule_books.by_numbers(session, {row.rule_book for row in rows})
    return {row.id: book.book.remedy(row.remedy) if (book := books.get(row.rule_book)) else None for row in rows}


APPROVERS = text(
    "SELECT a.id, a.name, a.role, a.level, EXISTS (SELECT 1 FROM connections c WHERE c.agent_id = a.id"
    " AND c.gone_at IS NULL AND c.seen_at >= :since) AS is_there"
    " FROM agents a WHERE a.is_active AND a.role IN ('supervisor', 'administrator') ORDER BY a.id"
)


def approvers(session: Session, now: datetime) -> Sequence[Approver]:
    def read() -> list[Approver]:
        return [Approver(*row) for row in session.execute(APPROVERS, {"since": now - SCREEN_SEEN})]

    # Cached for a second.
    return settings_cache.figure(session, "approvers", read)


USUAL = text(
    "SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - asked_at))"
    " FROM (SELECT answered_at, asked_at FROM approvals WHERE answered_at IS NOT NULL AND answered_by IS NOT NULL"
    "  ORDER BY answered_at DESC LIMIT 50) lately"
)


def usual_seconds(session: Session) -> int | None:
    """Median of the last 50 answers by people; None if fewer than LEAST_ANSWERS."""

    def read() -> int | None:
        count, seconds = session.execute(USUAL).one()
        return int(seconds) if count >= LEAST_ANSWERS else None

    return settings_cache.figure(session, "usual_answer", read)

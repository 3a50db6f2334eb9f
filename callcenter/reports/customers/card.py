"""The customer card: identity and effort so far, shown before the agent accepts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.domain.channels import Channel
from callcenter.reports.empowerment import allowances
from callcenter.reports.empowerment.allowances import Allowance
from callcenter.storage.administration import company
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.callbacks import callbacks
from callcenter.storage.callbacks.callbacks import Callback
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.customers.customers import Customer
from callcenter.storage.empowerment import departments
from callcenter.storage.empowerment.departments import Entitlement
from callcenter.storage.surveys import surveys
from callcenter.storage.surveys.surveys import Survey
from callcenter.storage.tickets import tickets
from callcenter.storage.tickets.tickets import Ticket

CONTACTS_SHOWN = 5
PROMISES_SHOWN = 4
BROKEN_SHOWN = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Effort:
    """The customer's effort in this case: contacts including this one, and seconds."""

    contacts: int
    waiting: int
    held: int
    talking: int
    first_asked_at: datetime | None

    @property
    def seconds(self) -> int:
        return self.waiting + self.held + self.talking

    @property
    def is_heavy(self) -> bool:
        """From the third contact, or half an hour."""
        return self.contacts >= 3 or self.seconds >= 1800


@dataclass(frozen=True, kw_only=True)
class EarlierContact:
    """One earlier contact: the agent's `outcome`, or the system's `result`."""

    id: int
    channel: Channel
    at: datetime
    agent: str
    outcome: str | None
    result: str | None
    note: str
    seconds: int
    ticket_id: int | None


@dataclass(frozen=True, kw_only=True)
class Card:
    """`customer` is None for a withheld number, and for a shared one until identified; `perhaps` lists its owners.

    `allowance`: what the reader may grant; None without rules or agent. `promises`: open and recently broken callbacks."""

    interaction: Interaction
    customer: Customer | None
    perhaps: Sequence[Customer]
    number: str | None
    opted_out: bool
    account: str
    answers_for_it: str
    ticket: Ticket | None
    effort: Effort
    keys: list[str]
    open_tickets: Sequence[Ticket]
    contacts: list[EarlierContact]
    contacts_in_a_year: int
    last_survey: Survey | None
    allowance: Allowance | None
    promises: Sequence[Callback]
    entitled: Sequence[Entitlement]


def of_interaction(session: Session, interaction_id: int, now: datetime, *, agent: Agent | None = None) -> Card | None:
    """`agent`: the reader, for what they may grant. None if not found."""
    interaction = interactions.get(session, interaction_id)
    if interaction is None:
        return None
    customer = customers.get(session, interaction.customer_id) if interaction.customer_id else None
    shared = customers.with_address(session, interaction.their_address) if interaction.their_address else []
    # Every query below uses an index on the customer or the ticket: the cost does not grow with history.
    ticket = _ticket(session, interaction)
    account = customers.account(session, customer.account_id) if customer and customer.account_id else None
    names = agents.names(session)
    about = _about(session, interaction, ticket)
    since = min([now - BROKEN_SHOWN, *(one.created_at for one in about)])
    promises = callbacks.owed(session, customer.id, now=now, since=since) if customer else ()
    entitled = departments.entitlements_of(session, customer.id, now) if customer else ()
    return Card(
        interaction=interaction,
        customer=customer,
        perhaps=[] if customer else shared,
        number=interaction.their_address,
        opted_out=_opted_out(session, interaction),
        account=account.name if account else "",
        answers_for_it=names.get(account.owner_id or 0, "") if account else "",
        ticket=ticket,
        effort=effort(about, now),
        keys=_keys(session, interaction),
        open_tickets=tickets.unsolved_of_customer(session, customer.id) if customer else [],
        contacts=contacts(session, customer, names, now, without=interaction.id),
        contacts_in_a_year=_in_a_year(session, customer, now),
        last_survey=surveys.last_of_customer(session, customer.id) if customer else None,
        allowance=allowances.of(
            session,
            now,
            agent=agent,
            customer=customer,
            ticket=ticket,
            interaction=interaction,
            contacts=about,
            entitled=entitled,
            promises=promises,
        )
        if agent
        else None,
        promises=[row for row in promises if row.is_open or row.promised_until > now - BROKEN_SHOWN][:PROMISES_SHOWN],
        entitled=entitled,
    )


def _opted_out(session: Session, interaction: Interaction) -> bool:
    kind = interaction.channel.to_write().address_kind
    return bool(interaction.their_address and customers.has_opted_out(session, kind, interaction.their_address))


def _ticket(session: Session, interaction: Interaction) -> Ticket | None:
    if interaction.ticket_id:
        return tickets.get(session, interaction.ticket_id)
    return tickets.of_same_case(session, customer_id=interaction.customer_id, queue_id=interaction.queue_id)


def _about(session: Session, interaction: Interaction, ticket: Ticket | None) -> list[Interaction]:
    about = list(interactions.of_ticket(session, ticket.id)) if ticket else []
    return about if any(one.id == interaction.id for one in about) else [*about, interaction]


def effort(about: Sequence[Interaction], now: datetime) -> Effort:
    held = sum(one.held_seconds + _held_now(one, now) for one in about)
    return Effort(
        contacts=len(about),
        waiting=sum(one.waited_seconds(now) for one in about),
        held=held,
        talking=max(0, sum(one.talked_seconds(now) for one in about) - held),
        first_asked_at=min(one.created_at for one in about),
    )


def _held_now(interaction: Interaction, now: datetime) -> int:
    return int((now - interaction.held_since).total_seconds()) if interaction.held_since else 0


def _keys(session: Session, interaction: Interaction) -> list[str]:
    number = company.number(session, interaction.our_address)
    names = {queue.id: queue.name(interaction.language) for queue in company.queues(session)}
    menu = number.menu if number else {}
    keys = interaction.call.menu_keys if interaction.channel.is_voice else []
    return [f"{key} {names.get(menu.get(key, 0), '')}".strip() for key in keys if key in "123456789"]


def contacts(
    session: Session, customer: Customer | None, names: dict[int, str], now: datetime, *, without: int | None = None
) -> list[EarlierContact]:
    if customer is None:
        return []
    rows = interactions.of_customer(session, customer.id, limit=CONTACTS_SHOWN, before=without)
    return [
        EarlierContact(
            id=row.id,
            channel=row.channel,
            at=row.created_at,
            agent=names.get(row.agent_id or 0, ""),
            outcome=row.outcome,
            result=row.result,
            note=row.note,
            seconds=row.talked_seconds(now),
            ticket_id=row.ticket_id,
        )
        for row in rows
    ]


def _in_a_year(session: Session, customer: Customer | None, now: datetime) -> int:
    if customer is None:
        return 0
    rows = select(func.count()).where(
        Interaction.customer_id == customer.id, Interaction.created_at >= now - timedelta(days=365)
    )
    return session.scalar(rows) or 0

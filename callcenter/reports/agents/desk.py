"""One agent's current work, and figures of the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.domain import metrics
from callcenter.domain.interactions import Outcome, State
from callcenter.storage.administration import company
from callcenter.storage.administration.company import Queue
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent, Interval
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.calls.wrap_ups import WrapUp
from callcenter.storage.customers.customers import Customer
from callcenter.storage.messages import messages
from callcenter.storage.messages.messages import Message
from callcenter.storage.routing import offers
from callcenter.storage.routing.offers import Offer
from callcenter.storage.surveys import surveys
from callcenter.storage.surveys.surveys import Survey
from callcenter.storage.tickets import tickets
from callcenter.storage.tickets.tickets import Ticket

SCORE_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class Item:
    interaction: Interaction
    customer: Customer | None
    queue: str
    offer: Offer | None
    ticket: Ticket | None
    last_message: Message | None
    unread: int

    @property
    def name(self) -> str:
        return self.customer.name if self.customer else ""


@dataclass(frozen=True, kw_only=True)
class InQueue:
    """Waiting interactions of one queue that this agent serves."""

    id: int
    name: str
    calls: int
    conversations: int
    longest_since: datetime | None


@dataclass(frozen=True, kw_only=True)
class AgentSummary:
    """Today's intervals, and figures of the last 30 days; `scores` newest first."""

    begins_at: datetime
    stretches: Sequence[Interval]
    answered: int
    score: float | None
    scores: Sequence[Survey]
    first_contact_share: float | None
    solved: int


@dataclass(frozen=True, kw_only=True)
class Mine:
    agent: Agent
    items: list[Item]
    unfinished: list[Item]
    tickets: Sequence[Ticket]
    ticket_customers: dict[int, Customer]
    queues: list[InQueue]

    @property
    def offered(self) -> Item | None:
        return self._first(State.OFFERED)

    @property
    def call(self) -> Item | None:
        return next(
            (i for i in self.items if i.interaction.channel.is_voice and i.interaction.state == State.ACTIVE), None
        )

    @property
    def wrap_up(self) -> Item | None:
        return self._first(State.WRAP_UP)

    @property
    def conversations(self) -> list[Item]:
        return [i for i in self.items if not i.interaction.channel.is_voice and i.interaction.state == State.ACTIVE]

    def _first(self, state: State) -> Item | None:
        return next((i for i in self.items if i.interaction.state == state), None)


def mine(session: Session, agent: Agent, now: datetime) -> Mine:
    live = interactions.of_agent(session, agent.id)
    undone = interactions.unfinished_wrap_ups(session, agent.id, since=now - timedelta(days=2))
    owned = tickets.unsolved_of_owner(session, agent.id)
    about = [ticket.customer_id for ticket in owned if ticket.customer_id]
    return Mine(
        agent=agent,
        items=items(session, live, agent.language),
        unfinished=items(session, undone, agent.language),
        tickets=owned,
        ticket_customers=_customers(session, about),
        queues=_queues(session, agent),
    )


def items(session: Session, rows: Sequence[Interaction], language: str) -> list[Item]:
    """These interactions with all that a row shows, in one query per kind of thing."""
    if not rows:
        return []
    ids = [row.id for row in rows]
    people = _customers(session, [row.customer_id for row in rows if row.customer_id])
    queues = {queue.id: queue.name(language) for queue in company.queues(session)}
    last, unread = messages.last_received(session, ids), messages.unread(session, ids)
    open_offers = {offer.interaction_id: offer for offer in offers.open_of_all(session, ids)}
    tickets_by_id = tickets.some(session, [row.ticket_id for row in rows if row.ticket_id])
    return [
        Item(
            interaction=row,
            customer=people.get(row.customer_id or 0),
            queue=queues.get(row.queue_id or 0, ""),
            offer=open_offers.get(row.id),
            ticket=tickets_by_id.get(row.ticket_id or 0),
            last_message=last.get(row.id),
            unread=unread.get(row.id, 0),
        )
        for row in rows
    ]


def _customers(session: Session, ids: Sequence[int]) -> dict[int, Customer]:
    return {row.id: row for row in session.scalars(select(Customer).where(Customer.id.in_(ids)))} if ids else {}


def _queues(session: Session, agent: Agent) -> list[InQueue]:
    waiting = interactions.waiting(session)
    serves = queues_of(session, agent).values()
    counted = []
    for queue in serves:
        here = [row for row in waiting if row.queue_id == queue.id]
        counted.append(
            InQueue(
                id=queue.id,
                name=queue.name(agent.language),
                calls=sum(1 for row in here if row.channel.is_voice),
                conversations=sum(1 for row in here if not row.channel.is_voice),
                longest_since=min((row.joined_at for row in here if row.joined_at), default=None),
            )
        )
    return counted


def queues_of(session: Session, agent: Agent) -> dict[int, Queue]:
    return {queue.id: queue for queue in company.queues(session) if _has(agent.skills, queue.policy.skills)}


def _has(skills: dict[str, int], wanted: dict[str, int]) -> bool:
    return all(skills.get(skill, 0) >= level for skill, level in wanted.items())


def day(session: Session, agent: Agent, now: datetime) -> AgentSummary:
    local = now.astimezone(ZoneInfo(agent.zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    stretches = agents.intervals(session, agent.id, since=midnight)
    answers = surveys.answered_by_agent(session, agent.id, since=now - timedelta(days=SCORE_DAYS))
    first, solved = _first_contact(session, agent, since=now - timedelta(days=SCORE_DAYS))
    answered = select(func.count()).where(
        Interaction.agent_id == agent.id, Interaction.created_at >= midnight, Interaction.answered_at.is_not(None)
    )
    return AgentSummary(
        begins_at=stretches[0].started_at if stretches else now,
        stretches=stretches,
        answered=session.scalar(answered) or 0,
        score=metrics.mean_score([survey.score or 0 for survey in answers]),
        scores=answers,
        first_contact_share=first / solved if solved else None,
        solved=solved,
    )


def _first_contact(session: Session, agent: Agent, *, since: datetime) -> tuple[int, int]:
    """(solved by this agent with one contact, all solved by this agent)."""
    solved = (
        select(Interaction.ticket_id, Interaction.id)
        .join(WrapUp, WrapUp.id == Interaction.id)
        .where(Interaction.agent_id == agent.id, Interaction.created_at >= since, WrapUp.outcome == Outcome.SOLVED)
        .subquery()
    )
    others = select(func.count()).where(Interaction.ticket_id == solved.c.ticket_id).scalar_subquery()
    rows = session.scalars(select(others).select_from(solved)).all()
    return sum(1 for contacts in rows if contacts <= 1), len(rows)

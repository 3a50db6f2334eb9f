"""Calls and conversations, the legs of calls, and the queries of the live path: each uses a partial index."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, insert, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.channels import Channel, Thread
from callcenter.domain.events import Subjects
from callcenter.domain.interactions import LIVE, State
from callcenter.domain.permissions import Actor
from callcenter.domain.states import Direction, Party
from callcenter.storage.database import NO_KEY, Row

QUIET_AGAIN = timedelta(minutes=1)

LIVE_SQL = "state IN ('menu', 'waiting', 'offered', 'active', 'wrap_up')"


class Interaction(Row):
    """One contact of a customer on one channel. Times: `joined_at` entered the queue (kept through every offer),
    `accepted_at` an agent took it, `answered_at` they hear each other, `ended_at` the customer left.

    Routing's values, written on entering the queue: `points` by reason, their `growth` per second waited, `queue_rank`
    (the order within one queue, channel and language), the customer's `tier`, and `affinities`: [[agent, kind], …] of
    agents who know them. `passed_on`: the reason of the last transfer. `direction`: inbound, or callback (we call).

    `customer_id` is empty while the address does not identify a customer. `unanswered_since`: their first message
    without a reply. `reconcile_at`: when to ask the provider about this call; `bring_back_at`: when to lead a caller
    back to the music.
    """

    __tablename__ = "interactions"

    channel: Mapped[Channel]
    direction: Mapped[Direction] = mapped_column(default=Direction.INBOUND)
    state: Mapped[State]
    language: Mapped[str]
    our_address: Mapped[str]
    their_address: Mapped[str | None]
    customer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customers.id"))
    queue_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("queues.id"))
    agent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    ticket_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("tickets.id"))
    menu_keys: Mapped[list[Any]]
    announced_place: Mapped[int | None] = mapped_column(SmallInteger)
    announced_seconds: Mapped[int | None]
    created_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    queue_rank: Mapped[float | None]
    growth: Mapped[float] = mapped_column(default=1.0)
    tier: Mapped[str] = mapped_column(default="")
    points: Mapped[dict[str, Any]] = mapped_column(default=dict)
    affinities: Mapped[list[Any]] = mapped_column(default=list)
    passed_on: Mapped[str] = mapped_column(default="")
    accepted_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    held_since: Mapped[datetime | None]
    held_seconds: Mapped[int] = mapped_column(default=0)
    held_times: Mapped[int] = mapped_column(SmallInteger, default=0)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    result: Mapped[str | None]
    outcome: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    wrap_up_until: Mapped[datetime | None]
    wrap_up_limit: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    unanswered_since: Mapped[datetime | None]
    first_reply_at: Mapped[datetime | None]
    conference_sid: Mapped[str | None]
    reconcile_at: Mapped[datetime | None]
    bring_back_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('menu','waiting','offered','active','wrap_up','ended')", name="state"),
        CheckConstraint("(state = 'ended') = (finished_at IS NOT NULL)", name="finished"),
        Index("ix_interactions_waiting", "queue_id", "joined_at", postgresql_where=text("state = 'waiting'")),
        Index(
            "ix_interactions_queue_rank",
            *("queue_id", "channel", "language", "queue_rank", "id"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_interactions_live", "state", "id", postgresql_where=text(LIVE_SQL)),
        Index(
            "ix_interactions_mine",
            "agent_id",
            postgresql_where=text("state IN ('offered', 'active', 'wrap_up')"),
        ),
        Index("ix_interactions_wrap_up", "wrap_up_until", postgresql_where=text("state = 'wrap_up'")),
        Index("ix_interactions_reconcile", "reconcile_at", postgresql_where=text("reconcile_at IS NOT NULL")),
        Index("ix_interactions_bring_back", "bring_back_at", postgresql_where=text("bring_back_at IS NOT NULL")),
        Index(
            "uq_interactions_conversation",
            "channel",
            "their_address",
            "our_address",
            unique=True,
            postgresql_where=text("channel <> 'voice' AND state IN ('waiting', 'offered', 'active')"),
        ),
        Index("ix_interactions_customer", "customer_id", text("created_at DESC")),
        Index("ix_interactions_created", "created_at"),
        Index("ix_interactions_agent_day", "agent_id", "created_at"),
        Index("ix_interactions_ticket", "ticket_id", postgresql_where=text("ticket_id IS NOT NULL")),
        Index("ix_interactions_address", "their_address", text("created_at DESC")),
    )

    def about(self) -> Subjects:
        return {
            "interaction_id": self.id,
            "ticket_id": self.ticket_id,
            "customer_id": self.customer_id,
            "agent_id": self.agent_id,
        }

    @property
    def thread(self) -> Thread | None:
        """Where to write to the customer; None if the number is withheld."""
        return Thread(self.channel.to_write(), self.our_address, self.their_address) if self.their_address else None

    def waited_seconds(self, now: datetime) -> int:
        """The customer's wait so far: from entering the queue until answered, or until they left."""
        if self.joined_at is None:
            return 0
        until = self.answered_at or self.accepted_at or self.ended_at or now
        return max(0, int((until - self.joined_at).total_seconds()))

    def talked_seconds(self, now: datetime) -> int:
        return max(0, int(((self.ended_at or now) - self.answered_at).total_seconds())) if self.answered_at else 0

    def end_hold(self, now: datetime) -> int:
        """Counts a hold that ends by the agent, with the call, or with the agent's leg; returns its seconds."""
        if self.held_since is None:
            return 0
        seconds = max(0, int((now - self.held_since).total_seconds()))
        self.held_seconds += seconds
        self.held_since = None
        return seconds


class Leg(Row):
    """One leg of a call: the customer's or an agent's. `rank` never falls (domain.calls.RANK). `sequence`: the highest
    one reported for it within the conference `conference_sid`."""

    __tablename__ = "legs"

    sid: Mapped[str] = mapped_column(unique=True)
    interaction_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("interactions.id"), index=True)
    party: Mapped[Party]
    agent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    offer_id: Mapped[int | None] = mapped_column(BigInteger)
    rank: Mapped[int] = mapped_column(SmallInteger, default=0)
    conference_sid: Mapped[str | None]
    sequence: Mapped[int] = mapped_column(default=-1)
    created_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("party IN ('customer', 'agent')", name="party"),)


def get(session: Session, interaction_id: int, *, lock: bool = False) -> Interaction | None:
    return session.get(Interaction, interaction_id, with_for_update=NO_KEY if lock else None, populate_existing=lock)


def by_leg(session: Session, sid: str, *, lock: bool = False) -> Interaction | None:
    """The interaction of a call sid, whichever leg it is."""
    wanted = select(Interaction).join(Leg, Leg.interaction_id == Interaction.id).where(Leg.sid == sid)
    if lock:
        wanted = wanted.with_for_update(key_share=True, of=Interaction).execution_options(populate_existing=True)
    return session.scalar(wanted)


def leg(session: Session, sid: str, *, lock: bool = False) -> Leg | None:
    wanted = select(Leg).where(Leg.sid == sid)
    if lock:
        wanted = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalar(wanted)


NEW_LEG = insert(Leg)


def add_leg(session: Session, **values: object) -> None:
    """Adds a leg, with Leg's columns."""
    session.connection().execute(NEW_LEG, values)


def legs(session: Session, interaction_id: int) -> Sequence[Leg]:
    return session.scalars(select(Leg).where(Leg.interaction_id == interaction_id).order_by(Leg.id)).all()


def customer_leg(session: Session, interaction_id: int) -> Leg | None:
    """The newest one: a callback may have been tried before."""
    wanted = select(Leg).where(Leg.interaction_id == interaction_id, Leg.party == Party.CUSTOMER)
    return session.scalar(wanted.order_by(Leg.id.desc()).limit(1))


def conversation(session: Session, thread: Thread) -> Interaction | None:
    """The open conversation of this thread, locked."""
    wanted = (
        select(Interaction)
        .where(Interaction.their_address == thread.theirs, Interaction.our_address == thread.ours)
        .where(Interaction.channel == thread.channel, Interaction.state.in_(("waiting", "offered", "active")))
        .where(text("channel <> 'voice'"))  # the partial index's own condition
    )
    return session.scalar(wanted.with_for_update(key_share=True).execution_options(populate_existing=True))


def waiting(session: Session, *, queue_id: int | None = None, limit: int = 500) -> Sequence[Interaction]:
    """Interactions in line, the longest waiting first; without callbacks that are not due yet."""
    rows = select(Interaction).where(Interaction.state == State.WAITING, Interaction.queue_rank.is_not(None))
    if queue_id is not None:
        rows = rows.where(Interaction.queue_id == queue_id)
    return session.scalars(rows.order_by(Interaction.joined_at, Interaction.id).limit(limit)).all()


def of_agent(session: Session, agent_id: int, *, lock: bool = False) -> Sequence[Interaction]:
    """An agent's current work: offered, active, in wrap-up. With `lock`, locked in the order of ids."""
    rows = (
        select(Interaction)
        .where(Interaction.agent_id == agent_id)
        .where(Interaction.state.in_((State.OFFERED, State.ACTIVE, State.WRAP_UP)))
    )
    rows = rows.order_by(Interaction.id)
    if lock:
        rows = rows.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalars(rows).all()


def live(session: Session) -> Sequence[Interaction]:
    return session.scalars(select(Interaction).where(Interaction.state.in_(LIVE)).order_by(Interaction.id)).all()


def page(
    session: Session,
    *,
    seen_by: Actor,
    states: Sequence[str] = (),
    channel: str | None = None,
    customer_id: int | None = None,
    agent_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[Interaction]:
    """Those that `permissions.may_see_interaction` lets this person see, newest first; `before` an id continues."""
    rows = select(Interaction)
    if not seen_by.leads:
        rows = rows.where(or_(Interaction.state == State.ENDED, Interaction.agent_id == (seen_by.agent_id or 0)))
    if states:
        rows = rows.where(Interaction.state.in_(states))
    wanted = {Interaction.channel: channel, Interaction.customer_id: customer_id, Interaction.agent_id: agent_id}
    rows = rows.where(*(column == value for column, value in wanted.items() if value is not None))
    if before is not None:
        rows = rows.where(Interaction.id < before)
    return session.scalars(rows.order_by(Interaction.id.desc()).limit(limit)).all()


def of_customer(
    session: Session, customer_id: int, *, limit: int = 10, before: int | None = None
) -> Sequence[Interaction]:
    """Newest first."""
    rows = select(Interaction).where(Interaction.customer_id == customer_id)
    if before is not None:
        rows = rows.where(Interaction.id != before)
    return session.scalars(rows.order_by(Interaction.created_at.desc()).limit(limit)).all()


def of_ticket(session: Session, ticket_id: int) -> Sequence[Interaction]:
    rows = select(Interaction).where(Interaction.ticket_id == ticket_id)
    return session.scalars(rows.order_by(Interaction.created_at.desc()).limit(100)).all()


def unfinished_wrap_ups(session: Session, agent_id: int, *, since: datetime, limit: int = 20) -> Sequence[Interaction]:
    """Served by this agent, ended, and never given an outcome; not those without time for a wrap-up."""
    rows = (
        select(Interaction)
        .where(Interaction.agent_id == agent_id, Interaction.created_at >= since)
        .where(Interaction.state == State.ENDED, Interaction.result == "served", Interaction.outcome.is_(None))
        .where(Interaction.wrap_up_limit.is_not(None))
    )
    return session.scalars(rows.order_by(Interaction.created_at.desc()).limit(limit)).all()


def put_off_reconciling(session: Session, interaction_id: int, *, now: datetime) -> bool:
    """A call without recent reports is checked now, and again in a minute; False if it is not due."""
    due = update(Interaction).where(Interaction.id == interaction_id, Interaction.reconcile_at <= now)
    later = due.values(reconcile_at=now + QUIET_AGAIN).returning(Interaction.id)
    return session.scalar(later.execution_options(synchronize_session=False)) is not None


def claim_waiting(session: Session, interaction_id: int) -> Interaction | None:
    """This interaction, locked, if it still waits and no other router holds it."""
    wanted = select(Interaction).where(Interaction.id == interaction_id, Interaction.state == State.WAITING)
    return session.scalar(
        wanted.with_for_update(key_share=True, skip_locked=True).execution_options(populate_existing=True)
    )

"""Calls and conversations, the legs of calls, and the queries of the live path: each uses a partial index."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, or_, select, text
from sqlalchemy.orm import Mapped, Session, lazyload, mapped_column, object_session, relationship

from callcenter.domain.channels import Channel, Thread
from callcenter.domain.events import Subjects
from callcenter.domain.interactions import LIVE, EndedBy, Outcome, Result, State
from callcenter.domain.permissions import Actor
from callcenter.domain.states import Direction
from callcenter.storage.calls.calls import Call
from callcenter.storage.calls.legs import Leg
from callcenter.storage.calls.wrap_ups import WrapUp
from callcenter.storage.database import NO_KEY, Row, one_of

LIVE_SQL = "state IN ('menu', 'waiting', 'offered', 'active', 'wrap_up')"


class Interaction(Row):
    """One contact of a customer on one channel. Times: `joined_at` entered the queue (kept through every offer),
    `accepted_at` an agent took it, `answered_at` they hear each other, `ended_at` the customer left.

    Routing's values, written on entering the queue: `score` in points by reason, its `aging` per second waited, `queue_rank`
    (the order within one queue, channel and language), the customer's `tier`, and `affinities`: [[agent, kind], …] of
    agents who know them. `transfer_reason`: the reason of the last transfer. `direction`: inbound, or callback (we call).

    `customer_id` is empty while the address does not identify a customer. `unanswered_since`: their first message
    without a reply.
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
    announced_place: Mapped[int | None] = mapped_column(SmallInteger)
    announced_seconds: Mapped[int | None]
    created_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    queue_rank: Mapped[float | None]
    aging: Mapped[float] = mapped_column(default=1.0)
    tier: Mapped[str] = mapped_column(default="")
    score: Mapped[dict[str, Any]] = mapped_column(default=dict)
    affinities: Mapped[list[Any]] = mapped_column(default=list)
    transfer_reason: Mapped[str] = mapped_column(default="")
    accepted_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[EndedBy | None]
    result: Mapped[Result | None]
    finished_at: Mapped[datetime | None]
    unanswered_since: Mapped[datetime | None]
    first_reply_at: Mapped[datetime | None]
    call: Mapped[Call] = relationship(lazy="joined", uselist=False)  # of a voice interaction; a conversation has none
    wrap_up: Mapped[WrapUp | None] = relationship(lazy="joined", uselist=False)

    __table_args__ = (
        CheckConstraint("state IN ('menu','waiting','offered','active','wrap_up','ended')", name="state"),
        CheckConstraint("(state = 'ended') = (finished_at IS NOT NULL)", name="finished"),
        CheckConstraint(one_of("ended_by", EndedBy), name="ended_by"),
        CheckConstraint(one_of("result", Result), name="result"),
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

    def end_hold(self, now: datetime) -> None:
        """Counts a hold that ends with the agent's part in the call."""
        if self.channel.is_voice:
            self.call.end_hold(now)

    @property
    def held_since(self) -> datetime | None:
        return self.call.held_since if self.channel.is_voice else None

    @property
    def held_seconds(self) -> int:
        return self.call.held_seconds if self.channel.is_voice else 0

    @property
    def outcome(self) -> Outcome | None:
        return self.wrap_up.outcome if self.wrap_up else None

    @property
    def note(self) -> str:
        return self.wrap_up.note if self.wrap_up else ""

    @property
    def wrap_up_until(self) -> datetime | None:
        return self.wrap_up.ends_at if self.wrap_up else None

    @property
    def wrap_up_limit(self) -> datetime | None:
        return self.wrap_up.latest_end_at if self.wrap_up else None


# A lock may be waited for: its parts are read after it, as they are then.
PARTS_LATER = (lazyload(Interaction.call), lazyload(Interaction.wrap_up))


def get(session: Session, interaction_id: int, *, lock: bool = False) -> Interaction | None:
    if not lock:
        return session.get(Interaction, interaction_id)
    return _locked(
        session.get(Interaction, interaction_id, with_for_update=NO_KEY, populate_existing=True, options=PARTS_LATER)
    )


def _locked(found: Interaction | None) -> Interaction | None:
    """Forgets what was read of its parts before the lock was had."""
    session = object_session(found) if found else None
    for part in (Call, WrapUp):
        if found and session and (seen := session.identity_map.get(session.identity_key(part, found.id))):
            session.expire(seen)
    return found


def by_leg(session: Session, sid: str, *, lock: bool = False) -> Interaction | None:
    """The interaction of a call sid, whichever leg it is."""
    wanted = select(Interaction).join(Leg, Leg.interaction_id == Interaction.id).where(Leg.sid == sid)
    if not lock:
        return session.scalar(wanted)
    wanted = (
        wanted.options(*PARTS_LATER)
        .with_for_update(key_share=True, of=Interaction)
        .execution_options(populate_existing=True)
    )
    return _locked(session.scalar(wanted))


def conversation(session: Session, thread: Thread) -> Interaction | None:
    """The open conversation of this thread, locked."""
    wanted = (
        select(Interaction)
        .where(Interaction.their_address == thread.theirs, Interaction.our_address == thread.ours)
        .where(Interaction.channel == thread.channel, Interaction.state.in_(("waiting", "offered", "active")))
        .where(text("channel <> 'voice'"))  # the partial index's own condition
    )
    wanted = wanted.options(*PARTS_LATER).with_for_update(key_share=True).execution_options(populate_existing=True)
    return _locked(session.scalar(wanted))


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
    if not lock:
        return session.scalars(rows).all()
    rows = rows.options(*PARTS_LATER).with_for_update(key_share=True).execution_options(populate_existing=True)
    found = session.scalars(rows).all()
    for row in found:
        _locked(row)
    return found


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
        .join(WrapUp, WrapUp.id == Interaction.id)
        .where(Interaction.agent_id == agent_id, Interaction.created_at >= since)
        .where(Interaction.state == State.ENDED, Interaction.result == Result.SERVED)
        .where(WrapUp.outcome.is_(None), WrapUp.latest_end_at.is_not(None))
    )
    return session.scalars(rows.order_by(Interaction.created_at.desc()).limit(limit)).all()


def claim_waiting(session: Session, interaction_id: int) -> Interaction | None:
    """This interaction, locked, if it still waits and no other router holds it."""
    wanted = select(Interaction).where(Interaction.id == interaction_id, Interaction.state == State.WAITING)
    wanted = (
        wanted.options(*PARTS_LATER)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return _locked(session.scalar(wanted))

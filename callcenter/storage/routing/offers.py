"""Offers. Two partial unique indexes settle every race: one open offer per interaction, and one per slot of an
agent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.agents import Status
from callcenter.domain.channels import Medium
from callcenter.domain.states import OfferState
from callcenter.storage.agents.agents import Agent
from callcenter.storage.database import NO_KEY, Row


class Offer(Row):
    __tablename__ = "offers"

    interaction_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("interactions.id"), index=True)
    agent_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("agents.id"))
    medium: Mapped[Medium]
    # One slot for calls, as many as allowed for conversations.
    slot: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[OfferState]
    is_open: Mapped[bool]  # live, or accepted until the agent has finished
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    ring_at: Mapped[datetime | None]  # when to ring the desk telephone
    connect_by: Mapped[datetime | None]  # when an accepted call's leg should be up
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(default="")
    reason: Mapped[dict[str, Any]]  # the explanation, as codes

    __table_args__ = (
        CheckConstraint("state IN ('live','accepted','declined','expired','withdrawn','failed')", name="state"),
        CheckConstraint("medium IN ('voice','text')", name="medium"),
        Index("uq_offers_interaction_open", "interaction_id", unique=True, postgresql_where=text("is_open")),
        Index("uq_offers_slot_open", "agent_id", "medium", "slot", unique=True, postgresql_where=text("is_open")),
        Index("ix_offers_live", "expires_at", postgresql_where=text("state = 'live'")),
        Index("ix_offers_connecting", "connect_by", postgresql_where=text("connect_by IS NOT NULL")),
        Index("ix_offers_to_ring", "ring_at", postgresql_where=text("ring_at IS NOT NULL")),
        Index("ix_offers_agent", "agent_id", "id"),
    )


def get(session: Session, offer_id: int, *, lock: bool = False) -> Offer | None:
    return session.get(Offer, offer_id, with_for_update=NO_KEY if lock else None, populate_existing=lock)


def open_of(session: Session, interaction_id: int, *, lock: bool = False) -> Offer | None:
    wanted = select(Offer).where(Offer.interaction_id == interaction_id, Offer.is_open)
    if lock:
        wanted = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalar(wanted)


def open_of_agent(session: Session, agent_id: int) -> Sequence[Offer]:
    return session.scalars(select(Offer).where(Offer.agent_id == agent_id, Offer.is_open).order_by(Offer.id)).all()


def page(
    session: Session,
    *,
    agent_id: int | None = None,
    states: Sequence[str] = (),
    before: int | None = None,
    limit: int = 50,
) -> Sequence[Offer]:
    """Newest first."""
    rows = select(Offer)
    if agent_id is not None:
        rows = rows.where(Offer.agent_id == agent_id)
    if states:
        rows = rows.where(Offer.state.in_(states))
    if before is not None:
        rows = rows.where(Offer.id < before)
    return session.scalars(rows.order_by(Offer.id.desc()).limit(limit)).all()


def load(session: Session) -> dict[int, dict[str, int]]:
    """{agent: {"voice": n, "text": n}}"""
    counted = select(Offer.agent_id, Offer.medium, func.count().label("n")).where(Offer.is_open)
    loads: dict[int, dict[str, int]] = {}
    for row in session.execute(counted.group_by(Offer.agent_id, Offer.medium)):
        loads.setdefault(row.agent_id, {})[row.medium] = row.n
    return loads


def with_absent(session: Session) -> Sequence[int]:
    """Absent agents with a live offer."""
    rows = select(Agent.id).join(Offer, Offer.agent_id == Agent.id).where(Offer.state == OfferState.LIVE)
    gone = rows.where(Agent.status.in_((Status.SIGNED_OUT, Status.UNAVAILABLE))).distinct()
    return session.scalars(gone.order_by(Agent.id)).all()


def of_interaction(session: Session, interaction_id: int) -> Sequence[Offer]:
    return session.scalars(select(Offer).where(Offer.interaction_id == interaction_id).order_by(Offer.id)).all()


def claim_to_ring(session: Session, offer_id: int, *, now: datetime) -> Offer | None:
    """The offer, locked, if its desk telephone is due to ring and unclaimed."""
    wanted = select(Offer).where(Offer.id == offer_id, Offer.ring_at <= now, Offer.state == OfferState.LIVE)
    return session.scalar(
        wanted.with_for_update(key_share=True, skip_locked=True).execution_options(populate_existing=True)
    )


def open_of_all(session: Session, interaction_ids: Sequence[int]) -> Sequence[Offer]:
    return session.scalars(select(Offer).where(Offer.interaction_id.in_(interaction_ids), Offer.is_open)).all()

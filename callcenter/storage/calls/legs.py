"""The legs of calls: the customer's and the agents'."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, SmallInteger, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.states import Party
from callcenter.storage.database import Row


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


def are_apart(one: Leg | None, other: Leg | None) -> bool:
    """Both were reported in a conference, but not in the same one: a conference ends with its last leg."""
    if one is None or other is None:
        return False
    sids = one.conference_sid, other.conference_sid
    return None not in sids and sids[0] != sids[1]


def get(session: Session, sid: str, *, lock: bool = False) -> Leg | None:
    wanted = select(Leg).where(Leg.sid == sid)
    if lock:
        wanted = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalar(wanted)


def of(session: Session, interaction_id: int) -> Sequence[Leg]:
    return session.scalars(select(Leg).where(Leg.interaction_id == interaction_id).order_by(Leg.id)).all()


def of_customer(session: Session, interaction_id: int) -> Leg | None:
    """The newest one: a callback may have been tried before."""
    wanted = select(Leg).where(Leg.interaction_id == interaction_id, Leg.party == Party.CUSTOMER)
    return session.scalar(wanted.order_by(Leg.id.desc()).limit(1))

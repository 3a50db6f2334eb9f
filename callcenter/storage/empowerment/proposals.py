"""Proposals: trust agents with more, or train one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.states import ProposalKind, ProposalState
from callcenter.storage.database import NO_KEY, Row, one_of


class Proposal(Row):
    __tablename__ = "proposals"

    # trust (a limit always gets a yes), teach_no (an agent mostly gets a no), teach_unused (never grants)
    kind: Mapped[ProposalKind]
    about: Mapped[str]  # the subject, open once
    agent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    data: Mapped[dict[str, Any]]
    cases: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    state: Mapped[ProposalState] = mapped_column(default=ProposalState.OPEN)
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    note: Mapped[str] = mapped_column(default="")
    rule_book: Mapped[int | None]  # the resulting draft
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)  # figures before acceptance, to compare

    __table_args__ = (
        CheckConstraint(one_of("kind", ProposalKind), name="kind"),
        CheckConstraint("state IN ('open','accepted','dismissed','gone')", name="state"),
        Index("uq_proposals_open", "kind", "about", unique=True, postgresql_where=text("state = 'open'")),
    )


def get(session: Session, proposal_id: int, *, lock: bool = False) -> Proposal | None:
    return session.get(Proposal, proposal_id, with_for_update=NO_KEY if lock else None, populate_existing=lock)


def open_ones(session: Session) -> Sequence[Proposal]:
    return session.scalars(select(Proposal).where(Proposal.state == ProposalState.OPEN).order_by(Proposal.id)).all()


def decided(session: Session, *, limit: int = 50) -> Sequence[Proposal]:
    """Newest first."""
    rows = select(Proposal).where(Proposal.decided_at.is_not(None))
    return session.scalars(rows.order_by(Proposal.decided_at.desc()).limit(limit)).all()


def dismissed_since(session: Session, since: datetime) -> set[tuple[str, str]]:
    """(kind, about)"""
    rows = select(Proposal.kind, Proposal.about).where(
        Proposal.state == ProposalState.DISMISSED, Proposal.decided_at > since
    )
    return {(row.kind, row.about) for row in session.execute(rows)}

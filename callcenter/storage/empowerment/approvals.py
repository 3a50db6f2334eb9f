"""Approvals: questions to approvers while a customer waits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.empowerment.rule_book import EscalationStep
from callcenter.domain.states import ApprovalState, GrantState
from callcenter.storage.agents.agents import AgentConnection
from callcenter.storage.database import NO_KEY, Row
from callcenter.storage.empowerment.grants import Grant


class Approval(Row):
    __tablename__ = "approvals"

    grant_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("grants.id"), unique=True)
    state: Mapped[ApprovalState]
    rule_id: Mapped[int | None]
    steps: Mapped[list[Any]]  # {role, level, seconds, up_to}, in asking order
    step: Mapped[int] = mapped_column(SmallInteger, default=0)
    step_ends_at: Mapped[datetime | None]  # when the next step is asked
    otherwise: Mapped[str]  # after the last step
    promise_minutes: Mapped[int]
    own_limit: Mapped[int] = mapped_column(BigInteger)
    # The start of an answer by SMS.
    code: Mapped[str]
    asked_by_sms: Mapped[list[Any]] = mapped_column(default=list)  # agents asked by SMS: [[agent, step], …]
    asked_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    claimed_at: Mapped[datetime | None]
    claimed_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    answer: Mapped[str | None]  # yes, less, instead, no; own_limit or nothing if no approver could answer
    answer_units: Mapped[int | None] = mapped_column(BigInteger)
    answer_remedy: Mapped[str | None]
    word: Mapped[str] = mapped_column(default="")
    held_before: Mapped[int] = mapped_column(default=0)  # the customer's hold seconds before the question
    held_seconds: Mapped[int] = mapped_column(default=0)  # the customer's hold seconds for the question
    # The call owed to the customer about it.
    callback_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("callbacks.id"))

    __table_args__ = (
        CheckConstraint("state IN ('open','answered','withdrawn','expired')", name="state"),
        CheckConstraint("(state = 'open') = (step_ends_at IS NOT NULL)", name="open"),
        Index("ix_approvals_due", "step_ends_at", postgresql_where=text("state = 'open'")),
        Index("uq_approvals_code", "code", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_approvals_answered", "answered_at", postgresql_where=text("answered_at IS NOT NULL")),
    )

    @property
    def is_open(self) -> bool:
        return self.state == ApprovalState.OPEN

    @property
    def current_step(self) -> EscalationStep:
        """The current step; after the end the last one."""
        return EscalationStep.model_validate(self.steps[min(self.step, len(self.steps) - 1)])


class Word(Row):
    __tablename__ = "approval_words"

    approval_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("approvals.id"), index=True)
    author_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("agents.id"))
    body: Mapped[str]
    at: Mapped[datetime]


def get(session: Session, approval_id: int, *, lock: bool = False) -> Approval | None:
    return session.get(Approval, approval_id, with_for_update=NO_KEY if lock else None, populate_existing=lock)


def of_grant(session: Session, grant_id: int, *, lock: bool = False) -> Approval | None:
    wanted = select(Approval).where(Approval.grant_id == grant_id)
    if lock:
        wanted = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalar(wanted)


def of_grants(session: Session, grant_ids: Sequence[int]) -> dict[int, Approval]:
    if not grant_ids:
        return {}
    return {row.grant_id: row for row in session.scalars(select(Approval).where(Approval.grant_id.in_(grant_ids)))}


def open_ones(session: Session) -> Sequence[tuple[Approval, Grant]]:
    """The next to run out first."""
    rows = (
        select(Approval, Grant).join(Grant, Grant.id == Approval.grant_id).where(Approval.state == ApprovalState.OPEN)
    )
    return [(row[0], row[1]) for row in session.execute(rows.order_by(Approval.step_ends_at, Approval.id))]


def page(
    session: Session,
    *,
    states: Sequence[str] = (),
    agent_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[tuple[Approval, Grant]]:
    """Newest first. `agent_id`: the asking agent."""
    rows = select(Approval, Grant).join(Grant, Grant.id == Approval.grant_id)
    if states:
        rows = rows.where(Approval.state.in_(states))
    if agent_id is not None:
        rows = rows.where(Grant.agent_id == agent_id)
    if before is not None:
        rows = rows.where(Approval.id < before)
    return [(row[0], row[1]) for row in session.execute(rows.order_by(Approval.id.desc()).limit(limit))]


def open_of_agent(session: Session, agent_id: int) -> Sequence[tuple[Approval, Grant]]:
    rows = select(Approval, Grant).join(Grant, Grant.id == Approval.grant_id)
    rows = rows.where(Approval.state == ApprovalState.OPEN, Grant.agent_id == agent_id).order_by(Approval.step_ends_at)
    return [(row[0], row[1]) for row in session.execute(rows)]


def open_of_interaction(session: Session, interaction_id: int) -> Sequence[Approval]:
    rows = select(Approval).join(Grant, Grant.id == Approval.grant_id)
    rows = rows.where(
        Grant.interaction_id == interaction_id, Grant.state == GrantState.AWAITING, Approval.state == ApprovalState.OPEN
    )
    return session.scalars(rows.order_by(Approval.id)).all()


def taken_by_absent(session: Session, *, since: datetime) -> Sequence[int]:
    """Claimed before `since` by an approver without a browser active since."""
    there = select(AgentConnection.id).where(
        AgentConnection.agent_id == Approval.claimed_by,
        AgentConnection.gone_at.is_(None),
        AgentConnection.seen_at >= since,
    )
    rows = select(Approval.id).where(Approval.state == ApprovalState.OPEN, Approval.claimed_at < since, ~there.exists())
    return session.scalars(rows).all()


def ended_since(session: Session, since: datetime, *, limit: int = 50) -> Sequence[tuple[Approval, Grant]]:
    """Answered or expired, newest first."""
    rows = select(Approval, Grant).join(Grant, Grant.id == Approval.grant_id).where(Approval.answered_at > since)
    return [(row[0], row[1]) for row in session.execute(rows.order_by(Approval.answered_at.desc()).limit(limit))]


def by_code(session: Session, code: str) -> Approval | None:
    return session.scalar(select(Approval).where(Approval.code == code, Approval.state == ApprovalState.OPEN))


def answered_by_code(session: Session, code: str, *, since: datetime) -> Approval | None:
    """The latest of this code that ended."""
    rows = select(Approval).where(Approval.code == code, Approval.answered_at > since)
    return session.scalar(rows.order_by(Approval.id.desc()).limit(1))


def open_asked_by_sms(session: Session, agent_id: int) -> Sequence[tuple[Approval, Grant]]:
    """Open questions that this person was texted, oldest first."""
    return [
        (row, grant) for row, grant in open_ones(session) if any(asked == agent_id for asked, _ in row.asked_by_sms)
    ]


def words(session: Session, approval_id: int) -> Sequence[Word]:
    return session.scalars(select(Word).where(Word.approval_id == approval_id).order_by(Word.id)).all()

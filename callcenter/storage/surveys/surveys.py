"""Surveys after service, and the answers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, ForeignKey, Index, SmallInteger, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.channels import Channel, Thread
from callcenter.domain.events import Subjects
from callcenter.domain.states import SurveyState
from callcenter.storage.database import Row


class Survey(Row):
    """At most one per interaction. Agent and queue are those of that moment."""

    __tablename__ = "surveys"

    interaction_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("interactions.id"), unique=True)
    ticket_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("tickets.id"), index=True)
    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customers.id"))
    agent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    queue_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("queues.id"))
    language: Mapped[str]
    channel: Mapped[Channel]
    our_address: Mapped[str]
    their_address: Mapped[str]
    state: Mapped[SurveyState]
    due_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("messages.id"))
    score: Mapped[int | None] = mapped_column(SmallInteger)
    comment: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("state IN ('planned','asked','answered','cancelled','expired')", name="state"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        CheckConstraint("(state = 'answered') = (score IS NOT NULL)", name="answered"),
        Index("ix_surveys_due", "due_at", postgresql_where=text("state = 'planned'")),
        Index(
            # One open question per thread, so that a bare "4" has one meaning.
            "uq_surveys_asked",
            "channel",
            "their_address",
            "our_address",
            unique=True,
            postgresql_where=text("state = 'asked'"),
        ),
        Index("ix_surveys_answered", "answered_at", postgresql_where=text("state = 'answered'")),
        Index("ix_surveys_customer", "customer_id", "id"),
        Index("ix_surveys_agent", "agent_id", "answered_at"),
    )

    @property
    def thread(self) -> Thread:
        return Thread(self.channel, self.our_address, self.their_address)

    def about(self) -> Subjects:
        return {
            "interaction_id": self.interaction_id,
            "ticket_id": self.ticket_id,
            "customer_id": self.customer_id,
            "agent_id": self.agent_id,
        }


def get(session: Session, survey_id: int, *, lock: bool = False) -> Survey | None:
    return session.get(Survey, survey_id, with_for_update=lock or None, populate_existing=lock)


def of_interaction(session: Session, interaction_id: int) -> Survey | None:
    return session.scalar(select(Survey).where(Survey.interaction_id == interaction_id))


def of_ticket(session: Session, ticket_id: int) -> Sequence[Survey]:
    return session.scalars(select(Survey).where(Survey.ticket_id == ticket_id).order_by(Survey.id.desc())).all()


def claim(session: Session, survey_id: int, *, now: datetime) -> Survey | None:
    """The survey, locked, if due and unclaimed."""
    wanted = select(Survey).where(Survey.id == survey_id, Survey.state == SurveyState.PLANNED, Survey.due_at <= now)
    return session.scalar(wanted.with_for_update(skip_locked=True).execution_options(populate_existing=True))


def asked(session: Session, thread: Thread) -> Survey | None:
    """The thread's open question, locked."""
    wanted = (
        select(Survey)
        .where(*_in(thread), Survey.state == SurveyState.ASKED)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalar(wanted)


def _in(thread: Thread) -> tuple[ColumnElement[bool], ...]:
    return (
        Survey.channel == thread.channel,
        Survey.their_address == thread.theirs,
        Survey.our_address == thread.ours,
    )


def last_answered(session: Session, thread: Thread, *, since: datetime) -> Survey | None:
    """Answered since then without a comment, locked: the next message may be the comment."""
    wanted = (
        select(Survey)
        .where(*_in(thread), Survey.state == SurveyState.ANSWERED)
        .where(Survey.answered_at >= since, Survey.comment == "")
        .order_by(Survey.answered_at.desc())
        .limit(1)
    )
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def last_of_customer(session: Session, customer_id: int) -> Survey | None:
    rows = select(Survey).where(Survey.customer_id == customer_id, Survey.state == SurveyState.ANSWERED)
    return session.scalar(rows.order_by(Survey.id.desc()).limit(1))


def of_customer(session: Session, customer_id: int, *, limit: int = 20) -> Sequence[Survey]:
    """Answered, newest first."""
    rows = select(Survey).where(Survey.customer_id == customer_id, Survey.state == SurveyState.ANSWERED)
    return session.scalars(rows.order_by(Survey.id.desc()).limit(limit)).all()


def with_words(session: Session, *, since: datetime, limit: int = 8) -> Sequence[Survey]:
    """With a comment, newest first."""
    rows = select(Survey).where(Survey.state == SurveyState.ANSWERED, Survey.answered_at >= since, Survey.comment != "")
    return session.scalars(rows.order_by(Survey.answered_at.desc()).limit(limit)).all()


def last_asked(session: Session, customer_id: int) -> datetime | None:
    return session.scalar(select(func.max(Survey.asked_at)).where(Survey.customer_id == customer_id))


def is_any_asked(session: Session) -> bool:
    return session.scalar(select(Survey.id).where(Survey.asked_at.is_not(None)).limit(1)) is not None


def answered_by_agent(session: Session, agent_id: int, *, since: datetime, limit: int = 500) -> Sequence[Survey]:
    rows = select(Survey).where(Survey.agent_id == agent_id, Survey.answered_at >= since)
    return session.scalars(rows.order_by(Survey.answered_at.desc()).limit(limit)).all()


def page(
    session: Session,
    *,
    states: Sequence[str] = (),
    agent_id: int | None = None,
    customer_id: int | None = None,
    ticket_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[Survey]:
    """Newest first."""
    rows = select(Survey)
    if states:
        rows = rows.where(Survey.state.in_(states))
    wanted = {Survey.agent_id: agent_id, Survey.customer_id: customer_id, Survey.ticket_id: ticket_id}
    rows = rows.where(*(column == value for column, value in wanted.items() if value is not None))
    if before is not None:
        rows = rows.where(Survey.id < before)
    return session.scalars(rows.order_by(Survey.id.desc()).limit(limit)).all()


def overdue(session: Session, *, asked_before: datetime, limit: int = 100) -> Sequence[Survey]:
    """Asked before then and never answered, locked."""
    rows = select(Survey).where(Survey.state == SurveyState.ASKED, Survey.asked_at < asked_before).limit(limit)
    return session.scalars(rows.with_for_update(skip_locked=True)).all()

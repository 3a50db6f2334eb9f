"""The company, its telephone numbers and its queues."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, SmallInteger, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain import languages
from callcenter.domain.routing import CompanyPolicy, QueuePolicy
from callcenter.storage.database import Row


class Company(Row):
    """One row."""

    __tablename__ = "company"

    names: Mapped[dict[str, Any]]  # {language: name}
    zone: Mapped[str]
    currency: Mapped[str]
    region: Mapped[str]  # for numbers without a country code
    survey_delay_seconds: Mapped[int] = mapped_column(default=600)
    survey_cool_down_hours: Mapped[int] = mapped_column(default=24)
    survey_quiet_hours: Mapped[bool] = mapped_column(default=True)
    routing: Mapped[dict[str, Any]] = mapped_column(default=dict)  # `CompanyPolicy` as data
    minute_cost: Mapped[int] = mapped_column(default=75)  # of an agent's work, minor units of `currency`
    created_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    def name(self, language: str) -> str:
        return languages.of(self.names, language)

    @property
    def routing_policy(self) -> CompanyPolicy:
        return _company_policy(json.dumps(self.routing, sort_keys=True))


class Queue(Row):
    __tablename__ = "queues"

    key: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, Any]]  # {language: name}
    greetings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    routing: Mapped[dict[str, Any]] = mapped_column(default=dict)  # `QueuePolicy` as data
    priority: Mapped[int] = mapped_column(default=0)
    target_seconds: Mapped[int] = mapped_column(default=20)
    target_percent: Mapped[int] = mapped_column(SmallInteger, default=80)
    handling_seconds: Mapped[int] = mapped_column(default=240)
    wrap_up_seconds: Mapped[int] = mapped_column(default=90)
    wrap_up_limit_seconds: Mapped[int] = mapped_column(default=300)
    zone: Mapped[str]
    hours: Mapped[dict[str, Any]]  # `domain.opening_hours.Week`; empty: always open
    holidays: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    is_active: Mapped[bool] = mapped_column(default=True)

    def name(self, language: str) -> str:
        return languages.of(self.names, language)

    @property
    def closed_days(self) -> list[date]:
        return [date.fromisoformat(day) for day in self.holidays]

    @property
    def policy(self) -> QueuePolicy:
        return _queue_policy(json.dumps(self.routing, sort_keys=True))


@lru_cache(maxsize=1_000)
def _queue_policy(data: str) -> QueuePolicy:
    return QueuePolicy.model_validate_json(data)


@lru_cache(maxsize=100)
def _company_policy(data: str) -> CompanyPolicy:
    return CompanyPolicy.model_validate_json(data)


class Skill(Row):
    __tablename__ = "skills"

    key: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, Any]]


class BreakReason(Row):
    __tablename__ = "break_reasons"

    key: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, Any]]
    is_active: Mapped[bool] = mapped_column(default=True)


class Number(Row):
    __tablename__ = "numbers"

    e164: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str]
    menu: Mapped[dict[str, Any]]  # {"1": queue id, …}; empty: calls go to `queue_id`
    queue_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("queues.id"))
    sms_queue_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("queues.id"))


def get(session: Session) -> Company | None:
    return session.get(Company, 1)


def number(session: Session, e164: str) -> Number | None:
    return session.scalar(select(Number).where(Number.e164 == e164))


LINE = (
    select(Number, Queue)
    .join(Queue, Queue.id == Number.queue_id)
    .order_by(Number.e164 != bindparam("e164"), Number.id)
    .limit(1)
)


def line(session: Session, e164: str) -> tuple[Number, Queue] | None:
    """Our first number if this one is not ours."""
    found = session.execute(LINE, {"e164": e164}).first()
    return (found[0], found[1]) if found else None


def numbers(session: Session) -> Sequence[Number]:
    return session.scalars(select(Number).order_by(Number.id)).all()


def queue(session: Session, queue_id: int) -> Queue | None:
    return session.get(Queue, queue_id)


def queues(session: Session) -> Sequence[Queue]:
    return session.scalars(select(Queue).where(Queue.is_active).order_by(Queue.id)).all()


def every_queue(session: Session) -> Sequence[Queue]:
    """Queues in use first."""
    return session.scalars(select(Queue).order_by(Queue.is_active.desc(), Queue.id)).all()


def skills(session: Session) -> Sequence[Skill]:
    return session.scalars(select(Skill).order_by(Skill.key)).all()


def break_reasons(session: Session) -> Sequence[BreakReason]:
    """In use only."""
    return session.scalars(select(BreakReason).where(BreakReason.is_active).order_by(BreakReason.id)).all()


def every_break_reason(session: Session) -> Sequence[BreakReason]:
    return session.scalars(select(BreakReason).order_by(BreakReason.is_active.desc(), BreakReason.id)).all()

"""Versions of the rule book, and the one in force."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Select, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.empowerment import RuleBook
from callcenter.domain.states import BookState
from callcenter.storage.administration import settings_cache
from callcenter.storage.database import Row


class RuleBookRow(Row):
    """A published version never changes."""

    __tablename__ = "rule_books"

    number: Mapped[int] = mapped_column(unique=True)
    state: Mapped[BookState]
    document: Mapped[dict[str, Any]]
    based_on: Mapped[int | None]
    author_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    note: Mapped[str] = mapped_column(default="")
    reviewer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    review_note: Mapped[str] = mapped_column(default="")
    reviewed_at: Mapped[datetime | None]
    effective_from: Mapped[datetime | None]  # in force until the next one's
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)  # counts every change
    # The last editor at the end; none of them may review it.
    editor_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list, server_default="{}")

    __table_args__ = (
        CheckConstraint("state IN ('draft','in_review','reviewed','published','dropped')", name="state"),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published"),
        CheckConstraint("state <> 'published' OR effective_from IS NOT NULL", name="effective"),
        CheckConstraint("reviewer_id <> author_id", name="second_person"),
        CheckConstraint("reviewer_id <> ALL (editor_ids)", name="nobody_reviews_their_own"),
        Index("ix_rule_books_published", "effective_from", postgresql_where=text("state = 'published'")),
    )

    @property
    def book(self) -> RuleBook:
        """Cached: read-only."""
        return book_of(self.document)


def book_of(document: dict[str, Any]) -> RuleBook:
    return _parsed(json.dumps(document, sort_keys=True))


@lru_cache(maxsize=64)
def _parsed(data: str) -> RuleBook:
    return RuleBook.model_validate_json(data)


@dataclass(frozen=True, slots=True)
class InForce:
    number: int
    since: datetime
    book: RuleBook


def get(session: Session, number: int, *, lock: bool = False) -> RuleBookRow | None:
    wanted = select(RuleBookRow).where(RuleBookRow.number == number)
    if lock:
        wanted = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalar(wanted)


def by_numbers(session: Session, numbers: Collection[int]) -> dict[int, RuleBookRow]:
    rows = select(RuleBookRow).where(RuleBookRow.number.in_(numbers))
    return {row.number: row for row in session.scalars(rows)} if numbers else {}


def in_force(session: Session, now: datetime) -> InForce | None:
    # Coming versions are cached too, so that each begins to the second.
    published = settings_cache.figure(session, "rule_books", lambda: _published(session))
    return next((one for one in published if one.since <= now), None)


def latest(session: Session) -> RuleBookRow | None:
    """The version with the last `effective_from`; drafts are compared to it."""
    return session.scalar(_by_time().limit(1))


def to_come(session: Session, now: datetime) -> Sequence[RuleBookRow]:
    """Earliest first."""
    rows = select(RuleBookRow).where(RuleBookRow.state == BookState.PUBLISHED, RuleBookRow.effective_from > now)
    return session.scalars(rows.order_by(RuleBookRow.effective_from, RuleBookRow.number)).all()


def _by_time() -> Select[RuleBookRow]:
    published = select(RuleBookRow).where(RuleBookRow.state == BookState.PUBLISHED)
    return published.order_by(RuleBookRow.effective_from.desc(), RuleBookRow.number.desc())


def _published(session: Session) -> list[InForce]:
    """Newest first, including those to come."""
    rows = session.scalars(_by_time())
    return [InForce(row.number, row.effective_from, row.book) for row in rows if row.effective_from]


def versions(session: Session) -> Sequence[RuleBookRow]:
    """Newest first."""
    return session.scalars(select(RuleBookRow).order_by(RuleBookRow.number.desc())).all()


def next_number(session: Session) -> int:
    """The caller holds `lock_numbers`."""
    return (session.scalar(select(func.max(RuleBookRow.number))) or 0) + 1


NUMBERS_LOCK = 7_000_040


def lock_numbers(session: Session) -> None:
    session.execute(select(func.pg_advisory_xact_lock(NUMBERS_LOCK)))

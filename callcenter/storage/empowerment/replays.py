"""Replays of a rule book over recorded cases, and the cases that change."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, delete, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.empowerment.replaying import Again
from callcenter.domain.states import LongJobState
from callcenter.storage.database import NO_KEY, Row
from callcenter.storage.empowerment.grants import Grant


class ReplayRow(Row):
    __tablename__ = "replays"

    number: Mapped[int]
    document: Mapped[dict[str, Any]]  # the rule book at the request
    since: Mapped[datetime]
    until: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    state: Mapped[LongJobState] = mapped_column(default=LongJobState.QUEUED)
    due_at: Mapped[datetime | None]  # when to start; once started, the lease's end
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)  # starts
    done: Mapped[int] = mapped_column(default=0)  # of `to_do` cases
    to_do: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(default="")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('queued','running','done','failed')", name="state"),
        CheckConstraint("(state IN ('queued','running')) = (due_at IS NOT NULL)", name="due"),
        CheckConstraint("(state = 'done') = (result IS NOT NULL)", name="result"),
        CheckConstraint("since < until", name="period"),
        Index("ix_replays_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_replays_number", "number", "id"),
    )

    @property
    def is_open(self) -> bool:
        return self.due_at is not None


class ReplayCase(Row):
    """A request with another result by the draft."""

    __tablename__ = "replay_cases"

    replay_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("replays.id", ondelete="CASCADE"))
    grant_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]  # ask-may, never-may, …
    before: Mapped[str]
    after: Mapped[str]
    units_before: Mapped[int] = mapped_column(BigInteger)
    units_after: Mapped[int] = mapped_column(BigInteger)
    remedy_after: Mapped[str]
    rule_id: Mapped[int | None]

    __table_args__ = (Index("ix_replay_cases_replay", "replay_id", "kind", "id"),)


def get(session: Session, replay_id: int, *, lock: bool = False) -> ReplayRow | None:
    return session.get(ReplayRow, replay_id, with_for_update=NO_KEY if lock else None, populate_existing=lock)


def claim(session: Session, replay_id: int, *, now: datetime) -> ReplayRow | None:
    """The replay, locked, if due and unclaimed."""
    wanted = select(ReplayRow).where(ReplayRow.id == replay_id, ReplayRow.due_at <= now)
    return session.scalar(
        wanted.with_for_update(key_share=True, skip_locked=True).execution_options(populate_existing=True)
    )


def newest(session: Session, number: int) -> ReplayRow | None:
    return session.scalar(select(ReplayRow).where(ReplayRow.number == number).order_by(ReplayRow.id.desc()).limit(1))


def open_ones(session: Session) -> Sequence[ReplayRow]:
    return session.scalars(select(ReplayRow).where(ReplayRow.due_at.is_not(None)).order_by(ReplayRow.id)).all()


COLUMNS = "replay_id, grant_id, kind, before, after, units_before, units_after, remedy_after, rule_id"


def copy_cases(session: Session, replay_id: int, cases: Iterable[Again]) -> None:
    connection = session.connection().connection.driver_connection
    assert connection is not None
    with connection.cursor() as cursor, cursor.copy(f"COPY replay_cases ({COLUMNS}) FROM STDIN") as copy:
        for one in cases:
            past = one.past
            granted = (past.granted, one.units, one.remedy, one.rule_id)
            copy.write_row((replay_id, past.id, one.kind, past.was.value, one.then.value, *granted))


def forget_cases(session: Session, replay_id: int) -> None:
    session.execute(delete(ReplayCase).where(ReplayCase.replay_id == replay_id))


def forget_older(session: Session, number: int, *, keep: int) -> None:
    """Deletes cases of older replays; figures stay."""
    kept = select(ReplayRow.id).where(ReplayRow.number == number).order_by(ReplayRow.id.desc()).limit(keep)
    older = select(ReplayRow.id).where(ReplayRow.number == number, ReplayRow.id.not_in(kept))
    session.execute(delete(ReplayCase).where(ReplayCase.replay_id.in_(older)))


def cases(
    session: Session,
    replay_id: int,
    *,
    kind: str | None = None,
    rule_id: int | None = None,
    after: int = 0,
    limit: int = 50,
) -> Sequence[tuple[ReplayCase, Grant]]:
    """In time order."""
    rows = select(ReplayCase, Grant).join(Grant, Grant.id == ReplayCase.grant_id)
    rows = rows.where(ReplayCase.replay_id == replay_id, ReplayCase.id > after)
    if kind is not None:
        rows = rows.where(ReplayCase.kind == kind)
    if rule_id is not None:
        rows = rows.where(ReplayCase.rule_id == rule_id)
    return [(row[0], row[1]) for row in session.execute(rows.order_by(ReplayCase.id).limit(limit))]


def count_cases(session: Session, replay_id: int, *, kind: str | None = None, rule_id: int | None = None) -> int:
    rows = select(func.count()).select_from(ReplayCase).where(ReplayCase.replay_id == replay_id)
    if kind is not None:
        rows = rows.where(ReplayCase.kind == kind)
    if rule_id is not None:
        rows = rows.where(ReplayCase.rule_id == rule_id)
    return session.scalar(rows) or 0

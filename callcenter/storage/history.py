"""Every event, append-only, written in its transaction: timeline, audit and outbox."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, Index, Select, SmallInteger, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.events import SUBJECTS, Event, Subjects
from callcenter.storage.database import Row

NUMBERING_LOCK = 7_000_001


class History(Row):
    __tablename__ = "history"

    # Set after the commit under a lock: a reader at one has missed no earlier event.
    sequence: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    version: Mapped[int] = mapped_column(SmallInteger, default=1)
    actor: Mapped[str]
    interaction_id: Mapped[int | None] = mapped_column(BigInteger)
    ticket_id: Mapped[int | None] = mapped_column(BigInteger)
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    agent_id: Mapped[int | None] = mapped_column(BigInteger)
    data: Mapped[dict[str, Any]]

    __table_args__ = (
        Index(
            "ix_history_interaction_id",
            "interaction_id",
            "id",
            postgresql_where=text("interaction_id IS NOT NULL"),
        ),
        Index("ix_history_ticket_id", "ticket_id", "id", postgresql_where=text("ticket_id IS NOT NULL")),
        Index("ix_history_customer_id", "customer_id", "id", postgresql_where=text("customer_id IS NOT NULL")),
        Index("ix_history_unpublished", "id", postgresql_where=text("sequence IS NULL")),
    )

    def event(self) -> Event:
        subjects: Subjects = {name: getattr(self, name) for name in SUBJECTS}  # type: ignore[assignment]
        return Event.read(self.kind, self.version, subjects, self.data)


ADD = text(
    "INSERT INTO history (at, kind, version, actor, interaction_id, ticket_id, customer_id, agent_id, data)"
    " SELECT :at, kind, version, actor, interaction_id, ticket_id, customer_id, agent_id, data"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS row (kind text, version smallint, actor text, interaction_id bigint,"
    "  ticket_id bigint, customer_id bigint, agent_id bigint, data jsonb) RETURNING id"
)


def add(session: Session, events: Sequence[Event], *, at: datetime) -> list[int]:
    """Returns the ids."""
    if not events:
        return []
    return list(session.scalars(ADD, {"at": at, "rows": json.dumps([_row_of(event) for event in events])}))


def _row_of(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in SUBJECTS} | {
        "kind": event.kind,
        "version": event.version,
        "data": event.data(),
    }


# One statement, as it follows every work: takes the lock, then numbers rows without a number (FOR UPDATE reads each
# row again). `unpublished` repeats a number that a crash of PostgreSQL undoes, so there is no wait for the disk.
NUMBER = text(
    "WITH locked AS MATERIALIZED ("
    f"  SELECT pg_advisory_xact_lock({NUMBERING_LOCK}), set_config('synchronous_commit', 'off', true)),"
    " unpublished AS MATERIALIZED ("
    "  SELECT id FROM locked, history WHERE id = ANY(:ids) AND sequence IS NULL ORDER BY id FOR UPDATE OF history),"
    " numbered AS MATERIALIZED (SELECT id, nextval('history_sequence') AS sequence FROM unpublished)"
    "UPDATE history SET sequence = numbered.sequence FROM numbered WHERE history.id = numbered.id RETURNING history.id, history.sequence"
)


def number(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """{id: sequence}, without numbered rows. The transaction must hold nothing else."""
    # The lock makes sequences ascend in the order of commits.
    return {row.id: row.sequence for row in connection.execute(NUMBER, {"ids": list(ids)})}


def unpublished(session: Session, *, before: datetime, limit: int = 500) -> Sequence[History]:
    """Never published, because of a crash."""
    rows = select(History).where(History.sequence.is_(None), History.at < before).order_by(History.id).limit(limit)
    return session.scalars(rows).all()


def latest(session: Session) -> int:
    return session.scalar(select(func.max(History.sequence))) or 0


def published_since(session: Session, sequence: int, *, agent_id: int | None, limit: int) -> Sequence[History]:
    """Published after this one; with an agent, only events about or by that agent."""
    rows = select(History).where(History.sequence > sequence).order_by(History.sequence).limit(limit)
    if agent_id is not None:
        rows = rows.where(or_(History.agent_id == agent_id, History.actor == f"agent:{agent_id}"))
    return session.scalars(rows).all()


def of_interaction(session: Session, interaction_id: int, *, limit: int = 200) -> Sequence[History]:
    return _newest(session, select(History).where(History.interaction_id == interaction_id), limit)


def of_ticket(session: Session, ticket_id: int, *, limit: int = 200) -> Sequence[History]:
    return _newest(session, select(History).where(History.ticket_id == ticket_id), limit)


def of_ticket_and_contacts(session: Session, ticket_id: int, *, limit: int = 200) -> Sequence[History]:
    """Events of a ticket and its contacts, also from before it was opened."""
    own = of_ticket(session, ticket_id, limit=limit)
    contacts = {row.interaction_id for row in own if row.interaction_id is not None}
    theirs = _newest(session, select(History).where(History.interaction_id.in_(contacts)), limit) if contacts else ()
    rows = {row.id: row for row in (*own, *theirs)}
    return [rows[id_] for id_ in sorted(rows, reverse=True)[:limit]]


def of_customer(session: Session, customer_id: int, *, limit: int = 100) -> Sequence[History]:
    return _newest(session, select(History).where(History.customer_id == customer_id), limit)


def _newest(session: Session, rows: Select[History], limit: int) -> Sequence[History]:
    return session.scalars(rows.order_by(History.id.desc()).limit(limit)).all()


def is_behind(session: Session, *, now: datetime, by: timedelta) -> int:
    """Events unpublished for longer than `by`."""
    waiting = select(func.count()).select_from(History).where(History.sequence.is_(None), History.at < now - by)
    return session.scalar(waiting) or 0

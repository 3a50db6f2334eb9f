"""The company's set-up, cached for a second per process. Read-only."""

import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session

from callcenter.storage.administration import company
from callcenter.storage.administration.company import Company, Number, Queue
from callcenter.storage.callbacks.callbacks import Callback
from callcenter.storage.database import KEPT, Kept

SECONDS = 1.0
T = TypeVar("T")


def ours(session: Session) -> Company | None:
    return _kept(session, "company", lambda: company.get(session))


def queue(session: Session, queue_id: int) -> Queue | None:
    return _kept(session, ("queue", queue_id), lambda: company.queue(session, queue_id))


def line(session: Session, e164: str) -> tuple[Number, Queue] | None:
    """Our first number if this one is not ours."""
    return _kept(session, ("line", e164), lambda: company.line(session, e164))


def figure(session: Session, key: Hashable, read: Callable[[], T]) -> T:
    values = _values(session)
    if key not in values:
        values[key] = read()
    value: T = values[key]
    return value


def _values(session: Session) -> dict[Hashable, Any]:
    kept: Kept = session.info[KEPT]
    now = time.monotonic()
    if now > kept.until:
        kept.forget()
        kept.until = now + SECONDS
    return kept.values


def _kept(session: Session, key: Hashable, read: Callable[[], T]) -> T:
    values = _values(session)
    if key not in values:
        found = read()
        rows = [row for row in (found if isinstance(found, tuple) else (found,)) if row is not None]
        # Rows that this session is changing are not cached.
        if any(row in session.dirty for row in rows):
            return found
        for row in rows:
            # Cached rows outlive this session.
            session.expunge(row)
        values[key] = found
    value: T = values[key]
    return value


def forget_after(session: Session) -> None:
    """At commit, so that the change counts at once."""
    session.info["forget_kept"] = True


@event.listens_for(Session, "after_flush")
def _forget(session: Session, _: object) -> None:
    changed = (*session.new, *session.dirty, *session.deleted)
    if KEPT in session.info and any(isinstance(row, Callback | Company | Queue | Number) for row in changed):
        forget_after(session)


@event.listens_for(Session, "after_commit")
def _forget_after(session: Session) -> None:
    if session.info.pop("forget_kept", False):
        session.info[KEPT].forget()

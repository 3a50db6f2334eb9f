"""Processes due work, each row in its own transaction.

A failing row is recorded (`storage.failures`) and retried later; others do not wait for it.
"""

import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from callcenter.domain.errors import DomainError
from callcenter.due import register
from callcenter.due.register import Due
from callcenter.storage import due as due_rows
from callcenter.storage import failures
from callcenter.storage.database import is_away
from callcenter.storage.due import Late, earliest
from callcenter.storage.failures import Failure
from callcenter.wiring import Wiring

log = structlog.get_logger()


def next_moment(session: Session, now: datetime) -> datetime | None:
    put_off = _put_off(failures.all_of_them(session), now)
    moments = [
        # Job rows before now do not count: workers have them.
        one.rows.first(after=now if one.kind in register.JOBS else None, but=put_off.get(one.kind, ()))
        for one in register.DUE
        if one.rows is not None
    ]
    return earliest(session, moments)


class Round:
    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        with wiring.reading() as session:
            self._failed = failures.all_of_them(session)
        self._put_off = _put_off(self._failed, wiring.clock())

    def do(self, one: Due) -> None:
        """Raises DBAPIError if the database is away."""
        with isolated(self._wiring, one.kind):
            for id_ in one.ids(self._wiring, but=self._put_off.get(one.kind, ())):
                with isolated(self._wiring, one.kind, id_):
                    one.do(self._wiring, id_)

    def forget_solved(self) -> None:
        """Deletes failures whose rows are no longer due."""
        kinds = {one.kind for one in register.DUE}
        over = [row.id for row in self._failed if row.kind not in kinds]  # of an older version of this program
        for one in register.DUE:
            mine = {row.row_id: row.id for row in self._failed if row.kind == one.kind}
            if mine:
                with isolated(self._wiring, one.kind):
                    still = one.still(self._wiring, mine)
                    over += [id_ for row_id, id_ in mine.items() if row_id not in still]
        if over:
            with self._wiring.work() as work:
                failures.forget(work.session, over)


def lateness(session: Session, now: datetime) -> list[Late]:
    """Also holds when no clock runs."""
    failed = failures.counts(session)
    late = due_rows.late(session, now, {one.kind: one.rows for one in register.DUE if one.rows})
    return [
        Late(one.kind, *late.get(one.kind, (0, 0.0)), *failed.get(one.kind, (0, 0)), is_job=one.kind in register.JOBS)
        for one in register.DUE
    ]


def _put_off(failed: Iterable[Failure], now: datetime) -> dict[str, set[int]]:
    """{kind: rows to skip now}."""
    put_off: dict[str, set[int]] = {}
    for row in failed:
        if row.next_try_at is None or row.next_try_at > now:
            put_off.setdefault(row.kind, set()).add(row.row_id)
    return put_off


@contextmanager
def isolated(wiring: Wiring, kind: str, row_id: int | None = None) -> Iterator[None]:
    """Records an error for this row (without a row: logs it) and suppresses it."""
    try:
        yield
    except Exception as error:
        # Without the database nothing can be recorded.
        if isinstance(error, DBAPIError) and is_away(error):
            raise
        if row_id is None:
            log.error("due_step_failed", kind=kind, error=said(error))
        else:
            note(wiring, kind, row_id, error)


def note(wiring: Wiring, kind: str, row_id: int, error: Exception) -> None:
    with wiring.work() as work:
        row = failures.note(work.session, kind, row_id, error=said(error), now=work.now)
    log.error("due_failed", kind=kind, row=row_id, error=row.error, tries=row.tries, given_up=row.is_given_up)


def said(error: Exception) -> str:
    # Type and place only: values may be customers' data, which does not belong in logs.
    code = error.code if isinstance(error, DomainError) else getattr(getattr(error, "orig", None), "sqlstate", None)
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return " ".join(part for part in (type(error).__name__, code, place) if part)

"""Shared by all jobs: one wiring per process, one log line per job."""

from collections.abc import Callable
from functools import cache, wraps
from time import monotonic

import structlog
from sqlalchemy.exc import DBAPIError

from callcenter import due, settings
from callcenter.background import Job
from callcenter.storage.database import is_away
from callcenter.wiring import Process, Wiring

log = structlog.get_logger()


@cache
def process_wiring() -> Wiring:
    return Wiring(settings.load(), process=Process.WORKER)


def job(task: Callable[..., None]) -> Callable[..., None]:
    """Makes a job of (ids…) from a function of (wiring, ids…)."""

    @wraps(task)
    def inner(**ids: int) -> None:
        began = monotonic()
        line = log.bind(job=f"{task.__module__}.{task.__name__}", **ids)
        try:
            task(process_wiring(), **ids)
        except Exception as error:
            line.error("job_failed", error=due.said(error), ms=round(1000 * (monotonic() - began)))
            # Logged and raised again, for RQ.
            _put_off(task, ids, error)
            raise
        line.info("job_done", ms=round(1000 * (monotonic() - began)))

    return inner


def _put_off(task: Callable[..., None], ids: dict[str, int], error: Exception) -> None:
    kind = due.kind_of(Job(f"{task.__module__}.{task.__name__}"))
    if kind in due.JOBS and not (isinstance(error, DBAPIError) and is_away(error)):
        [row_id] = ids.values()
        # The clock enqueues it again, a little later each time.
        due.note(process_wiring(), kind, row_id, error)

"""What every job shares: one wiring a process, one log line a job. Errors are logged and raised again, for RQ to keep."""

from collections.abc import Callable
from functools import cache, wraps
from time import monotonic

import structlog

from callcenter import settings
from callcenter.wiring import Process, Wiring

log = structlog.get_logger()


@cache
def process_wiring() -> Wiring:
    return Wiring(settings.load(), process=Process.WORKER)


def job(task: Callable[..., None]) -> Callable[..., None]:
    """A function of (wiring, ids…) as a job of (ids…). What is due stands in PostgreSQL, so a lost job is only late."""

    @wraps(task)
    def inner(**ids: int) -> None:
        began = monotonic()
        line = log.bind(job=f"{task.__module__}.{task.__name__}", **ids)
        try:
            task(process_wiring(), **ids)
        except Exception as error:
            line.error("job_failed", error=type(error).__name__, ms=round(1000 * (monotonic() - began)))
            raise
        line.info("job_done", ms=round(1000 * (monotonic() - began)))

    return inner

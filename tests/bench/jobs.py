"""python -m tests.bench.jobs KIND: one RQ worker of that kind; its job only records when it began."""

import logging
import sys
import time

import rq
from redis import Redis

from callcenter import settings

QUEUE, DONE = "measures", "measures:done"


def note(enqueued: float) -> None:
    """The seconds it waited, by the clock that all processes of this machine share."""
    waited = time.monotonic() - enqueued
    job = rq.get_current_job()
    assert job is not None
    job.connection.rpush(DONE, waited)


def main() -> None:
    kind: type[rq.Worker] = getattr(rq, sys.argv[1])
    worker = kind([QUEUE], connection=Redis.from_url(settings.load().redis_url))
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    worker.work(logging_level="WARNING")


if __name__ == "__main__":
    main()

"""`python -m workers.long`: one RQ worker for long computations. Forks per job, at low priority."""

import logging
import os

from redis import Redis
from rq import Worker

from callcenter import observe, settings
from callcenter.background import LONG
from workers.__main__ import wait_for

NICENESS = 10


def main() -> None:
    ours = settings.load()
    observe.configure(ours.log_format)
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    os.nice(NICENESS)
    redis = Redis.from_url(ours.redis_url)
    wait_for(redis)
    Worker([LONG], connection=redis).work(with_scheduler=False, logging_level="WARNING")


if __name__ == "__main__":
    main()

"""`python -m workers`: one RQ worker on our queues, most urgent first."""

import logging
from time import sleep

import structlog
from redis import Redis, RedisError
from rq import SimpleWorker

from callcenter import observe, settings
from callcenter.background import QUEUES

log = structlog.get_logger()
RETRY_SECONDS = 2.0


def main() -> None:
    ours = settings.load()
    observe.configure(ours.log_format)
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    redis = Redis.from_url(ours.redis_url)
    wait_for(redis)
    SimpleWorker(list(QUEUES), connection=redis).work(with_scheduler=False, logging_level="WARNING")


def wait_for(redis: Redis) -> None:
    # RQ waits for Redis once it runs, not at its start.
    while True:
        try:
            redis.ping()
        except RedisError as error:
            log.warning("redis_away", error=type(error).__name__)
            sleep(RETRY_SECONDS)
        else:
            return


if __name__ == "__main__":
    main()

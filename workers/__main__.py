"""python -m workers: one RQ worker on our queues, most urgent first. Where Redis is away it waits, and goes on."""

import logging

from redis import Redis
from rq import SimpleWorker

from callcenter import observe, settings
from callcenter.background import QUEUES


def main() -> None:
    ours = settings.load()
    observe.configure(ours.log_format)
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    worker = SimpleWorker(list(QUEUES), connection=Redis.from_url(ours.redis_url))
    worker.work(with_scheduler=False, logging_level="WARNING")


if __name__ == "__main__":
    main()

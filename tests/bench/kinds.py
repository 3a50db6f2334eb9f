"""Worker kind and web server kind: the chosen ones compared with the alternatives."""

import time
from collections.abc import Iterator
from statistics import median

from redis import Redis
from rq import Queue

from tests.bench import audience, calls, fill, floor
from tests.bench.fill import DIRECT
from tests.bench.ground import Ground, Web
from tests.bench.jobs import DONE, QUEUE
from tests.bench.sizes import Sizes
from tests.bench.table import Row

THREADS = ("--worker-class", "gthread", "--threads", "400")


def measure(ground: Ground, sizes: Sizes) -> Iterator[Row]:
    yield from _workers(ground, sizes)
    yield from _web(ground, sizes)


def _workers(ground: Ground, sizes: Sizes) -> Iterator[Row]:
    url = ground.urls.database_url
    figures = {}
    for kind in ("SimpleWorker", "Worker"):
        with ground.program("tests.bench.jobs", kind, environ=ground.environ(ground.settings(url))):
            figures[kind] = _jobs(ground.urls.redis_url, sizes)
    (rate, pick_up), (forking, forking_pick_up) = figures["SimpleWorker"], figures["Worker"]
    yield Row(
        name="no-op jobs, SimpleWorker beside forking Worker", ours=rate, floor=forking, unit="/s", more_is_better=True
    )
    yield Row(
        name="a job picked up, SimpleWorker beside forking Worker", ours=pick_up, floor=forking_pick_up, unit="ms"
    )


def _jobs(redis_url: str, sizes: Sizes) -> tuple[float, float]:
    """(jobs a second, milliseconds until one is picked up)."""
    with Redis.from_url(redis_url) as redis:
        queue = Queue(QUEUE, connection=redis)
        _done(redis, queue, 3)
        pick_ups = [_done(redis, queue, 1)[0] for _ in range(sizes.pick_ups)]
        began = time.monotonic()
        _done(redis, queue, sizes.jobs)
        return sizes.jobs / (time.monotonic() - began), 1000 * median(pick_ups)


def _done(redis: "Redis", queue: Queue, number: int) -> list[float]:
    """Enqueue so many at once and wait for them; each one's seconds from enqueued to begun."""
    redis.delete(DONE)
    pipeline = redis.pipeline()
    for _ in range(number):
        queue.enqueue_call("tests.bench.jobs.note", args=(time.monotonic(),), result_ttl=0, pipeline=pipeline)
    pipeline.execute()
    while redis.llen(DONE) < number:
        time.sleep(0.002)
    return [float(seconds) for seconds in redis.lrange(DONE, 0, -1)]


def _web(ground: Ground, sizes: Sizes) -> Iterator[Row]:
    url = ground.database("kinds")
    fill.floor_callers(url, floor.TABLES, customers=sizes.customers)
    application = "tests.bench.floor:application()"
    requests: dict[str, list[float]] = {"gevent": [], "gthread": []}
    connects: dict[str, list[float]] = {"gevent": [], "gthread": []}
    with (
        ground.web(url, application=application) as green,
        ground.web(url, application=application, arguments=THREADS) as threads,
    ):
        for _ in range(max(2, sizes.rounds // 2)):
            for name, web in (("gevent", green), ("gthread", threads)):
                requests[name].append(_requests(web, sizes))
                connects[name].append(_connects(web, sizes))
    for what, kept in (("requests", requests), ("socket connects", connects)):
        ours, other = kept["gevent"][1:], kept["gthread"][1:]
        ratios = tuple(b / a for a, b in zip(ours, other, strict=True))
        yield Row(
            name=f"{what}, gevent beside gthread",
            ours=median(ours),
            floor=median(other),
            unit="/s",
            more_is_better=True,
            ratios=ratios,
        )


def _requests(web: Web, sizes: Sizes) -> float:
    some = calls.some(sizes.calls_a_round * 4, customers=sizes.customers, to=DIRECT)
    with calls.company() as company:
        return company.send(web, [calls.request(web, "/floor", call.form()) for call in some], callers=16).a_second


def _connects(web: Web, sizes: Sizes) -> float:
    with audience.audience() as crowd:
        seconds = crowd.connect(web, audience.nobody(sizes.connects))
        crowd.leave()
    return sizes.connects / seconds

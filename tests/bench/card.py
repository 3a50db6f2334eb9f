"""The customer card with a short history and a long one: it must cost the same."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

from sqlalchemy import text

from callcenter.reports import card
from callcenter.storage.database import Database
from tests.bench import calls, fill
from tests.bench.calls import Company
from tests.bench.ground import Ground, Web
from tests.bench.sizes import SEED, Sizes
from tests.bench.table import Row, percentile

AGENTS = 60
MOST = 1.5
WARM_UP = 20


def measure(ground: Ground, sizes: Sizes) -> Iterator[Row]:
    """Contacts drawn at random from each history, so that whoever calls often is looked at often."""
    urls = [_filled(ground, n) for n in (sizes.card_small, sizes.card_large)]
    title = f"with {sizes.card_large:,} interactions and with {sizes.card_small:,}: p95"
    small, large = [Database(url, pool=1) for url in urls]
    ids = [_ids(database, sizes) for database in (small, large)]
    took = [
        [_look(database, id_) for database, id_ in zip((small, large), pair, strict=True)]
        for pair in zip(*ids, strict=True)
    ]
    small.close()
    large.close()
    yield _row(f"customer card, {title}", took)
    yield _row(f"customer card by the API, {title}", _by_the_api(ground, urls, ids))


def _filled(ground: Ground, interactions: int) -> str:
    url = ground.database(f"card_{interactions}")
    fill.staff(url, agents=AGENTS)
    fill.past(url, interactions=interactions, agents=AGENTS)
    return url


def _ids(database: Database, sizes: Sizes) -> list[int]:
    draw = random.Random(SEED)
    with database.reading() as session:
        highest = session.scalar(text("SELECT max(id) FROM interactions")) or 1
    return [draw.randint(1, highest) for _ in range(sizes.card_looks + WARM_UP)]


def _look(database: Database, interaction_id: int) -> float:
    began = time.perf_counter()
    with database.reading() as session:
        shown = card.of_interaction(session, interaction_id, datetime.now(UTC))
    assert shown is not None
    return 1000 * (time.perf_counter() - began)


def _by_the_api(ground: Ground, urls: Sequence[str], ids: Sequence[Sequence[int]]) -> list[list[float]]:
    """The two houses asked in turns, one request at a time."""
    with ExitStack() as stack:
        company = stack.enter_context(calls.company())
        houses = [stack.enter_context(ground.web(url)) for url in urls]
        leader = fill.token_of(AGENTS + 1)
        turns = [zip(*(_asked(company, web, some, leader) for web, some in zip(houses, part, strict=True)), strict=True)
                 for part in zip(*(_in_parts(one) for one in ids), strict=True)]  # fmt: skip
        return [list(pair) for turn in turns for pair in turn]


def _in_parts(ids: Sequence[int], size: int = 20) -> list[Sequence[int]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def _asked(company: Company, web: Web, ids: Sequence[int], token: str) -> list[float]:
    requests = [calls.get(web, f"/api/v1/interactions/{id_}/card", token=token) for id_ in ids]
    return company.send(web, requests, callers=1).milliseconds


def _row(name: str, took: Sequence[Sequence[float]]) -> Row:
    small, large = [percentile([pair[which] for pair in took[WARM_UP:]], 95) for which in (0, 1)]
    return Row(name=name, ours=large, floor=small, unit="ms", most=MOST)

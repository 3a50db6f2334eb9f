"""The customer card with short and long history: the cost must not differ; and the added cost of "you may give"."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from statistics import median

from sqlalchemy import text

from callcenter.reports.customers import card
from callcenter.storage.agents import agents
from callcenter.storage.database import Database
from callcenter.storage.empowerment.budgets import Budget
from callcenter.storage.empowerment.rule_books import RuleBookRow
from tests.bench import calls, fill
from tests.bench.calls import Company
from tests.bench.ground import Ground, Web
from tests.bench.sizes import SEED, Sizes
from tests.bench.table import Row, percentile
from tests.empowered import BOOK

AGENTS = 60
MOST = 1.5
GIVING_ADDS = 1.2
WARM_UP = 20


def measure(ground: Ground, sizes: Sizes) -> Iterator[Row]:
    """Contacts drawn at random from each history, so that frequent callers come up often."""
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
    yield _giving(ground, sizes)


def _filled(ground: Ground, interactions: int, name: str | None = None) -> str:
    url = ground.database(name or f"card_{interactions}")
    fill.staff(url, agents=AGENTS)
    fill.past(url, interactions=interactions, agents=AGENTS)
    return url


def _ids(database: Database, sizes: Sizes) -> list[int]:
    draw = random.Random(SEED)
    with database.reading() as session:
        highest = session.scalar(text("SELECT max(id) FROM interactions")) or 1
    return [draw.randint(1, highest) for _ in range(sizes.card_looks + WARM_UP)]


def _look(database: Database, interaction_id: int, *, by: int | None = None) -> float:
    """`by`: the agent who reads it, for what they may give."""
    began = time.perf_counter()
    with database.reading() as session:
        agent = agents.get(session, by) if by else None
        shown = card.of_interaction(session, interaction_id, datetime.now(UTC), agent=agent)
    assert shown is not None
    return 1000 * (time.perf_counter() - began)


def _by_the_api(ground: Ground, urls: Sequence[str], ids: Sequence[Sequence[int]]) -> list[list[float]]:
    """The two houses asked in turns, one request at a time."""
    with ExitStack() as stack:
        company = stack.enter_context(calls.company())
        sites = [stack.enter_context(ground.web(url)) for url in urls]
        leader = fill.token_of(AGENTS + 1)
        turns = [zip(*(_asked(company, web, some, leader) for web, some in zip(sites, part, strict=True)), strict=True)
                 for part in zip(*(_in_parts(one) for one in ids), strict=True)]  # fmt: skip
        return [list(pair) for turn in turns for pair in turn]


def _giving(ground: Ground, sizes: Sizes) -> Row:
    """The same cards before the agent accepts: without rules, and with a hundred rules, two budgets, and a grant on
    every tenth ticket."""
    urls = [_filled(ground, sizes.card_small, name) for name in ("card_without", "card_with")]
    without, with_rules = [Database(url, pool=1) for url in urls]
    _put_in_force(with_rules)
    for database in (without, with_rules):
        with database.begin() as session:
            session.execute(text("UPDATE interactions SET accepted_at = NULL"))
        _tidy(database)
    ids = _ids(without, sizes)
    took = [[_look(database, id_, by=1) for database in (without, with_rules)] for id_ in ids][WARM_UP:]
    without.close()
    with_rules.close()
    return Row(
        name='customer card with "you may give" and without: median',
        ours=median(pair[1] for pair in took),
        floor=median(pair[0] for pair in took),
        unit="ms",
        most=GIVING_ADDS,
        ratios=tuple(pair[1] / pair[0] for pair in took),
    )


def _put_in_force(database: Database) -> None:
    """Written as they stand; a hundred rules of which the last few fit."""
    first = BOOK["rules"]
    others = [{**rule, "id": 1000 + n, "what": {"cause": f"cause {n}"}} for n in range(93) for rule in first[4:5]]
    now = datetime.now(UTC)
    with database.begin() as session:
        session.add(
            RuleBookRow(
                number=1,
                state="published",
                document={**BOOK, "rules": [*others, *first]},
                effective_from=now,
                published_at=now,
                created_at=now,
                changed_at=now,
            )
        )
        about = {"currency": "USD", "period": "month", "zone": "UTC", "created_at": now}
        session.add_all(
            [Budget(scope="company", amount=10**9, **about), Budget(scope="agent", agent_id=1, amount=10**8, **about)]
        )
        session.execute(text(GIVEN))


def _tidy(database: Database) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE interactions, grants"))


GIVEN = """
INSERT INTO grants (key, agent_id, state, remedy, currency, requested, units, worth, cost, customer_id, ticket_id, rule_book,
 answer, facts, usage, decision, reason, fields, language, sms, created_at, granted_at, fulfilled_at, fulfilment, tries, failure,
 reverse_reason)
SELECT 'k' || id, 1, 'fulfilled', 'credit', 'USD', 500, 500, 500, 500, customer_id, id, 1,
 'give', '{}', '{}', '{}', '', '{}', 'en', '', created_at, created_at, created_at, '{}', 0, '', ''
FROM tickets WHERE id % 10 = 0
"""


def _in_parts(ids: Sequence[int], size: int = 20) -> list[Sequence[int]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def _asked(company: Company, web: Web, ids: Sequence[int], token: str) -> list[float]:
    requests = [calls.get(web, f"/api/v1/interactions/{id_}/card", token=token) for id_ in ids]
    return company.send(web, requests, callers=1).milliseconds


def _row(name: str, took: Sequence[Sequence[float]]) -> Row:
    small, large = [percentile([pair[which] for pair in took[WARM_UP:]], 95) for which in (0, 1)]
    return Row(name=name, ours=large, floor=small, unit="ms", most=MOST)

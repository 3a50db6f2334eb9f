"""Grant decisions: many rules compared with few in one process; and a year of decisions replayed from the database."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg

from callcenter.actions.empowerment import replays
from callcenter.domain.agents import Role
from callcenter.domain.empowerment import Facts, RuleBook, Usage, decide, hold
from callcenter.domain.permissions import Actor
from callcenter.storage.empowerment.replays import ReplayRow
from callcenter.storage.empowerment.rule_books import RuleBookRow
from callcenter.wiring import Wiring
from tests.bench import fill, rule_cases
from tests.bench.ground import Ground
from tests.bench.sizes import Sizes
from tests.bench.table import Row
from workers import replays as job

WANTED_A_SECOND, LINEAR = 2000, 1.0
REPLAY_SECONDS = 60.0
KINDS = 500
SINCE = datetime(2025, 11, 1, tzinfo=UTC)
YEAR_SECONDS = 365 * 86_400


def measure(ground: Ground, sizes: Sizes) -> Iterator[Row]:
    yield from _decisions(sizes)
    yield _replayed(ground, sizes)


def _decisions(sizes: Sizes) -> Iterator[Row]:
    """Seconds of the process, as the machine's others take turns. Few and many in turns of one round."""
    cases = rule_cases.cases(sizes.rule_cases)
    few, *more = (rule_cases.book(rules) for rules in sizes.rule_counts)
    rounds = [[_each(book, cases) for book in (few, *more)] for _ in range(sizes.rounds)][1:]
    for place, rules in enumerate(sizes.rule_counts[1:], start=1):
        wanted = sizes.rule_counts[place] / sizes.rule_counts[0]
        best = min(one[place] for one in rounds)
        yield Row(
            name=f"a decision by {rules:,} rules of 20 conditions beside {sizes.rule_counts[0]}",
            ours=1e6 * best,
            floor=1e6 * min(one[0] for one in rounds),
            unit="µs",
            most=LINEAR * wanted,
            ratios=tuple(one[place] / one[0] for one in rounds),
        )
        if rules == sizes.rule_counts[-1]:
            yield Row(
                name=f"decisions by {rules:,} rules of 20 conditions, one process",
                ours=1 / best,
                unit="/s",
                limit=WANTED_A_SECOND,
                more_is_better=True,
            )


def _each(book: RuleBook, cases: list[tuple[Facts, Usage]]) -> float:
    decide(cases[0][0], book, cases[0][1], now=rule_cases.NOW)
    began = time.process_time()
    for facts, usage in cases:
        decide(facts, book, usage, now=rule_cases.NOW)
    return (time.process_time() - began) / len(cases)


def _replayed(ground: Ground, sizes: Sizes) -> Row:
    """From the request for a replay to its stored result, run by the job; the draft changes about half of the
    decisions."""
    url = ground.database("replay")
    agents = fill.staff(url, agents=sizes.agents).agents
    fill.past(url, interactions=max(1000, sizes.replay_cases // 10), agents=len(agents), customers=sizes.customers)
    _recorded(url, sizes.replay_cases)
    wiring = Wiring(ground.settings(url))
    draft = rule_cases.book(sizes.replay_rules, seed=7)
    with wiring.work() as work:
        row = RuleBookRow(number=1, state="draft", document=draft.to_data(), created_at=work.now, changed_at=work.now)
        work.session.add(row)
        leader = Actor(Role.ADMINISTRATOR, agents[0])
        until = SINCE + timedelta(days=366)
        work.session.flush()
        replay_id = replays.ask(work, 1, since=SINCE, until=until, actor=leader).id
    began = time.perf_counter()
    job.replay.__wrapped__(wiring, replay_id=replay_id)  # type: ignore[attr-defined]
    seconds = time.perf_counter() - began
    with wiring.reading() as session:
        done = session.get(ReplayRow, replay_id)
        assert done is not None
        assert done.result is not None
        assert done.result["cases"] == sizes.replay_cases
        changed = done.result["changed"]
    wiring.close()
    return Row(
        name=f"{sizes.replay_cases:,} decisions replayed by {sizes.replay_rules} rules, {changed:,} of them change",
        ours=seconds,
        unit="s",
        limit=REPLAY_SECONDS,
    )


COPIED = """
INSERT INTO grants (key, agent_id, state, remedy, currency, requested, units, worth, cost, customer_id, ticket_id, rule_book,
    rule_id, answer, facts, usage, decision, reason, fields, language, sms, created_at, granted_at, fulfilment, tries,
    failure, reverse_reason)
SELECT 'k' || n, a.ids[1 + mod(n, array_length(a.ids, 1))], kind.state, kind.remedy, 'USD', kind.units, kind.units,
    kind.units, kind.units, t.customer_id, t.id, 1, kind.rule_id, kind.answer, kind.facts, kind.usage, kind.decision, '',
    '{}', 'en', '', %(since)s + n * interval '1 second' * %(gap)s, CASE WHEN kind.state = 'granted' THEN %(since)s END,
    '{}', 0, '', ''
FROM generate_series(1, %(count)s) AS n
JOIN bench_kinds AS kind ON kind.id = mod(n, %(kinds)s)
JOIN (SELECT id, customer_id, row_number() OVER () - 1 AS place, count(*) OVER () AS many FROM tickets) AS t
    ON t.place = mod(n::bigint * 7919, t.many),
    (SELECT array_agg(id ORDER BY id) AS ids FROM agents) AS a;
INSERT INTO approvals (grant_id, state, rule_id, steps, step, otherwise, promise_minutes, own_limit, code, asked_by_sms, asked_at,
    claimed_at, answered_at, answer, word, held_before, held_seconds)
SELECT id, 'answered', rule_id, '[]', 0, 'nothing', 90, 0, 'c' || id, '[]', created_at, created_at + interval '40 s',
    created_at + interval '2 min', 'yes', '', 0, 180 FROM grants WHERE answer = 'ask';
ANALYZE grants; ANALYZE approvals;
"""


def _recorded(url: str, count: int) -> None:
    """Grant requests over a year of 500 kinds, each with really decided facts, usage and decision as the app stores
    them."""
    rules = rule_cases.book(22)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE bench_kinds (id int, state text, answer text, remedy text, units bigint, rule_id int,"
            " facts jsonb, usage jsonb, decision jsonb)"
        )
        with connection.cursor().copy("COPY bench_kinds FROM STDIN") as copy:
            for place, (facts, usage) in enumerate(rule_cases.cases(KINDS, seed=3)):
                decision = decide(facts, rules, usage, now=rule_cases.NOW)
                remedy, units = rule_cases.REMEDIES[place % 3], 500 + 37 * (place % 200)
                held = hold(decision, remedy, units, reason="so")
                state = "refused" if held.answer == "refused" else "granted"
                told = [json.dumps(one) for one in (facts.model_dump(mode="json"), usage.to_data(), decision.to_data())]
                copy.write_row((place, state, held.answer.value, remedy, units, 1, *told))
        values = {"since": SINCE, "gap": YEAR_SECONDS / count, "count": count, "kinds": KINDS}
        for statement in COPIED.split(";\n"):
            if statement.strip():
                with psycopg.ClientCursor(connection) as cursor:
                    cursor.execute(statement.encode(), values if "%(" in statement else None)

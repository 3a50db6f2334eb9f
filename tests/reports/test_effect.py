"""The effect page's figures, counted again by other means: SQL of its own, and sums on paper."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from callcenter.domain import intervals
from callcenter.reports.empowerment import effect
from callcenter.reports.empowerment.effect import ServedCase
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.grants import Grant
from tests.empowered import Counter

STANDING = "g.state IN ('granted', 'fulfilled', 'failed')"
KEYS = {
    "remedy": "g.remedy",
    "rule": "g.rule_id::text",
    "cause": "t.cause",
    "tier": "c.tier",
}  # of a grant


@pytest.fixture
def past(counter: Counter) -> datetime:
    """Forty cases of a hundred days with up to four grants each, in two currencies, half of them asked for."""
    chance, now = Random(7), counter.centre.clock()
    with counter.centre.wiring.work() as work:
        for number in range(40):
            at = now - timedelta(days=chance.randrange(1, 100))
            cause, state = chance.choice(["late", "broken"]), "solved"
            ticket = work.session.scalar(
                text(
                    "INSERT INTO tickets (number, subject, status, priority, type, cause, responsible, product, customer_id, version,"
                    " created_at, changed_at, first_answered_at) VALUES (:number, 's', :state, 'normal', 'complaint', :cause, 'ours', '',"
                    " :carla, 1, :at, :at, :at) RETURNING id"
                ),
                {"number": f"97-{number}", "state": state, "cause": cause, "carla": counter.carla, "at": at},
            )
            for place in range(chance.choice([0, 0, 1, 2, 4])):
                grant = _grant(counter, chance, ticket or 0, f"{number}-{place}", at + timedelta(hours=1))
                work.session.add(grant)
                work.session.flush()
                if chance.random() < 0.5:
                    work.session.add(_question(chance, grant))
    return now


def _grant(counter: Counter, chance: Random, ticket: int, key: str, at: datetime) -> Grant:
    about: dict[str, Any] = {"facts": {}, "usage": {}, "decision": {}, "language": "en", "answer": "give"}
    state = chance.choice(["fulfilled", "granted", "failed", "reversed", "refused"])
    worth = chance.randrange(1, 9000)
    return Grant(
        **about, key=key, agent_id=counter.centre.id_of("alice"), state=state, remedy=chance.choice(["fee", "credit"]),
        currency=chance.choice(["USD", "USD", "JPY"]), requested=worth, units=worth, worth=worth, cost=worth // 2,
        customer_id=counter.carla, ticket_id=ticket, rule_book=1, rule_id=chance.choice([9, 14, None]), created_at=at,
        granted_at=None if state == "refused" else at,
    )  # fmt: skip


def _question(chance: Random, grant: Grant) -> Approval:
    asked = grant.created_at
    return Approval(
        grant_id=grant.id, state="answered", rule_id=grant.rule_id, steps=[], step=0, otherwise="nothing", promise_minutes=60,
        own_limit=0, code=f"{grant.id:04}", asked_by_sms=[], asked_at=asked, held_before=0, held_seconds=chance.randrange(300),
        claimed_at=asked + timedelta(seconds=20), answered_at=asked + timedelta(seconds=chance.randrange(20, 200)), answer="yes",
    )  # fmt: skip


def served(counter: Counter, now: datetime, days: int = 90) -> list[ServedCase]:
    with counter.centre.wiring.reading() as session:
        return effect.served_cases(session, since=now - timedelta(days=days), until=now, now=now)


def rows(counter: Counter, statement: str, **values: object) -> Sequence[Any]:
    with counter.centre.wiring.reading() as session:
        return session.execute(text(statement), values).all()


@pytest.mark.parametrize("by", KEYS)
def test_each_line_counts_the_grants_that_are_its_own(counter: Counter, past: datetime, by: str) -> None:
    lines = {line.key: line for line in effect.lines(served(counter, past), by=by)}
    counted: dict[str, dict[str, tuple[int, int, int]]] = {}
    for key, currency, n, worth, cost in rows(
        counter,
        f"SELECT {KEYS[by]}, g.currency, count(*), sum(g.worth)::bigint, sum(g.cost)::bigint FROM grants g"
        " JOIN tickets t ON t.id = g.ticket_id JOIN customers c ON c.id = t.customer_id"
        f" WHERE {STANDING} AND t.created_at > :since AND {KEYS[by]} IS NOT NULL GROUP BY 1, 2",
        since=past - timedelta(days=90),
    ):
        counted.setdefault(key, {})[currency] = (n, worth, cost)
    assert set(lines) == set(counted)
    for key, line in lines.items():
        assert line.grants == sum(n for n, _, _ in counted[key].values())
        assert line.worth == {currency: worth for currency, (_, worth, _) in counted[key].items()}
        assert line.cost == {currency: cost for currency, (_, _, cost) in counted[key].items()}


def test_each_line_counts_the_minutes_of_its_own_questions(counter: Counter, past: datetime) -> None:
    for line in effect.lines(served(counter, past), by="remedy"):
        ((asking, deciding, held),) = rows(
            counter,
            "SELECT sum(extract(epoch FROM a.answered_at - a.asked_at)), sum(extract(epoch FROM a.answered_at - a.claimed_at)),"
            " sum(a.held_seconds) FROM approvals a JOIN grants g ON g.id = a.grant_id JOIN tickets t ON t.id = g.ticket_id"
            " WHERE g.remedy = :key AND t.created_at > :since AND EXISTS (SELECT 1 FROM grants o WHERE o.ticket_id = t.id"
            " AND o.remedy = g.remedy AND o.state IN ('granted', 'fulfilled', 'failed'))",
            key=line.key,
            since=past - timedelta(days=90),
        )
        found = (line.agent_minutes, line.supervisor_minutes, line.customer_minutes)
        assert found == pytest.approx((float(asking) / 60, float(deciding) / 60, float(held) / 60))


def test_a_case_with_two_currencies_is_one_case(counter: Counter, past: datetime) -> None:
    found = served(counter, past)
    assert len({one.id for one in found}) == len(found)
    grants = sum((line.grants.get("USD", 0) for line in effect.poor_quality(found, by="cause")), 0)
    ((counted,),) = rows(
        counter,
        f"SELECT sum(g.cost)::bigint FROM grants g JOIN tickets t ON t.id = g.ticket_id WHERE {STANDING}"
        " AND g.currency = 'USD' AND t.created_at > :since",
        since=past - timedelta(days=90),
    )
    assert grants == counted


def test_who_may_still_come_back_is_not_counted_as_staying_away(counter: Counter, past: datetime) -> None:
    for line in effect.lines(served(counter, past), by="remedy"):
        ((n,),) = rows(
            counter,
            "SELECT count(*) FROM tickets t WHERE t.created_at > :since AND EXISTS (SELECT 1 FROM grants g WHERE g.ticket_id = t.id"
            f" AND g.remedy = :key AND {STANDING}) AND (SELECT min(g.granted_at) FROM grants g WHERE g.ticket_id = t.id AND {STANDING})"
            " <= :young",
            key=line.key,
            since=past - timedelta(days=90),
            young=past - timedelta(days=30),
        )
        assert line.again.n == n


def case(cause: str, *, given: int = 0, score: float | None = None, again: bool | None = False) -> ServedCase:
    line = effect.GivenLine("fee", 9, "USD", 1490, 1490)
    return ServedCase(
        id=1, cause=cause, department="", team="", tier="gold", given=(line,) * given, asked=(), score=score, recovered=None,
        again=again, handled=0, repeated=0,
    )  # fmt: skip


def test_similar_cases_weigh_what_their_kind_weighs_among_those_with_a_grant() -> None:
    given = [case("late", given=1, score=4, again=True)] * 9 + [case("broken", given=1, score=4)]
    without = [case("late", score=2, again=True)] * 10 + [case("broken", score=5)] * 990
    (line,) = effect.lines(given + without, by="remedy")
    # Nine tenths late (2), one tenth broken (5); pooled it would be 4.97.
    assert line.alike_score.value == pytest.approx(0.9 * 2 + 0.1 * 5)
    assert line.alike_again.value == pytest.approx(0.9)
    assert line.alike_again.n == 1000


def test_with_equal_weights_the_figures_are_the_plain_ones() -> None:
    values = [1.0, 2, 2, 3, 5, 5, 4]
    plain, weighed = intervals.mean(values), intervals.weighted_mean([(value, 3.0) for value in values])
    assert (weighed.n, weighed.value, weighed.low, weighed.high) == pytest.approx(
        (plain.n, plain.value, plain.low, plain.high)
    )
    hits = [(1.0, 2.0)] * 81 + [(0.0, 2.0)] * 182
    assert intervals.weighted_share(hits).low == pytest.approx(intervals.share(81, 263).low)
    assert intervals.weighted_mean([]).value is None
    assert intervals.weighted_share([]).value is None

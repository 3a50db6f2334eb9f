"""Watchers of the drill with connections of their own, and the final checks of the rows."""

import threading
from collections import Counter
from dataclasses import dataclass, field

import psycopg

from tests.waiting import PATIENCE

TOO_MUCH = """
SELECT 'agent ' || agent_id || ' holds ' || calls || ' calls and ' || texts || ' conversations' FROM (
    SELECT agent_id, count(*) FILTER (WHERE medium = 'voice') AS calls, count(*) FILTER (WHERE medium = 'text') AS texts
    FROM offers WHERE is_open GROUP BY agent_id) AS held WHERE calls > 1 OR texts > 3 OR calls + texts > 4
UNION ALL
SELECT 'agent ' || c.agent_id || ' was asked for a conversation during a call' FROM offers t JOIN offers c
    ON c.agent_id = t.agent_id AND c.is_open AND c.medium = 'voice' AND c.state = 'accepted'
    WHERE t.is_open AND t.medium = 'text' AND t.made_at > c.accepted_at
UNION ALL
SELECT 'agent ' || agent_id || ' is asked ' || count(*) || ' things at once' FROM offers WHERE state = 'live'
    GROUP BY agent_id HAVING count(*) > 1
UNION ALL
SELECT 'interaction ' || interaction_id || ' is offered ' || count(*) || ' times at once' FROM offers WHERE is_open
    GROUP BY interaction_id HAVING count(*) > 1
UNION ALL
SELECT 'interaction ' || i.id || ' is ' || i.state || ' beside an offer that is ' || coalesce(o.state, 'missing')
    FROM interactions i LEFT JOIN offers o ON o.interaction_id = i.id AND o.is_open
    WHERE i.state IN ('offered', 'active', 'wrap_up')
    AND o.state IS DISTINCT FROM CASE i.state WHEN 'offered' THEN 'live' ELSE 'accepted' END
UNION ALL
SELECT 'interaction ' || i.id || ' is ' || i.state || ' beside an open offer' FROM offers o
    JOIN interactions i ON i.id = o.interaction_id WHERE o.is_open AND i.state IN ('menu', 'waiting', 'ended')
"""
LOCK_WAIT = "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - waitstart)), 0) FROM pg_locks WHERE NOT granted"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"

# Each gives a line for every breach.
AT_THE_END = """
SELECT 'interaction ' || id || ' is still ' || state FROM interactions WHERE state <> 'ended'
UNION ALL
SELECT 'interaction ' || i.id || ' ended ' || count(h.id) || ' times' FROM interactions i LEFT JOIN history h
    ON h.interaction_id = i.id AND h.kind IN ('CallEnded', 'ConversationEnded') GROUP BY i.id HAVING count(h.id) <> 1
UNION ALL
SELECT 'interaction ' || i.id || ' was wrapped up ' || count(h.id) || ' times' FROM interactions i LEFT JOIN history h
    ON h.interaction_id = i.id AND h.kind = 'WrapUpFinished' AND h.data ->> 'outcome' = '' GROUP BY i.id HAVING count(h.id) > 1
UNION ALL
SELECT 'offer ' || id || ' is still open' FROM offers WHERE is_open
UNION ALL
SELECT 'offer ' || o.id || ' was told ' || count(h.id) || ' times' FROM offers o LEFT JOIN history h
    ON h.interaction_id = o.interaction_id AND h.kind = 'OfferMade' AND (h.data ->> 'offer_id')::bigint = o.id
    GROUP BY o.id HAVING count(h.id) <> 1
UNION ALL
SELECT 'the end of offer ' || o.id || ' (' || o.state || ') was told ' || count(h.id) || ' times' FROM offers o
    LEFT JOIN history h ON h.interaction_id = o.interaction_id AND h.kind = 'OfferEnded'
    AND (h.data ->> 'offer_id')::bigint = o.id AND h.data ->> 'outcome' IN (o.state, CASE WHEN o.state = 'failed' THEN o.end_reason END)
    GROUP BY o.id HAVING count(h.id) <> 1
UNION ALL
SELECT 'agent ' || id || ' is still ' || state FROM agents WHERE state <> 'idle'
UNION ALL
SELECT 'agent ' || a.id || ' is ' || a.state || ' and ' || a.status || ', but the day says ' || i.value
    FROM agents a JOIN agent_intervals i ON i.agent_id = a.id AND i.ended_at IS NULL
    WHERE i.value <> CASE i.kind WHEN 'state' THEN a.state ELSE a.status END
UNION ALL
SELECT 'event ' || id || ' has no number' FROM history WHERE sequence IS NULL
UNION ALL
SELECT 'number ' || sequence || ' is missing before it' FROM (
    SELECT sequence, lag(sequence) OVER (ORDER BY sequence) AS before FROM history) AS numbered WHERE sequence <> before + 1
"""
HEARD = "SELECT sid FROM legs WHERE party = 'customer' UNION ALL SELECT sid FROM messages WHERE direction = 'in' AND sid IS NOT NULL"
BY_END = """
SELECT channel || ', ' || coalesce(result, '?'), count(*) FROM interactions GROUP BY 1 ORDER BY 2 DESC
"""
BY_OUTCOME = """
SELECT CASE WHEN state = 'accepted' THEN 'accepted' ELSE state || CASE WHEN end_reason = '' THEN '' ELSE ': ' || end_reason END END,
    count(*) FROM offers GROUP BY 1 ORDER BY 2 DESC
"""


@dataclass
class Watch:
    """Looks as often as it can, from the first act to the last."""

    url: str
    wrong: list[str] = field(default_factory=list)
    looks: int = 0
    longest_lock_wait: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Watch":
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(PATIENCE)

    def _look(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not self._over.wait(0.05):
                self.wrong += [line for (line,) in connection.execute(TOO_MUCH)]
                [waited] = connection.execute(LOCK_WAIT).fetchone() or (0,)
                self.longest_lock_wait = max(self.longest_lock_wait, float(waited))
                self.looks += 1


def wrong_at_the_end(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [line for (line,) in connection.execute(AT_THE_END)]


def counted(url: str, question: str) -> Counter[str]:
    with psycopg.connect(url) as connection:
        return Counter(dict(connection.execute(question.encode()).fetchall()))


def number(url: str, question: str) -> int:
    with psycopg.connect(url) as connection:
        [value] = connection.execute(question.encode()).fetchone() or (0,)
        return int(value)


def run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())

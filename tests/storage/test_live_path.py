"""Live queries do not slow down with history: each uses a partial index."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from callcenter import due
from callcenter.actions.routing import queue_announcements
from callcenter.domain.channels import Channel, Thread
from callcenter.storage.calls import interactions
from callcenter.storage.customers import customers as people
from callcenter.storage.messages import messages
from callcenter.storage.routing import offers, routing, waits
from callcenter.storage.supervision import figures
from callcenter.storage.surveys import surveys
from callcenter.storage.work import Work
from tests.factories import CARLA, OURS, Centre

THREAD = Thread(Channel.SMS, OURS, CARLA)

ENDED = 10_000


@pytest.fixture
def busy_year(centre: Centre) -> Centre:
    """An app with a year of history and a few waiting customers."""
    centre.run(
        """
        INSERT INTO interactions (channel, direction, state, language, our_address, their_address, queue_id, agent_id,
            created_at, joined_at, ended_at, finished_at, aging, tier, score, affinities, transfer_reason, result)
        SELECT CASE WHEN n % 4 = 0 THEN 'sms' ELSE 'voice' END, 'inbound', 'ended', 'en', :ours, '+1415' || (5000000 + n % 9000),
            :queue, :alice, now() - n * interval '10 minutes', now() - n * interval '10 minutes',
            now() - n * interval '9 minutes', now() - n * interval '9 minutes', 1, '', '{}', '[]', '', 'abandoned'
        FROM generate_series(1, :ended) AS n
        """,
        ours=OURS,
        queue=centre.delivery,
        alice=centre.people.alice,
        ended=ENDED,
    )
    centre.run(
        """
        INSERT INTO offers (interaction_id, agent_id, medium, slot, state, is_open, made_at, expires_at, ended_at, end_reason, reason)
        SELECT id, agent_id, 'voice', 0, 'declined', false, created_at, created_at, created_at, '', '{}' FROM interactions
        """
    )
    centre.run(
        """
        INSERT INTO messages (channel, direction, purpose, interaction_id, our_address, their_address, body, files, status, tries, created_at)
        SELECT 'sms', 'in', 'conversation', id, our_address, their_address, 'hello', 0, 'received', 0, created_at FROM interactions
        """
    )
    centre.run(
        """
        INSERT INTO history (sequence, at, kind, version, actor, interaction_id, data)
        SELECT nextval('history_sequence'), created_at, 'CallEnded', 1, 'customer', id, '{}' FROM interactions
        """
    )
    for turn in range(5):
        centre.call(f"+1415555060{turn}")
    centre.text("hello")
    with centre.wiring.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return centre


def test_every_question_of_the_live_path_is_answered_by_an_index(busy_year: Centre) -> None:
    centre, now = busy_year, busy_year.clock()
    some = next(one for one in centre.rows(interactions.Interaction) if one.state == "waiting")
    alice = centre.people.alice
    questions: dict[str, Callable[[Session], Any]] = {
        "what waits": interactions.waiting,
        "what waits in one queue": lambda s: interactions.waiting(s, queue_id=centre.delivery),
        "the place and the expected wait": lambda s: queue_announcements.prediction(Work(s, now), some),
        "how well it was foretold": lambda s: waits.predictions(s, queue_id=centre.delivery, now=now),
        "how well each was foretold": lambda s: waits.predictions_of_each(s, [centre.delivery], now=now),
        "the queue_heads of all lines": lambda s: routing.queue_heads(s, depth=8),
        "who is on duty": routing.on_duty,
        "what is known of the customer": lambda s: _known(s, some, now),
        "what an agent has": lambda s: interactions.of_agent(s, alice),
        "what is live": interactions.live,
        "the conversation of a thread": lambda s: interactions.conversation(s, THREAD),
        "the call of a line": lambda s: interactions.by_leg(s, "CA1"),
        "one that waits, to claim": lambda s: interactions.claim_waiting(s, some.id),
        "the open offer": lambda s: offers.open_of(s, some.id),
        "an agent's open offers": lambda s: offers.open_of_agent(s, alice),
        "everybody's load": offers.load,
        "who was asked lately": lambda s: routing.asked(s, [some.id], since=now - timedelta(minutes=1)),
        "messages of a conversation": lambda s: messages.of_interaction(s, some.id),
        "the question open in a thread": lambda s: surveys.asked(s, THREAD),
        "when they wrote last": lambda s: messages.last_heard(s, THREAD),
        "who has this address": lambda s: people.known_by(s, CARLA),
        "the next moment": lambda s: due.next_moment(s, now),
        "the figures": lambda s: figures.now(s, now),
    }
    for kind, rows in ((one.kind, one.rows) for one in due.DUE if one.rows):
        questions[f"due: {kind}"] = partial(rows.find, now=now)
    big = ("interactions", "offers", "messages", "history", "legs")
    for name, question in questions.items():
        for statement, plan in _plans(centre, question):
            scans = [f"Seq Scan on {table}" for table in big if f"Seq Scan on {table}" in plan]
            small = {"Seq Scan on legs"}  # a handful of rows in this test: an index would be no faster
            assert not set(scans) - small, (name, statement, plan)


def _known(session: Session, some: interactions.Interaction, now: datetime) -> routing.Known:
    return routing.known(
        session,
        customer_id=1,
        account_id=1,
        number=CARLA,
        queue_id=some.queue_id,
        interaction_id=some.id,
        since=now - timedelta(days=7),
        redial_since=now - timedelta(seconds=60),
        now=now,
    )


def _plans(centre: Centre, question: Callable[[Session], Any]) -> list[tuple[str, str]]:
    """The plan of each statement that a question runs."""
    asked: list[tuple[str, Any]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append((statement, parameters))

    with centre.wiring.database.begin() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", listen)
        question(session)
        event.remove(connection, "before_cursor_execute", listen)
        return [
            (statement, "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)))
            for statement, parameters in asked
        ]

"""python -m tests.bench.router: a process that routes like a web process, or writes a minimal transaction.

Orders come on standard input, one JSON object a line; durations go out the same way."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg

from callcenter import settings
from callcenter.actions.calls import calls
from callcenter.actions.routing import routing
from callcenter.domain.calls import RANK, CallStatus
from callcenter.domain.channels import Channel
from callcenter.domain.events import QueueEntered
from callcenter.domain.interactions import State
from callcenter.storage.calls import incoming
from callcenter.storage.work import Work
from callcenter.wiring import Wiring
from tests.bench.fill import DIRECT, number_of

INSERT = "INSERT INTO floor_routed (sid, agent_id, at) VALUES (%s, %s, now())"
UPDATE = "UPDATE floor_free SET taken = taken + 1 WHERE id = %s"


class Router:
    def __init__(self, wiring: Wiring, *, place: int, customers: int) -> None:
        self.wiring, self.place, self.customers, self.turn = wiring, place, customers, 0
        self.bare_connection = psycopg.connect(
            wiring.settings.database_url.replace("+psycopg", ""), prepare_threshold=2
        )

    def bare(self, agent_id: int) -> None:
        """One row in, one row changed, one commit."""
        connection = self.bare_connection
        connection.execute(INSERT, (self._sid(), agent_id))
        connection.execute(UPDATE, (agent_id,))
        connection.commit()

    def route(self, _: int) -> None:
        """A caller joins the queue and is offered to an agent; committed, not yet published."""
        with self.wiring.database.begin() as session:
            work = Work(session, datetime.now(UTC))
            self._arrive(work)
            work.write()

    def told(self, _: int) -> None:
        """The same with what follows the commit: numbers, and pushes to browsers."""
        with self.wiring.work() as work:
            self._arrive(work)

    def next(self, agent_id: int) -> None:
        """A free agent gets the next offer; committed, not yet published."""
        with self.wiring.database.begin() as session:
            work = Work(session, datetime.now(UTC))
            routing.next_for(work, agent_id)
            assert work.recorded, "nothing was held out"
            work.write()

    def _arrive(self, work: Work) -> None:
        customer_id = self.turn % self.customers + 1
        interaction = incoming.add_call(
            work.session,
            sid=self._sid(),
            rank=RANK[CallStatus.RINGING],
            channel=Channel.VOICE,
            state=State.WAITING,
            language="en",
            our_address=DIRECT,
            their_address=number_of(customer_id),
            customer_id=customer_id,
            queue_id=1,
            created_at=work.now,
            reconcile_at=work.now + calls.QUIET_AFTER,
        )
        interaction.joined_at = work.now
        with work.session.no_autoflush:
            routing.enter(work, interaction, None)
            work.record(QueueEntered(**interaction.about(), queue_id=1, place=1, expected_seconds=0))
            assert routing.route(work, interaction, is_new=True), "nobody was free"

    def _sid(self) -> str:
        self.turn += 1
        return f"CA{self.place:016d}{self.turn:016d}"


def main() -> None:
    router = Router(Wiring(settings.load()), place=int(sys.argv[1]), customers=int(sys.argv[2]))
    ways: dict[str, Callable[[int], None]] = {
        "bare": router.bare,
        "route": router.route,
        "told": router.told,
        "next": router.next,
    }
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        do = ways[order["way"]]
        began = time.monotonic()
        for agent_id in order["agents"]:
            do(agent_id)
        sys.stdout.write(json.dumps([began, time.monotonic()]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

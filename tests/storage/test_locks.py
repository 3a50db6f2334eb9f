"""Row locks guard against changes, not references: two transactions never wait for each other over a reference."""

import time
from datetime import UTC, datetime

from sqlalchemy import text

from callcenter.storage.agents import agents
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.calls.legs import Leg
from callcenter.storage.routing import routing
from callcenter.storage.tickets.tickets import Ticket
from tests.factories import Centre, at_once

NOW = datetime.now(UTC)


def test_an_agent_is_locked_while_another_work_makes_a_ticket_theirs(centre: Centre) -> None:
    """Accepting one and wrapping up another at once: both write the agent into a ticket, then change the agent's state."""
    with centre.wiring.database.begin() as accepting, centre.wiring.database.begin() as finishing:
        accepting.execute(text("SET LOCAL lock_timeout = '2s'"))
        for session, number in ((accepting, "T-1"), (finishing, "T-2")):
            session.add(_ticket(centre, number))
            session.flush()
        assert agents.get(accepting, centre.id_of("alice"), lock=True)


def test_a_call_is_locked_while_a_line_of_it_is_written_down(centre: Centre) -> None:
    interaction_id, _ = centre.call()
    with centre.wiring.database.begin() as writing, centre.wiring.database.begin() as locking:
        locking.execute(text("SET LOCAL lock_timeout = '2s'"))
        leg = Leg(sid="CA1", interaction_id=interaction_id, party="agent", created_at=centre.clock())
        writing.add(leg)
        writing.flush()
        assert interactions.get(locking, interaction_id, lock=True)
        assert interactions.claim_waiting(locking, interaction_id)


def _ticket(centre: Centre, number: str) -> Ticket:
    now = centre.clock()
    about = {"number": number, "subject": "A parcel", "status": "open", "priority": "normal", "type": "question"}
    return Ticket(**about, owner_id=centre.id_of("alice"), created_at=now, changed_at=now)


def test_what_was_seen_before_the_lock_does_not_count(centre: Centre) -> None:
    """Between a router's look at an agent and its lock she is offered a call and takes it: no conversation on top."""
    centre.text("Where is my parcel?")
    centre.run("UPDATE interactions SET queue_rank = NULL")  # so that only the slow router below offers it
    [conversation] = centre.rows(Interaction)
    centre.available("alice")
    look = "agents.id = :agent_id AND is_active"
    assert look in routing.MAKE_OFFER.text
    slow = text(routing.MAKE_OFFER.text.replace(look, "pg_sleep(0.5) IS NOT NULL AND " + look))

    def make_offer() -> object:
        with centre.wiring.database.begin() as session:
            about = {"agent_id": centre.id_of("alice"), "interaction_id": conversation.id, "medium": "text"}
            room = {"slots": 3, "total": 4, "both": False, "calls_over": 3}
            return session.execute(slow, {**about, **room, "now": NOW, "expires_at": NOW, "reason": "{}"}).first()

    def take_a_call() -> object:
        time.sleep(0.2)
        interaction_id, _ = centre.call()
        return centre.accept(interaction_id)

    made, taken = at_once(make_offer, take_a_call)
    assert isinstance(taken, int)
    assert made is None

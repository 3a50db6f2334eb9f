"""Rows are locked against change, not against being referred to: two works never wait for each other over that."""

from sqlalchemy import text

from callcenter.storage import agents, interactions
from callcenter.storage.interactions import Leg
from callcenter.storage.tickets import Ticket
from tests.factories import Shop


def test_an_agent_is_locked_while_another_work_makes_a_ticket_theirs(shop: Shop) -> None:
    """Accepting one and wrapping up another at once: both write the agent into a ticket, then change the agent's state."""
    with shop.wiring.database.begin() as accepting, shop.wiring.database.begin() as finishing:
        accepting.execute(text("SET LOCAL lock_timeout = '2s'"))
        for session, number in ((accepting, "T-1"), (finishing, "T-2")):
            session.add(_ticket(shop, number))
            session.flush()
        assert agents.get(accepting, shop.id_of("alice"), lock=True)


def test_a_call_is_locked_while_a_line_of_it_is_written_down(shop: Shop) -> None:
    interaction_id, _ = shop.call()
    with shop.wiring.database.begin() as writing, shop.wiring.database.begin() as locking:
        locking.execute(text("SET LOCAL lock_timeout = '2s'"))
        leg = Leg(sid="CA1", interaction_id=interaction_id, party="agent", created_at=shop.clock())
        writing.add(leg)
        writing.flush()
        assert interactions.get(locking, interaction_id, lock=True)
        assert interactions.claim_waiting(locking, interaction_id)


def _ticket(shop: Shop, number: str) -> Ticket:
    now = shop.clock()
    about = {"number": number, "subject": "A parcel", "status": "open", "priority": "normal", "type": "question"}
    return Ticket(**about, owner_id=shop.id_of("alice"), created_at=now, changed_at=now)

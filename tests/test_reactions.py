"""Pushes say that something changed: a name and ids only."""

from callcenter import reactions
from callcenter.domain.empowerment_events import RemedyGranted, RuleBookPublished
from callcenter.domain.events import TicketOpened


def test_a_push_carries_ids_and_no_words() -> None:
    opened = TicketOpened(ticket_id=7, customer_id=3, agent_id=1, number="26-4118")
    assert [push.ids for push in reactions.pushes(opened)] == [{"ticket_id": 7, "customer_id": 3, "agent_id": 1}]
    given = RemedyGranted(
        ticket_id=7, agent_id=1, grant_id=5, remedy="credit", units=6000, currency="USD", shown={"en": "$60"}
    )
    (push,) = reactions.pushes(given)
    assert push.ids == {"ticket_id": 7, "agent_id": 1, "grant_id": 5}
    assert push.rooms == ("agent:1", "supervisors")


def test_a_publication_names_its_rule_book() -> None:
    (push,) = reactions.pushes(
        RuleBookPublished(number=13, effective_from="2026-12-01T00:00:00+00:00", actor="agent:4")
    )
    assert push.ids == {"number": 13}

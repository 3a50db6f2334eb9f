"""A queue serves only its channels, in live routing as in the dry run."""

import pytest

from callcenter.actions.calls import transfers
from callcenter.actions.routing import routing
from callcenter.domain.errors import Invalid
from callcenter.storage.calls.interactions import Interaction
from tests.factories import LI_LEI, Centre
from workers.clock import Clock


def _takes(centre: Centre, queue: str, *channels: str) -> None:
    values = "[" + ", ".join(f'"{channel}"' for channel in channels) + "]"
    centre.run(
        "UPDATE queues SET routing = jsonb_set(routing, '{channels}', CAST(:values AS jsonb)), hours = '{}' WHERE key = :key",
        values=values,
        key=queue,
    )
    centre.wiring.database.kept.forget()


def _conversation(centre: Centre) -> Interaction:
    [row] = [row for row in centre.rows(Interaction) if row.channel == "sms"]
    return row


def test_a_queue_of_voice_alone_is_offered_no_sms_which_goes_where_it_is_taken(centre: Centre) -> None:
    _takes(centre, "delivery", "voice")
    centre.change("alice", skills={"delivery": 3, "billing": 3})
    centre.available("alice")
    centre.text("hello")
    assert _conversation(centre).queue_id == centre.billing
    assert centre.asked(_conversation(centre).id) == "alice"


def test_where_no_queue_takes_it_it_waits_is_never_offered_and_says_why(centre: Centre) -> None:
    for queue in ("delivery", "billing"):
        _takes(centre, queue, "voice")
    centre.available("alice")
    centre.text("hello")
    row = _conversation(centre)
    centre.clock.forward(5)
    Clock(centre.wiring).tick()
    assert (centre.asked(row.id), centre.interaction(row.id).state) == (None, "waiting")
    with centre.wiring.work() as work:
        explained = routing.why_waiting(work, row)
    assert explained is not None
    assert explained.out == {"channel": (centre.people.alice,)}
    _takes(centre, "delivery", "voice", "sms")
    centre.clock.forward(5)
    Clock(centre.wiring).tick()
    assert centre.asked(row.id) == "alice"


def test_the_agent_who_owns_the_ticket_is_not_offered_it_either(centre: Centre) -> None:
    centre.available("alice")
    centre.talk()
    for queue in ("delivery", "billing"):
        _takes(centre, queue, "voice")
    centre.text("and by text")
    assert centre.asked(_conversation(centre).id) is None


def test_nothing_is_passed_on_to_a_queue_that_does_not_take_it(centre: Centre) -> None:
    centre.available("alice")
    id_, _, _ = centre.talk(LI_LEI)
    _takes(centre, "billing", "sms")
    with centre.wiring.work() as work, pytest.raises(Invalid, match="does not take this channel"):
        transfers.to_queue(work, id_, queue_id=centre.billing, reason="an invoice", actor=centre.actor("alice"))
    assert centre.interaction(id_).state == "active"

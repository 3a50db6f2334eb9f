"""A queue serves only its channels, in live routing as in the dry run."""

import pytest

from callcenter.actions.calls import transfers
from callcenter.actions.routing import routing
from callcenter.domain.errors import Invalid
from callcenter.storage.calls.interactions import Interaction
from tests.factories import LI_LEI, Shop
from workers.clock import Clock


def _takes(shop: Shop, queue: str, *channels: str) -> None:
    values = "[" + ", ".join(f'"{channel}"' for channel in channels) + "]"
    shop.run(
        "UPDATE queues SET routing = jsonb_set(routing, '{channels}', CAST(:values AS jsonb)), hours = '{}' WHERE key = :key",
        values=values,
        key=queue,
    )
    shop.wiring.database.kept.forget()


def _conversation(shop: Shop) -> Interaction:
    [row] = [row for row in shop.rows(Interaction) if row.channel == "sms"]
    return row


def test_a_queue_of_voice_alone_is_offered_no_sms_which_goes_where_it_is_taken(shop: Shop) -> None:
    _takes(shop, "delivery", "voice")
    shop.change("alice", skills={"delivery": 3, "billing": 3})
    shop.available("alice")
    shop.text("hello")
    assert _conversation(shop).queue_id == shop.billing
    assert shop.asked(_conversation(shop).id) == "alice"


def test_where_no_queue_takes_it_it_waits_is_never_offered_and_says_why(shop: Shop) -> None:
    for queue in ("delivery", "billing"):
        _takes(shop, queue, "voice")
    shop.available("alice")
    shop.text("hello")
    row = _conversation(shop)
    shop.clock.forward(5)
    Clock(shop.wiring).tick()
    assert (shop.asked(row.id), shop.interaction(row.id).state) == (None, "waiting")
    with shop.wiring.work() as work:
        explained = routing.why_waiting(work, row)
    assert explained is not None
    assert explained.out == {"channel": (shop.people.alice,)}
    _takes(shop, "delivery", "voice", "sms")
    shop.clock.forward(5)
    Clock(shop.wiring).tick()
    assert shop.asked(row.id) == "alice"


def test_the_agent_who_owns_the_ticket_is_not_offered_it_either(shop: Shop) -> None:
    shop.available("alice")
    shop.talk()
    for queue in ("delivery", "billing"):
        _takes(shop, queue, "voice")
    shop.text("and by text")
    assert shop.asked(_conversation(shop).id) is None


def test_nothing_is_passed_on_to_a_queue_that_does_not_take_it(shop: Shop) -> None:
    shop.available("alice")
    id_, _, _ = shop.talk(LI_LEI)
    _takes(shop, "billing", "sms")
    with shop.wiring.work() as work, pytest.raises(Invalid, match="does not take this channel"):
        transfers.to_queue(work, id_, queue_id=shop.billing, reason="an invoice", actor=shop.actor("alice"))
    assert shop.interaction(id_).state == "active"

"""Handlers of inbound messages, in order; a new one is one line."""

import pytest

from callcenter.actions.inbound import inbound
from callcenter.actions.messages.received import Received
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.messages.messages import Message
from callcenter.storage.work import Work
from tests.factories import Shop


def test_a_new_handler_is_one_line_and_what_it_takes_goes_no_further(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lottery(work: Work, received: Received) -> bool:
        if received.message.body != "I play":
            return False
        received.keep(work, purpose="lottery", customer=None)
        return True

    monkeypatch.setattr(inbound, "HANDLERS", (lottery, *inbound.HANDLERS))
    shop.text("I play")
    assert [row.purpose for row in shop.rows(Message)] == ["lottery"]
    assert not shop.rows(Interaction)
    shop.text("Where is my parcel?")
    assert [row.purpose for row in shop.rows(Message)] == ["lottery", "conversation"]
    assert len(shop.rows(Interaction)) == 1


def test_a_wish_to_stop_is_obeyed_before_anything_else_that_comes_from_a_customer(shop: Shop) -> None:
    shop.text("hello")
    shop.text("STOP")
    assert [row.purpose for row in shop.rows(Message)] == ["conversation", "opt_out"]

"""Handlers of inbound messages, in order; a new one is one line."""

import pytest

from callcenter.actions.inbound import inbound
from callcenter.actions.messages.received import Received
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.messages.messages import Message
from callcenter.storage.work import Work
from tests.factories import Centre


def test_a_new_handler_is_one_line_and_what_it_takes_goes_no_further(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lottery(work: Work, received: Received) -> bool:
        if received.message.body != "I play":
            return False
        received.keep(work, purpose="lottery", customer=None)
        return True

    monkeypatch.setattr(inbound, "HANDLERS", (lottery, *inbound.HANDLERS))
    centre.text("I play")
    assert [row.purpose for row in centre.rows(Message)] == ["lottery"]
    assert not centre.rows(Interaction)
    centre.text("Where is my parcel?")
    assert [row.purpose for row in centre.rows(Message)] == ["lottery", "conversation"]
    assert len(centre.rows(Interaction)) == 1


def test_a_wish_to_stop_is_obeyed_before_anything_else_that_comes_from_a_customer(centre: Centre) -> None:
    centre.text("hello")
    centre.text("STOP")
    assert [row.purpose for row in centre.rows(Message)] == ["conversation", "opt_out"]

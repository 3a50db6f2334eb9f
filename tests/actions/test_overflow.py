"""Overflow: a caller who has waited too long goes to another queue, a callback or voicemail."""

import pytest
from sqlalchemy import select, update

from callcenter import operations
from callcenter.actions.calls import calls, voicemail
from callcenter.actions.routing import queue_announcements
from callcenter.domain.calls import AskForCallback, HangUp, SayPromised, TakeMessage, TellPlace, Wait
from callcenter.reports.supervision import wallboard
from callcenter.storage.administration.company import Queue
from callcenter.storage.callbacks.callbacks import Callback
from callcenter.storage.tickets.tickets import Comment
from tests.carrier import Rest
from tests.factories import Shop
from workers.clock import Clock

URL = "http://127.0.0.1/Recordings/RE1"


def rules(shop: Shop, **values: object) -> None:
    with shop.wiring.work() as work:
        work.session.execute(update(Queue).values(hours={}))
        queue = work.session.scalars(select(Queue).where(Queue.key == "delivery")).one()
        queue.routing = {**queue.routing, "max_wait": 60, **values}


def waits_too_long(shop: Shop) -> tuple[int, str]:
    call_id, sid = shop.call()
    shop.clock.forward(59)
    Clock(shop.wiring).tick()
    assert shop.interaction(call_id).transfer_reason == ""
    shop.clock.forward(2)
    Clock(shop.wiring).tick()
    return call_id, sid


def back(shop: Shop, call_id: int) -> object:
    with shop.wiring.work() as work:
        return calls.brought_back(work, call_id)


def message(shop: Shop, call_id: int, url: str = URL) -> object:
    with shop.wiring.work() as work:
        return voicemail.leave_message(work, call_id, url=url, seconds=12)


def test_to_another_queue_with_the_time_they_have_waited(shop: Shop, rest: Rest) -> None:
    rules(shop, overflow="queue", overflow_queue=shop.billing)
    call_id, sid = waits_too_long(shop)
    one = shop.interaction(call_id)
    assert (one.queue_id, one.waited_seconds(shop.clock.now)) == (shop.billing, 61)
    rest.calls[sid] = "in-progress"
    operations.bring_back(shop.wiring, call_id)
    assert rest.commands() == [sid]
    assert isinstance(back(shop, call_id), Wait)
    with shop.wiring.work() as work:
        told = queue_announcements.tell_place(work, call_id, first=True)
    assert isinstance(told, TellPlace)
    assert told.passed_to == "Billing"
    shop.clock.forward(100)
    Clock(shop.wiring).tick()
    assert shop.kinds(call_id).count("Overflowed") == 1
    shop.change("bo", skills={"billing": 2})
    shop.available("bo")
    assert shop.asked(call_id) == "bo"


def test_a_conversation_moves_to_another_queue_only(shop: Shop) -> None:
    rules(shop, overflow="voicemail")
    shop.text("Hello?")
    shop.clock.forward(61)
    Clock(shop.wiring).tick()
    assert "Overflowed" not in shop.kinds()
    rules(shop, overflow="queue", overflow_queue=shop.billing)
    Clock(shop.wiring).tick()
    assert "Overflowed" in shop.kinds()


def test_nobody_is_moved_to_a_queue_that_is_closed(shop: Shop) -> None:
    rules(shop, overflow="queue", overflow_queue=shop.billing)
    with shop.wiring.work() as work:
        work.session.execute(update(Queue).where(Queue.id == shop.billing).values(hours={"mon": []}))
    call_id, _ = waits_too_long(shop)
    assert shop.interaction(call_id).queue_id == shop.delivery


def test_to_a_callback_if_they_want_one(shop: Shop) -> None:
    rules(shop, overflow="callback")
    call_id, _ = waits_too_long(shop)
    assert isinstance(back(shop, call_id), AskForCallback)
    with shop.wiring.work() as work:
        assert isinstance(voicemail.choose(work, call_id, "1"), SayPromised)
    row = shop.rows(Callback)[0]
    assert (row.source, shop.interaction(call_id).result) == ("max_wait", "callback")


def test_whoever_wants_no_callback_waits_on_and_is_not_asked_again(shop: Shop) -> None:
    rules(shop, overflow="callback")
    call_id, _ = waits_too_long(shop)
    back(shop, call_id)
    with shop.wiring.work() as work:
        assert isinstance(voicemail.choose(work, call_id, ""), Wait)
    shop.clock.forward(60)
    Clock(shop.wiring).tick()
    assert shop.interaction(call_id).call.bring_back_at is None
    shop.available("alice")
    assert shop.asked(call_id) == "alice"


@pytest.mark.parametrize("is_told_first", ["the message", "the hang-up"])
def test_to_a_message_that_stands_at_a_ticket_whatever_is_told_first(shop: Shop, is_told_first: str) -> None:
    rules(shop, overflow="voicemail")
    call_id, sid = waits_too_long(shop)
    shop.available("alice")
    assert shop.asked(call_id) is None
    assert isinstance(back(shop, call_id), TakeMessage)
    acts = [lambda: message(shop, call_id), lambda: shop.report(sid)]
    for act in acts if is_told_first == "the message" else reversed(acts):
        act()
    message(shop, call_id)
    one = shop.interaction(call_id)
    assert (one.state, one.result) == ("ended", "voicemail")
    [written] = shop.rows(Comment)
    assert (written.ticket_id, URL in written.body, written.author_id) == (one.ticket_id, True, None)
    assert shop.kinds(call_id).count("VoicemailLeft") == 1


def test_a_silent_message_is_none(shop: Shop) -> None:
    rules(shop, overflow="voicemail")
    call_id, sid = waits_too_long(shop)
    back(shop, call_id)
    assert isinstance(message(shop, call_id, url=""), HangUp)
    shop.report(sid)
    assert shop.interaction(call_id).result == "abandoned"
    assert not shop.rows(Comment)


def test_a_callback_and_a_message_are_neither_answered_nor_abandoned(shop: Shop) -> None:
    rules(shop, overflow="voicemail")
    call_id, _ = waits_too_long(shop)
    message(shop, call_id)
    rules(shop, overflow="callback")
    call_id, _ = waits_too_long(shop)
    back(shop, call_id)
    with shop.wiring.work() as work:
        voicemail.choose(work, call_id, "1")
    with shop.wiring.reading() as session:
        board = wallboard.figures(session, shop.clock.now)
    assert (board.offered, board.abandoned, board.level_of_all) == (0, 0, None)

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
from tests.factories import Centre
from workers.clock import Clock

URL = "http://127.0.0.1/Recordings/RE1"


def rules(centre: Centre, **values: object) -> None:
    with centre.wiring.work() as work:
        work.session.execute(update(Queue).values(hours={}))
        queue = work.session.scalars(select(Queue).where(Queue.key == "delivery")).one()
        queue.routing = {**queue.routing, "max_wait": 60, **values}


def waits_too_long(centre: Centre) -> tuple[int, str]:
    call_id, sid = centre.call()
    centre.clock.forward(59)
    Clock(centre.wiring).tick()
    assert centre.interaction(call_id).transfer_reason == ""
    centre.clock.forward(2)
    Clock(centre.wiring).tick()
    return call_id, sid


def back(centre: Centre, call_id: int) -> object:
    with centre.wiring.work() as work:
        return calls.brought_back(work, call_id)


def message(centre: Centre, call_id: int, url: str = URL) -> object:
    with centre.wiring.work() as work:
        return voicemail.leave_message(work, call_id, url=url, seconds=12)


def test_to_another_queue_with_the_time_they_have_waited(centre: Centre, rest: Rest) -> None:
    rules(centre, overflow="queue", overflow_queue=centre.billing)
    call_id, sid = waits_too_long(centre)
    one = centre.interaction(call_id)
    assert (one.queue_id, one.waited_seconds(centre.clock.now)) == (centre.billing, 61)
    rest.calls[sid] = "in-progress"
    operations.bring_back(centre.wiring, call_id)
    assert rest.commands() == [sid]
    assert isinstance(back(centre, call_id), Wait)
    with centre.wiring.work() as work:
        told = queue_announcements.tell_place(work, call_id, first=True)
    assert isinstance(told, TellPlace)
    assert told.passed_to == "Billing"
    centre.clock.forward(100)
    Clock(centre.wiring).tick()
    assert centre.kinds(call_id).count("Overflowed") == 1
    centre.change("bo", skills={"billing": 2})
    centre.available("bo")
    assert centre.asked(call_id) == "bo"


def test_a_conversation_moves_to_another_queue_only(centre: Centre) -> None:
    rules(centre, overflow="voicemail")
    centre.text("Hello?")
    centre.clock.forward(61)
    Clock(centre.wiring).tick()
    assert "Overflowed" not in centre.kinds()
    rules(centre, overflow="queue", overflow_queue=centre.billing)
    Clock(centre.wiring).tick()
    assert "Overflowed" in centre.kinds()


def test_nobody_is_moved_to_a_queue_that_is_closed(centre: Centre) -> None:
    rules(centre, overflow="queue", overflow_queue=centre.billing)
    with centre.wiring.work() as work:
        work.session.execute(update(Queue).where(Queue.id == centre.billing).values(hours={"mon": []}))
    call_id, _ = waits_too_long(centre)
    assert centre.interaction(call_id).queue_id == centre.delivery


def test_to_a_callback_if_they_want_one(centre: Centre) -> None:
    rules(centre, overflow="callback")
    call_id, _ = waits_too_long(centre)
    assert isinstance(back(centre, call_id), AskForCallback)
    with centre.wiring.work() as work:
        assert isinstance(voicemail.choose(work, call_id, "1"), SayPromised)
    row = centre.rows(Callback)[0]
    assert (row.source, centre.interaction(call_id).result) == ("max_wait", "callback")


def test_whoever_wants_no_callback_waits_on_and_is_not_asked_again(centre: Centre) -> None:
    rules(centre, overflow="callback")
    call_id, _ = waits_too_long(centre)
    back(centre, call_id)
    with centre.wiring.work() as work:
        assert isinstance(voicemail.choose(work, call_id, ""), Wait)
    centre.clock.forward(60)
    Clock(centre.wiring).tick()
    assert centre.interaction(call_id).call.bring_back_at is None
    centre.available("alice")
    assert centre.asked(call_id) == "alice"


@pytest.mark.parametrize("is_told_first", ["the message", "the hang-up"])
def test_to_a_message_that_stands_at_a_ticket_whatever_is_told_first(centre: Centre, is_told_first: str) -> None:
    rules(centre, overflow="voicemail")
    call_id, sid = waits_too_long(centre)
    centre.available("alice")
    assert centre.asked(call_id) is None
    assert isinstance(back(centre, call_id), TakeMessage)
    acts = [lambda: message(centre, call_id), lambda: centre.report(sid)]
    for act in acts if is_told_first == "the message" else reversed(acts):
        act()
    message(centre, call_id)
    one = centre.interaction(call_id)
    assert (one.state, one.result) == ("ended", "voicemail")
    [written] = centre.rows(Comment)
    assert (written.ticket_id, URL in written.body, written.author_id) == (one.ticket_id, True, None)
    assert centre.kinds(call_id).count("VoicemailLeft") == 1


def test_a_silent_message_is_none(centre: Centre) -> None:
    rules(centre, overflow="voicemail")
    call_id, sid = waits_too_long(centre)
    back(centre, call_id)
    assert isinstance(message(centre, call_id, url=""), HangUp)
    centre.report(sid)
    assert centre.interaction(call_id).result == "abandoned"
    assert not centre.rows(Comment)


def test_a_callback_and_a_message_are_neither_answered_nor_abandoned(centre: Centre) -> None:
    rules(centre, overflow="voicemail")
    call_id, _ = waits_too_long(centre)
    message(centre, call_id)
    rules(centre, overflow="callback")
    call_id, _ = waits_too_long(centre)
    back(centre, call_id)
    with centre.wiring.work() as work:
        voicemail.choose(work, call_id, "1")
    with centre.wiring.reading() as session:
        board = wallboard.figures(session, centre.clock.now)
    assert (board.offered, board.abandoned, board.level_of_all) == (0, 0, None)

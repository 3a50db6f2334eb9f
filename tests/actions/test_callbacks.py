"""Callbacks: promised, dialled in queue order, retried, replaced by the customer's own call."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from callcenter import operations
from callcenter.actions.callbacks import callback_admin, callback_dialing
from callcenter.actions.calls import calls, voicemail, wrap_ups
from callcenter.actions.legs import legs
from callcenter.actions.routing import offers, queue_announcements
from callcenter.domain.calls import AskForCallback, HangUp, IncomingCall, SayPromised, Wait
from callcenter.domain.errors import CallbackInProgress, CallbackOver, Invalid
from callcenter.reports.supervision import wallboard
from callcenter.storage.administration.company import Queue
from callcenter.storage.callbacks.callbacks import Callback
from callcenter.storage.calls.interactions import Interaction
from tests.carrier import Carrier, Rest
from tests.factories import CARLA, LI_LEI, OURS, Centre, new_sid
from workers.clock import Clock


def star(centre: Centre, call_id: int) -> object:
    with centre.wiring.work() as work:
        return legs.left_conference(work, call_id, still_there=True, by_key=True)


def press(centre: Centre, call_id: int, digit: str) -> object:
    with centre.wiring.work() as work:
        return voicemail.choose(work, call_id, digit)


def promised(centre: Centre, number: str = CARLA) -> tuple[int, Callback]:
    """A caller who waits presses * and 1: (their call, the callback)."""
    call_id, _ = centre.call(number)
    star(centre, call_id)
    assert isinstance(press(centre, call_id, "1"), SayPromised)
    return call_id, centre.rows(Callback)[-1]


def set_rule(centre: Centre, **values: object) -> None:
    with centre.wiring.work() as work:
        queue = work.session.scalars(select(Queue).where(Queue.key == "delivery")).one()
        queue.routing = {**queue.routing, "callbacks": values}


def answered(centre: Centre, callback: Callback, sid: str) -> object:
    with centre.wiring.work() as work:
        return callback_dialing.answered(work, callback.interaction_id, call_sid=sid)


def dialled(centre: Centre, rest: Rest, callback: Callback) -> str:
    """What a worker does when the customer is to be called; the sid of their leg."""
    operations.call_customer(centre.wiring, callback.interaction_id)
    assert rest.commands()[-1] == "Calls"
    return list(rest.calls)[-1]


def now(centre: Centre, callback: Callback) -> Callback:
    return centre.row(Callback, callback.id)


def test_star_while_waiting_asks_and_1_promises_a_call_at_the_same_place(centre: Centre) -> None:
    first, _ = centre.call(CARLA)
    centre.clock.forward(30)
    second, _ = centre.call(LI_LEI)
    assert isinstance(star(centre, first), AskForCallback)
    centre.clock.forward(5)
    told = press(centre, first, "1")
    assert isinstance(told, SayPromised)
    row = centre.rows(Callback)[0]
    ours, call = centre.interaction(row.interaction_id), centre.interaction(first)
    assert told.until == row.promised_until
    assert row.promised_until - centre.clock.now >= timedelta(minutes=60)
    assert (call.state, call.result) == ("ended", "callback")
    assert (ours.direction, ours.state, ours.joined_at) == ("callback", "waiting", call.joined_at)
    assert ours.queue_rank == call.queue_rank
    centre.available("alice")
    assert centre.asked(ours.id) == "alice"
    assert centre.asked(second) is None
    assert press(centre, first, "1") == told


def test_2_or_silence_waits_on_and_a_star_too_late_is_no_question(centre: Centre) -> None:
    call_id, _ = centre.call()
    place = centre.interaction(call_id).queue_rank
    for digit in ("2", ""):
        star(centre, call_id)
        assert isinstance(press(centre, call_id, digit), Wait)
    assert centre.interaction(call_id).queue_rank == place
    assert centre.interaction(call_id).call.bring_back_at is None
    centre.available("alice")
    assert isinstance(star(centre, call_id), Wait)
    assert isinstance(press(centre, call_id, "1"), Wait)
    assert not centre.rows(Callback)


def test_whoever_is_asked_something_may_still_be_taken_and_is_led_back(centre: Centre) -> None:
    call_id, _ = centre.call()
    star(centre, call_id)
    centre.available("alice")
    centre.accept(call_id)
    assert centre.interaction(call_id).call.bring_back_at == centre.clock.now
    assert "CallerToBringBack" in centre.kinds(call_id)
    assert isinstance(press(centre, call_id, "1"), Wait)


def test_where_the_wait_is_long_a_callback_is_offered_at_the_start(centre: Centre) -> None:
    centre.available("alice")
    centre.talk()
    sid = new_sid()
    with centre.wiring.work() as work:
        calls.receive(work, IncomingCall(sid=sid, caller=LI_LEI, called=OURS))
    with centre.wiring.work() as work:
        answer = calls.choose(work, centre.of_sid(sid).id, "1")
    assert isinstance(answer, AskForCallback)
    assert answer.expected_seconds
    assert isinstance(press(centre, centre.of_sid(sid).id, "1"), SayPromised)


def test_nobody_without_a_number_is_promised_a_call(centre: Centre) -> None:
    call_id, _ = centre.call(None)
    assert isinstance(star(centre, call_id), Wait)


def test_the_agent_first_then_the_customer_is_called_into_the_conference(centre: Centre, rest: Rest) -> None:
    _, row = promised(centre)
    with centre.wiring.reading() as session:
        board = wallboard.figures(session, centre.clock.now)
    assert (board.waiting, board.longest_since, board.callbacks, board.offered) == (0, None, 1, 0)
    centre.available("alice")
    centre.accept(row.interaction_id)
    assert not rest.asked
    centre.connect(row.interaction_id)
    assert now(centre, row).state == "calling"
    assert centre.interaction(row.interaction_id).answered_at is None
    sid = dialled(centre, rest, row)
    operations.call_customer(centre.wiring, row.interaction_id)
    assert rest.commands().count("Calls") == 1
    centre.clock.forward(8)
    assert isinstance(answered(centre, row, sid), Wait)
    kept = now(centre, row)
    assert (kept.state, kept.tries, kept.connected_at) == ("connected", 1, centre.clock.now)
    assert centre.interaction(row.interaction_id).answered_at == centre.clock.now
    assert {"CallConnected", "CallbackKept"} <= set(centre.kinds(row.interaction_id))
    centre.clock.forward(60)
    centre.report(sid)
    with centre.wiring.reading() as session:
        board = wallboard.figures(session, centre.clock.now)
    assert (board.offered, board.abandoned, board.callbacks) == (1, 0, 0)
    done = centre.interaction(row.interaction_id)
    assert (done.state, done.result, centre.agent("alice").state) == ("wrap_up", "served", "wrap_up")


@pytest.mark.parametrize("outcome", ["no-answer", "busy", "failed"])
def test_not_reached_it_is_tried_again_after_a_while_and_given_up_after_the_last(
    centre: Centre, rest: Rest, outcome: str
) -> None:
    set_rule(centre, attempts=2, spacing_minutes=10)
    _, row = promised(centre)
    centre.available("alice")
    for tries in (1, 2):
        centre.accept(row.interaction_id)
        centre.connect(row.interaction_id)
        sid = dialled(centre, rest, row)
        centre.report(sid, "ringing")
        centre.report(sid, outcome)
        assert (now(centre, row).tries, centre.agent("alice").state) == (tries, "idle")
        assert centre.kinds(row.interaction_id).count("LegToEnd") == tries
        if tries == 1:
            waits = centre.interaction(row.interaction_id)
            assert (waits.state, waits.queue_rank, waits.agent_id) == ("waiting", None, None)
            assert now(centre, row).next_try_at == centre.clock.now + timedelta(minutes=10)
            centre.report(sid, outcome)
            centre.clock.forward(601)
            Clock(centre.wiring).tick()
            assert centre.asked(row.interaction_id) == "alice"
    failed, over = now(centre, row), centre.interaction(row.interaction_id)
    assert (failed.state, failed.end_reason, failed.next_try_at) == ("failed", outcome, None)
    assert (over.state, over.result, over.answered_at) == ("ended", "not_reached", None)
    assert centre.kinds(row.interaction_id).count("CallbackFailed") == 1


def test_the_agents_line_in_a_call_that_reached_nobody_is_ended(centre: Centre, rest: Rest) -> None:
    _, row = promised(centre)
    centre.available("alice")
    centre.accept(row.interaction_id)
    browser = centre.connect(row.interaction_id)
    centre.report(dialled(centre, rest, row), "busy")
    rest.calls[browser] = "in-progress"
    operations.end_legs(centre.wiring, row.interaction_id)
    assert rest.calls[browser] == "completed"


def test_an_agent_may_give_up_ringing_them(centre: Centre, rest: Rest) -> None:
    _, row = promised(centre)
    centre.available("alice")
    centre.accept(row.interaction_id)
    centre.connect(row.interaction_id)
    sid = dialled(centre, rest, row)
    operations.hang_up(centre.wiring, row.interaction_id, actor=centre.actor("alice"))
    assert rest.calls[sid] == "completed"
    assert (now(centre, row).state, now(centre, row).tries) == ("waiting", 1)
    centre.report(sid, "canceled")
    assert now(centre, row).tries == 1


def test_the_customer_first_waits_at_the_head_of_the_line(centre: Centre, rest: Rest) -> None:
    set_rule(centre, first="customer")
    centre.available("alice")
    before, caller, _ = centre.talk("+14155550143")
    _, row = promised(centre)
    centre.clock.forward(1)
    other, _ = centre.call(LI_LEI)
    centre.clock.forward(3)
    Clock(centre.wiring).tick()
    assert now(centre, row).state == "calling"
    assert isinstance(answered(centre, row, dialled(centre, rest, row)), Wait)
    with centre.wiring.work() as work:
        assert queue_announcements.tell_place(work, row.interaction_id, first=True).place == 1  # type: ignore[union-attr]
    centre.report(caller)
    with centre.wiring.work() as work:
        wrap_ups.finish(work, before, outcome="solved", note="", actor=centre.actor("alice"))
    assert (centre.asked(row.interaction_id), centre.asked(other)) == ("alice", None)
    centre.accept(row.interaction_id)
    assert now(centre, row).state == "calling"
    centre.connect(row.interaction_id)
    assert now(centre, row).state == "connected"


def test_with_others_before_them_or_nobody_at_work_the_customer_is_not_called_yet(centre: Centre) -> None:
    set_rule(centre, first="customer")
    centre.call(LI_LEI)
    centre.clock.forward(1)
    _, row = promised(centre)
    for _ in range(2):
        centre.clock.forward(3)
        Clock(centre.wiring).tick()
        assert now(centre, row).state == "waiting"


def test_a_customer_who_hangs_up_before_an_agent_came_is_called_again(centre: Centre, rest: Rest) -> None:
    set_rule(centre, first="customer")
    _, row = promised(centre)
    centre.clock.forward(1)
    centre.available("alice")
    Clock(centre.wiring).tick()
    sid = dialled(centre, rest, row)
    answered(centre, row, sid)
    assert centre.asked(row.interaction_id) == "alice"
    centre.report(sid)
    assert (now(centre, row).state, now(centre, row).tries) == ("waiting", 1)
    assert centre.agent("alice").state == "idle"
    assert centre.interaction(row.interaction_id).result is None


def test_whoever_calls_us_meanwhile_takes_the_place_of_their_callback(centre: Centre) -> None:
    first, row = promised(centre)
    centre.clock.forward(600)
    other, _ = centre.call(LI_LEI)
    centre.clock.forward(10)
    again, _ = centre.call(CARLA)
    kept = now(centre, row)
    assert (kept.state, kept.end_reason, kept.connected_at) == ("connected", "called_us", centre.clock.now)
    assert centre.interaction(again).joined_at == centre.interaction(first).joined_at
    assert centre.interaction(row.interaction_id).result == "replaced"
    centre.available("alice")
    assert (centre.asked(again), centre.asked(other)) == ("alice", None)


def test_it_is_taken_from_an_agent_who_was_just_asked(centre: Centre) -> None:
    _, row = promised(centre)
    centre.available("alice")
    assert centre.asked(row.interaction_id) == "alice"
    centre.clock.forward(5)
    again, _ = centre.call(CARLA)
    assert centre.asked(again) == "alice"
    assert centre.open_offer(row.interaction_id) is None


def create(centre: Centre, *, at: datetime | None = None, number: str = CARLA, note: str = "") -> Callback:
    with centre.wiring.work() as work:
        return callback_admin.create(
            work, actor=centre.actor("alice"), number=number, queue_id=centre.delivery, at=at, note=note
        )


def test_a_person_promises_a_call_at_a_time_and_not_before(centre: Centre) -> None:
    centre.available("alice")
    row = create(centre, at=centre.clock.now + timedelta(hours=2), number="(415) 555-0142", note="about the sofa")
    assert (row.number, row.note, row.our_number) == (CARLA, "about the sofa", OURS)
    assert centre.asked(row.interaction_id) is None
    Clock(centre.wiring).tick()
    assert centre.asked(row.interaction_id) is None
    centre.clock.forward(7201)
    Clock(centre.wiring).tick()
    assert centre.asked(row.interaction_id) == "alice"
    assert create(centre).next_try_at is None
    with pytest.raises(Invalid):
        create(centre, number="no number")


def test_a_callback_is_changed_brought_forward_and_cancelled_with_a_reason(centre: Centre) -> None:
    row = create(centre, at=centre.clock.now + timedelta(hours=2))
    with centre.wiring.work() as work:
        callback_admin.change(
            work, row.id, actor=centre.actor("bo"), number=LI_LEI, at=centre.clock.now + timedelta(hours=3), note="new"
        )
    changed = now(centre, row)
    assert (changed.number, changed.note) == (LI_LEI, "new")
    assert centre.interaction(row.interaction_id).their_address == LI_LEI
    assert changed.next_try_at == centre.clock.now + timedelta(hours=3)
    with centre.wiring.work() as work:
        callback_admin.call_now(work, row.id, actor=centre.actor("sam"))
    centre.available("alice")
    Clock(centre.wiring).tick()
    assert centre.asked(row.interaction_id) == "alice"
    with pytest.raises(Invalid), centre.wiring.work() as work:
        callback_admin.cancel(work, row.id, actor=centre.actor("sam"), reason=" ")
    with centre.wiring.work() as work:
        callback_admin.cancel(work, row.id, actor=centre.actor("sam"), reason="solved by e-mail")
    assert (now(centre, row).state, now(centre, row).end_reason) == ("cancelled", "solved by e-mail")
    assert centre.agent("alice").state == "idle"
    with pytest.raises(CallbackOver), centre.wiring.work() as work:
        callback_admin.call_now(work, row.id, actor=centre.actor("sam"))


def test_nobody_changes_it_while_the_customer_is_being_called(centre: Centre, rest: Rest) -> None:
    _, row = promised(centre)
    centre.available("alice")
    centre.accept(row.interaction_id)
    centre.connect(row.interaction_id)
    with pytest.raises(CallbackInProgress), centre.wiring.work() as work:
        callback_admin.cancel(work, row.id, actor=centre.actor("sam"), reason="x")
    rest.refuse, rest.code = [400], 21211
    operations.call_customer(centre.wiring, row.interaction_id)
    assert (now(centre, row).state, now(centre, row).tries) == ("waiting", 1)


def test_a_call_refused_for_a_moment_is_dialled_again(centre: Centre, rest: Rest) -> None:
    _, row = promised(centre)
    centre.available("alice")
    centre.accept(row.interaction_id)
    centre.connect(row.interaction_id)
    rest.refuse = [503]
    operations.call_customer(centre.wiring, row.interaction_id)
    assert (now(centre, row).state, now(centre, row).tries) == ("calling", 0)
    centre.clock.forward(21)
    with centre.wiring.work() as work:
        assert callback_dialing.due(work, row.interaction_id)
    assert dialled(centre, rest, row)


def test_a_call_whose_answer_was_lost_is_not_dialled_twice(centre: Centre, rest: Rest, carrier: Carrier) -> None:
    _, row = promised(centre)
    centre.available("alice")
    centre.accept(row.interaction_id)
    centre.connect(row.interaction_id)
    rest.refuse = [500]  # it rings all the same
    operations.call_customer(centre.wiring, row.interaction_id)
    leg, of = new_sid(), f"?interaction={row.interaction_id}"
    carrier.status(leg, "initiated", of=of)
    centre.clock.forward(21)
    with centre.wiring.work() as work:
        assert not callback_dialing.due(work, row.interaction_id)
    carrier.status(leg, "busy", of=of)
    assert (now(centre, row).state, now(centre, row).tries) == ("waiting", 1)
    carrier.status(new_sid(), "initiated", of=of)  # of a call that is over for us
    assert now(centre, row).state == "waiting"


def test_nobody_answers_late_in_a_callback_that_is_over(centre: Centre, rest: Rest) -> None:
    _, row = promised(centre)
    with centre.wiring.work() as work:
        callback_admin.cancel(work, row.id, actor=centre.actor("sam"), reason="x")
    assert isinstance(answered(centre, row, new_sid()), HangUp)


def test_an_agent_whose_line_breaks_before_the_customer_is_reached_loses_only_the_offer(
    centre: Centre, rest: Rest
) -> None:
    _, row = promised(centre)
    centre.available("alice", "bo")
    centre.accept(row.interaction_id)
    centre.clock.forward(16)
    with centre.wiring.work() as work:
        offers.leg_lost(work, centre.offer(row.interaction_id).id)
    assert centre.asked(row.interaction_id) == "bo"
    assert len(centre.rows(Interaction)) == 2

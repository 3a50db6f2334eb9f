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
from tests.factories import CARLA, LI_LEI, OURS, Shop, new_sid
from workers.clock import Clock


def star(shop: Shop, call_id: int) -> object:
    with shop.wiring.work() as work:
        return legs.left_conference(work, call_id, still_there=True, by_key=True)


def press(shop: Shop, call_id: int, digit: str) -> object:
    with shop.wiring.work() as work:
        return voicemail.choose(work, call_id, digit)


def promised(shop: Shop, number: str = CARLA) -> tuple[int, Callback]:
    """A caller who waits presses * and 1: (their call, the callback)."""
    call_id, _ = shop.call(number)
    star(shop, call_id)
    assert isinstance(press(shop, call_id, "1"), SayPromised)
    return call_id, shop.rows(Callback)[-1]


def set_rule(shop: Shop, **values: object) -> None:
    with shop.wiring.work() as work:
        queue = work.session.scalars(select(Queue).where(Queue.key == "delivery")).one()
        queue.routing = {**queue.routing, "callbacks": values}


def answered(shop: Shop, callback: Callback, sid: str) -> object:
    with shop.wiring.work() as work:
        return callback_dialing.answered(work, callback.interaction_id, call_sid=sid)


def dialled(shop: Shop, rest: Rest, callback: Callback) -> str:
    """What a worker does when the customer is to be called; the sid of their leg."""
    operations.call_customer(shop.wiring, callback.interaction_id)
    assert rest.commands()[-1] == "Calls"
    return list(rest.calls)[-1]


def now(shop: Shop, callback: Callback) -> Callback:
    return shop.row(Callback, callback.id)


def test_star_while_waiting_asks_and_1_promises_a_call_at_the_same_place(shop: Shop) -> None:
    first, _ = shop.call(CARLA)
    shop.clock.forward(30)
    second, _ = shop.call(LI_LEI)
    assert isinstance(star(shop, first), AskForCallback)
    shop.clock.forward(5)
    told = press(shop, first, "1")
    assert isinstance(told, SayPromised)
    row = shop.rows(Callback)[0]
    ours, call = shop.interaction(row.interaction_id), shop.interaction(first)
    assert told.until == row.promised_until
    assert row.promised_until - shop.clock.now >= timedelta(minutes=60)
    assert (call.state, call.result) == ("ended", "callback")
    assert (ours.direction, ours.state, ours.joined_at) == ("callback", "waiting", call.joined_at)
    assert ours.queue_rank == call.queue_rank
    shop.available("alice")
    assert shop.asked(ours.id) == "alice"
    assert shop.asked(second) is None
    assert press(shop, first, "1") == told


def test_2_or_silence_waits_on_and_a_star_too_late_is_no_question(shop: Shop) -> None:
    call_id, _ = shop.call()
    place = shop.interaction(call_id).queue_rank
    for digit in ("2", ""):
        star(shop, call_id)
        assert isinstance(press(shop, call_id, digit), Wait)
    assert shop.interaction(call_id).queue_rank == place
    assert shop.interaction(call_id).call.bring_back_at is None
    shop.available("alice")
    assert isinstance(star(shop, call_id), Wait)
    assert isinstance(press(shop, call_id, "1"), Wait)
    assert not shop.rows(Callback)


def test_whoever_is_asked_something_may_still_be_taken_and_is_led_back(shop: Shop) -> None:
    call_id, _ = shop.call()
    star(shop, call_id)
    shop.available("alice")
    shop.accept(call_id)
    assert shop.interaction(call_id).call.bring_back_at == shop.clock.now
    assert "CallerToBringBack" in shop.kinds(call_id)
    assert isinstance(press(shop, call_id, "1"), Wait)


def test_where_the_wait_is_long_a_callback_is_offered_at_the_start(shop: Shop) -> None:
    shop.available("alice")
    shop.talk()
    sid = new_sid()
    with shop.wiring.work() as work:
        calls.receive(work, IncomingCall(sid=sid, caller=LI_LEI, called=OURS))
    with shop.wiring.work() as work:
        answer = calls.choose(work, shop.of_sid(sid).id, "1")
    assert isinstance(answer, AskForCallback)
    assert answer.expected_seconds
    assert isinstance(press(shop, shop.of_sid(sid).id, "1"), SayPromised)


def test_nobody_without_a_number_is_promised_a_call(shop: Shop) -> None:
    call_id, _ = shop.call(None)
    assert isinstance(star(shop, call_id), Wait)


def test_the_agent_first_then_the_customer_is_called_into_the_conference(shop: Shop, rest: Rest) -> None:
    _, row = promised(shop)
    with shop.wiring.reading() as session:
        board = wallboard.figures(session, shop.clock.now)
    assert (board.waiting, board.longest_since, board.callbacks, board.offered) == (0, None, 1, 0)
    shop.available("alice")
    shop.accept(row.interaction_id)
    assert not rest.asked
    shop.connect(row.interaction_id)
    assert now(shop, row).state == "calling"
    assert shop.interaction(row.interaction_id).answered_at is None
    sid = dialled(shop, rest, row)
    operations.call_customer(shop.wiring, row.interaction_id)
    assert rest.commands().count("Calls") == 1
    shop.clock.forward(8)
    assert isinstance(answered(shop, row, sid), Wait)
    kept = now(shop, row)
    assert (kept.state, kept.tries, kept.connected_at) == ("connected", 1, shop.clock.now)
    assert shop.interaction(row.interaction_id).answered_at == shop.clock.now
    assert {"CallConnected", "CallbackKept"} <= set(shop.kinds(row.interaction_id))
    shop.clock.forward(60)
    shop.report(sid)
    with shop.wiring.reading() as session:
        board = wallboard.figures(session, shop.clock.now)
    assert (board.offered, board.abandoned, board.callbacks) == (1, 0, 0)
    done = shop.interaction(row.interaction_id)
    assert (done.state, done.result, shop.agent("alice").state) == ("wrap_up", "served", "wrap_up")


@pytest.mark.parametrize("outcome", ["no-answer", "busy", "failed"])
def test_not_reached_it_is_tried_again_after_a_while_and_given_up_after_the_last(
    shop: Shop, rest: Rest, outcome: str
) -> None:
    set_rule(shop, attempts=2, spacing_minutes=10)
    _, row = promised(shop)
    shop.available("alice")
    for tries in (1, 2):
        shop.accept(row.interaction_id)
        shop.connect(row.interaction_id)
        sid = dialled(shop, rest, row)
        shop.report(sid, "ringing")
        shop.report(sid, outcome)
        assert (now(shop, row).tries, shop.agent("alice").state) == (tries, "idle")
        assert shop.kinds(row.interaction_id).count("LegToEnd") == tries
        if tries == 1:
            waits = shop.interaction(row.interaction_id)
            assert (waits.state, waits.queue_rank, waits.agent_id) == ("waiting", None, None)
            assert now(shop, row).next_try_at == shop.clock.now + timedelta(minutes=10)
            shop.report(sid, outcome)
            shop.clock.forward(601)
            Clock(shop.wiring).tick()
            assert shop.asked(row.interaction_id) == "alice"
    failed, over = now(shop, row), shop.interaction(row.interaction_id)
    assert (failed.state, failed.end_reason, failed.next_try_at) == ("failed", outcome, None)
    assert (over.state, over.result, over.answered_at) == ("ended", "not_reached", None)
    assert shop.kinds(row.interaction_id).count("CallbackFailed") == 1


def test_the_agents_line_in_a_call_that_reached_nobody_is_ended(shop: Shop, rest: Rest) -> None:
    _, row = promised(shop)
    shop.available("alice")
    shop.accept(row.interaction_id)
    browser = shop.connect(row.interaction_id)
    shop.report(dialled(shop, rest, row), "busy")
    rest.calls[browser] = "in-progress"
    operations.end_legs(shop.wiring, row.interaction_id)
    assert rest.calls[browser] == "completed"


def test_an_agent_may_give_up_ringing_them(shop: Shop, rest: Rest) -> None:
    _, row = promised(shop)
    shop.available("alice")
    shop.accept(row.interaction_id)
    shop.connect(row.interaction_id)
    sid = dialled(shop, rest, row)
    operations.hang_up(shop.wiring, row.interaction_id, actor=shop.actor("alice"))
    assert rest.calls[sid] == "completed"
    assert (now(shop, row).state, now(shop, row).tries) == ("waiting", 1)
    shop.report(sid, "canceled")
    assert now(shop, row).tries == 1


def test_the_customer_first_waits_at_the_head_of_the_line(shop: Shop, rest: Rest) -> None:
    set_rule(shop, first="customer")
    shop.available("alice")
    before, caller, _ = shop.talk("+14155550143")
    _, row = promised(shop)
    shop.clock.forward(1)
    other, _ = shop.call(LI_LEI)
    shop.clock.forward(3)
    Clock(shop.wiring).tick()
    assert now(shop, row).state == "calling"
    assert isinstance(answered(shop, row, dialled(shop, rest, row)), Wait)
    with shop.wiring.work() as work:
        assert queue_announcements.tell_place(work, row.interaction_id, first=True).place == 1  # type: ignore[union-attr]
    shop.report(caller)
    with shop.wiring.work() as work:
        wrap_ups.finish(work, before, outcome="solved", note="", actor=shop.actor("alice"))
    assert (shop.asked(row.interaction_id), shop.asked(other)) == ("alice", None)
    shop.accept(row.interaction_id)
    assert now(shop, row).state == "calling"
    shop.connect(row.interaction_id)
    assert now(shop, row).state == "connected"


def test_with_others_before_them_or_nobody_at_work_the_customer_is_not_called_yet(shop: Shop) -> None:
    set_rule(shop, first="customer")
    shop.call(LI_LEI)
    shop.clock.forward(1)
    _, row = promised(shop)
    for _ in range(2):
        shop.clock.forward(3)
        Clock(shop.wiring).tick()
        assert now(shop, row).state == "waiting"


def test_a_customer_who_hangs_up_before_an_agent_came_is_called_again(shop: Shop, rest: Rest) -> None:
    set_rule(shop, first="customer")
    _, row = promised(shop)
    shop.clock.forward(1)
    shop.available("alice")
    Clock(shop.wiring).tick()
    sid = dialled(shop, rest, row)
    answered(shop, row, sid)
    assert shop.asked(row.interaction_id) == "alice"
    shop.report(sid)
    assert (now(shop, row).state, now(shop, row).tries) == ("waiting", 1)
    assert shop.agent("alice").state == "idle"
    assert shop.interaction(row.interaction_id).result is None


def test_whoever_calls_us_meanwhile_takes_the_place_of_their_callback(shop: Shop) -> None:
    first, row = promised(shop)
    shop.clock.forward(600)
    other, _ = shop.call(LI_LEI)
    shop.clock.forward(10)
    again, _ = shop.call(CARLA)
    kept = now(shop, row)
    assert (kept.state, kept.end_reason, kept.connected_at) == ("connected", "called_us", shop.clock.now)
    assert shop.interaction(again).joined_at == shop.interaction(first).joined_at
    assert shop.interaction(row.interaction_id).result == "replaced"
    shop.available("alice")
    assert (shop.asked(again), shop.asked(other)) == ("alice", None)


def test_it_is_taken_from_an_agent_who_was_just_asked(shop: Shop) -> None:
    _, row = promised(shop)
    shop.available("alice")
    assert shop.asked(row.interaction_id) == "alice"
    shop.clock.forward(5)
    again, _ = shop.call(CARLA)
    assert shop.asked(again) == "alice"
    assert shop.open_offer(row.interaction_id) is None


def create(shop: Shop, *, at: datetime | None = None, number: str = CARLA, note: str = "") -> Callback:
    with shop.wiring.work() as work:
        return callback_admin.create(
            work, actor=shop.actor("alice"), number=number, queue_id=shop.delivery, at=at, note=note
        )


def test_a_person_promises_a_call_at_a_time_and_not_before(shop: Shop) -> None:
    shop.available("alice")
    row = create(shop, at=shop.clock.now + timedelta(hours=2), number="(415) 555-0142", note="about the sofa")
    assert (row.number, row.note, row.our_number) == (CARLA, "about the sofa", OURS)
    assert shop.asked(row.interaction_id) is None
    Clock(shop.wiring).tick()
    assert shop.asked(row.interaction_id) is None
    shop.clock.forward(7201)
    Clock(shop.wiring).tick()
    assert shop.asked(row.interaction_id) == "alice"
    assert create(shop).next_try_at is None
    with pytest.raises(Invalid):
        create(shop, number="no number")


def test_a_callback_is_changed_brought_forward_and_cancelled_with_a_reason(shop: Shop) -> None:
    row = create(shop, at=shop.clock.now + timedelta(hours=2))
    with shop.wiring.work() as work:
        callback_admin.change(
            work, row.id, actor=shop.actor("bo"), number=LI_LEI, at=shop.clock.now + timedelta(hours=3), note="new"
        )
    changed = now(shop, row)
    assert (changed.number, changed.note) == (LI_LEI, "new")
    assert shop.interaction(row.interaction_id).their_address == LI_LEI
    assert changed.next_try_at == shop.clock.now + timedelta(hours=3)
    with shop.wiring.work() as work:
        callback_admin.call_now(work, row.id, actor=shop.actor("sam"))
    shop.available("alice")
    Clock(shop.wiring).tick()
    assert shop.asked(row.interaction_id) == "alice"
    with pytest.raises(Invalid), shop.wiring.work() as work:
        callback_admin.cancel(work, row.id, actor=shop.actor("sam"), reason=" ")
    with shop.wiring.work() as work:
        callback_admin.cancel(work, row.id, actor=shop.actor("sam"), reason="solved by e-mail")
    assert (now(shop, row).state, now(shop, row).end_reason) == ("cancelled", "solved by e-mail")
    assert shop.agent("alice").state == "idle"
    with pytest.raises(CallbackOver), shop.wiring.work() as work:
        callback_admin.call_now(work, row.id, actor=shop.actor("sam"))


def test_nobody_changes_it_while_the_customer_is_being_called(shop: Shop, rest: Rest) -> None:
    _, row = promised(shop)
    shop.available("alice")
    shop.accept(row.interaction_id)
    shop.connect(row.interaction_id)
    with pytest.raises(CallbackInProgress), shop.wiring.work() as work:
        callback_admin.cancel(work, row.id, actor=shop.actor("sam"), reason="x")
    rest.refuse, rest.code = [400], 21211
    operations.call_customer(shop.wiring, row.interaction_id)
    assert (now(shop, row).state, now(shop, row).tries) == ("waiting", 1)


def test_a_call_refused_for_a_moment_is_dialled_again(shop: Shop, rest: Rest) -> None:
    _, row = promised(shop)
    shop.available("alice")
    shop.accept(row.interaction_id)
    shop.connect(row.interaction_id)
    rest.refuse = [503]
    operations.call_customer(shop.wiring, row.interaction_id)
    assert (now(shop, row).state, now(shop, row).tries) == ("calling", 0)
    shop.clock.forward(21)
    with shop.wiring.work() as work:
        assert callback_dialing.due(work, row.interaction_id)
    assert dialled(shop, rest, row)


def test_a_call_whose_answer_was_lost_is_not_dialled_twice(shop: Shop, rest: Rest, carrier: Carrier) -> None:
    _, row = promised(shop)
    shop.available("alice")
    shop.accept(row.interaction_id)
    shop.connect(row.interaction_id)
    rest.refuse = [500]  # it rings all the same
    operations.call_customer(shop.wiring, row.interaction_id)
    leg, of = new_sid(), f"?interaction={row.interaction_id}"
    carrier.status(leg, "initiated", of=of)
    shop.clock.forward(21)
    with shop.wiring.work() as work:
        assert not callback_dialing.due(work, row.interaction_id)
    carrier.status(leg, "busy", of=of)
    assert (now(shop, row).state, now(shop, row).tries) == ("waiting", 1)
    carrier.status(new_sid(), "initiated", of=of)  # of a call that is over for us
    assert now(shop, row).state == "waiting"


def test_nobody_answers_late_in_a_callback_that_is_over(shop: Shop, rest: Rest) -> None:
    _, row = promised(shop)
    with shop.wiring.work() as work:
        callback_admin.cancel(work, row.id, actor=shop.actor("sam"), reason="x")
    assert isinstance(answered(shop, row, new_sid()), HangUp)


def test_an_agent_whose_line_breaks_before_the_customer_is_reached_loses_only_the_offer(shop: Shop, rest: Rest) -> None:
    _, row = promised(shop)
    shop.available("alice", "bo")
    shop.accept(row.interaction_id)
    shop.clock.forward(16)
    with shop.wiring.work() as work:
        offers.leg_lost(work, shop.offer(row.interaction_id).id)
    assert shop.asked(row.interaction_id) == "bo"
    assert len(shop.rows(Interaction)) == 2

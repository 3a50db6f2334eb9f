"""A call from first ring to end: at every step the caller may hang up and the agent's connection may break."""

import pytest

from callcenter.actions.calls import calls, wrap_ups
from callcenter.actions.legs import legs
from callcenter.actions.routing import offers
from callcenter.domain.calls import HangUp, JoinAgent, Wait
from callcenter.domain.errors import Invalid, NoMoreTime, NotYourInteraction, WrapUpEnded
from callcenter.storage.tickets.tickets import Ticket
from tests.factories import Shop, new_sid


def test_a_caller_who_hangs_up_while_offered_frees_the_agent_for_the_next(shop: Shop) -> None:
    shop.available("alice")
    first, sid = shop.call()
    second, _ = shop.call("+14155550143")
    assert (shop.asked(first), shop.asked(second)) == ("alice", None)
    shop.report(sid)
    ended = shop.interaction(first)
    assert (ended.state, ended.result, ended.agent_id) == ("ended", "abandoned", None)
    assert shop.asked(second) == "alice"
    assert shop.agent("alice").state == "offered"


@pytest.mark.parametrize(
    ("step", "state", "result", "agent"),
    [
        ("menu", "ended", "left_in_menu", "idle"),
        ("waiting", "ended", "abandoned", "idle"),
        ("offered", "ended", "abandoned", "idle"),
        ("accepted", "ended", "abandoned", "idle"),
        ("talking", "wrap_up", "served", "wrap_up"),
        ("held", "wrap_up", "served", "wrap_up"),
        ("agent gone", "wrap_up", "served", "wrap_up"),
        ("waiting again", "ended", "abandoned", "idle"),
    ],
)
def test_a_caller_may_hang_up_in_every_state(shop: Shop, step: str, state: str, result: str, agent: str) -> None:
    if step not in ("menu", "waiting"):
        shop.available("alice")
    id_, sid = shop.call(key=None if step == "menu" else "1")
    if step in ("accepted", "talking", "held", "agent gone", "waiting again"):
        shop.accept(id_)
    if step in ("talking", "held", "agent gone", "waiting again"):
        browser = shop.connect(id_)
        shop.clock.forward(30)
        if step == "held":
            shop.conference(id_, "participant-hold", sid)
            shop.clock.forward(7)
        if step in ("agent gone", "waiting again"):
            shop.conference(id_, "participant-leave", browser)
        if step == "waiting again":
            shop.clock.forward(20)
            with shop.wiring.work() as work:
                offers.leg_lost(work, shop.offer(id_).id)
    shop.report(sid)
    one = shop.interaction(id_)
    assert (one.state, one.result, one.ended_by) == (state, result, "customer")
    assert shop.agent("alice").state == agent
    assert shop.kinds(id_).count("CallEnded") == 1
    assert one.call.reconcile_at is None
    assert one.call.bring_back_at is None
    if step == "held":
        assert (one.held_seconds, one.held_since) == (7, None)
    if state == "ended":
        assert shop.open_offer(id_) is None


def test_two_wrong_keys_or_silence_lead_to_the_numbers_own_queue(shop: Shop) -> None:
    for keys in (("7", "8"), ("", ""), ("*", "")):
        id_, _ = shop.call(key=None)
        for key in keys:
            assert shop.interaction(id_).state == "menu"
            with shop.wiring.work() as work:
                answer = calls.choose(work, id_, key)
        assert isinstance(answer, Wait)
        assert (shop.interaction(id_).state, shop.interaction(id_).queue_id) == ("waiting", shop.delivery)


def test_key_nine_changes_the_language_for_all_that_follows(shop: Shop) -> None:
    id_, _ = shop.call(key="9")
    assert (shop.interaction(id_).language, shop.interaction(id_).state) == ("zh", "menu")
    shop.change("alice", languages=["en"])
    shop.available("alice", "bo")
    with shop.wiring.work() as work:
        calls.choose(work, id_, "1")
    assert shop.asked(id_) == "bo"


def test_answers_after_the_end_are_to_hang_up(shop: Shop) -> None:
    id_, sid = shop.call()
    shop.report(sid)
    with shop.wiring.work() as work:
        assert isinstance(calls.choose(work, id_, "1"), HangUp)
        assert isinstance(calls.brought_back(work, id_), HangUp)
        assert isinstance(legs.left_conference(work, id_, still_there=True), HangUp)


def test_a_caller_whose_conference_failed_comes_back_to_it(shop: Shop) -> None:
    id_, _ = shop.call()
    with shop.wiring.work() as work:
        assert isinstance(legs.left_conference(work, id_, still_there=True), Wait)
    assert shop.interaction(id_).state == "waiting"


# The agent's line


def test_the_line_comes_up_and_the_wait_is_measured(shop: Shop) -> None:
    shop.available("alice")
    id_, _ = shop.call()
    shop.clock.forward(12)
    shop.accept(id_)
    shop.clock.forward(3)
    shop.connect(id_)
    one = shop.interaction(id_)
    assert (one.waited_seconds(shop.clock()), shop.offer(id_).connect_by) == (15, None)
    shop.clock.forward(100)
    assert shop.interaction(id_).talked_seconds(shop.clock()) == 100


def test_a_browser_that_is_back_in_time_keeps_the_call(shop: Shop) -> None:
    shop.available("alice", "bo")
    id_, _, browser = shop.talk()
    shop.conference(id_, "participant-leave", browser)
    assert shop.offer(id_).connect_by is not None
    shop.clock.forward(19)
    shop.connect(id_)
    assert shop.offer(id_).connect_by is None
    assert (shop.asked(id_), shop.interaction(id_).state) == ("alice", "active")
    shop.report(browser)  # the old line's own report, late
    assert shop.offer(id_).connect_by is None
    assert shop.kinds(id_).count("CallConnected") == 1


def test_a_desk_telephone_takes_the_call_by_key_one_only(shop: Shop) -> None:
    shop.change("alice", desk_telephone="+14155550190")
    shop.available("alice", "bo")
    id_, _ = shop.call()
    offer, leg = shop.offer(id_), new_sid()
    assert shop.kinds(id_).count("DeskTelephoneToRing") == 1
    assert offer.ring_at is not None
    with shop.wiring.work() as work:
        legs.desk_telephone_answered(work, offer.id, call_sid=leg)
        joined = legs.desk_telephone_pressed(work, offer.id, call_sid=leg, digit="1")
    assert isinstance(joined, JoinAgent)
    shop.conference(id_, "participant-join", leg)
    assert (shop.interaction(id_).state, shop.interaction(id_).answered_at is not None) == ("active", True)
    assert (shop.offer(id_).ring_at, shop.offer(id_).connect_by) == (None, None)


def test_a_desk_telephone_that_declines_or_is_not_taken_passes_the_call_on(shop: Shop) -> None:
    shop.change("alice", desk_telephone="+14155550190")
    shop.available("alice", "bo")
    declined, first = shop.call()
    with shop.wiring.work() as work:
        legs.desk_telephone_pressed(work, shop.offer(declined).id, call_sid=new_sid(), digit="2")
    assert shop.asked(declined) == "bo"
    shop.report(first)
    shop.clock.forward(1)
    missed, _ = shop.call("+14155550143")
    assert shop.asked(missed) == "alice"
    leg, offer = new_sid(), shop.offer(missed).id
    with shop.wiring.work() as work:
        legs.rung(work, offer, call_sid=leg)
    shop.report(leg, "no-answer")
    assert shop.asked(missed) == "bo"
    assert shop.agent("alice").missed_in_a_row == 1
    with shop.wiring.work() as work:  # and pressed after all
        late = legs.desk_telephone_pressed(work, offer, call_sid=leg, digit="1")
    assert getattr(late, "reason", "") == "invited"
    assert shop.asked(missed) == "bo"


# Wrap-up


def test_wrap_up_runs_on_the_server_and_survives_a_restart(shop: Shop) -> None:
    shop.available("alice")
    id_, sid, _ = shop.talk()
    shop.report(sid)
    until = shop.interaction(id_).wrap_up_until
    alice = shop.actor("alice")
    with shop.wiring.work() as work:
        wrap_ups.extend(work, id_, actor=alice)
        wrap_ups.keep_note(work, id_, note="half a note", actor=alice)
    again = shop.interaction(id_).wrap_up_until
    assert until is not None
    assert again is not None
    assert (again - until).total_seconds() == 30
    shop.wiring.database.engine.dispose()  # nothing of it lived in the process
    shop.clock.forward(119)
    with shop.wiring.work() as work:
        wrap_ups.run_out(work, id_)
    assert shop.interaction(id_).state == "wrap_up"
    shop.clock.forward(1)
    with shop.wiring.work() as work:
        wrap_ups.run_out(work, id_)
    one = shop.interaction(id_)
    assert (one.state, one.outcome, one.note) == ("ended", None, "half a note")
    assert shop.agent("alice").state == "idle"
    with shop.wiring.work() as work:  # and the outcome may follow
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=alice)
    assert (shop.interaction(id_).outcome, shop.interaction(id_).note) == ("solved", "half a note")
    assert shop.rows(Ticket)[0].status == "solved"


def test_wrap_up_refuses_what_it_must(shop: Shop) -> None:
    shop.available("alice")
    id_, sid, _ = shop.talk()
    alice, bo = shop.actor("alice"), shop.actor("bo")
    with pytest.raises(Invalid), shop.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=alice)
    shop.report(sid)
    with pytest.raises(NotYourInteraction), shop.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=bo)
    with pytest.raises(Invalid), shop.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="whatever", note="", actor=alice)
    for _ in range(7):  # 90 s and 7 x 30 s: the queue's limit of 300 s
        with shop.wiring.work() as work:
            wrap_ups.extend(work, id_, actor=alice)
    with pytest.raises(NoMoreTime), shop.wiring.work() as work:
        wrap_ups.extend(work, id_, actor=alice)
    for _ in range(2):  # pressed twice
        with shop.wiring.work() as work:
            wrap_ups.finish(work, id_, outcome="solved", note="no\x00te", actor=alice)
    assert shop.interaction(id_).note == "note"
    assert shop.kinds(id_).count("WrapUpFinished") == 1
    with pytest.raises(WrapUpEnded), shop.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="no_action_needed", note="", actor=alice)
    with pytest.raises(WrapUpEnded), shop.wiring.work() as work:
        wrap_ups.extend(work, id_, actor=alice)

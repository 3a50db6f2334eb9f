"""A call from first ring to end: at every step the caller may hang up and the agent's connection may break."""

import pytest

from callcenter.actions.calls import calls, wrap_ups
from callcenter.actions.legs import legs
from callcenter.actions.routing import offers
from callcenter.domain.calls import HangUp, JoinAgent, Wait
from callcenter.domain.errors import Invalid, NoMoreTime, NotYourInteraction, WrapUpEnded
from callcenter.storage.tickets.tickets import Ticket
from tests.factories import Centre, new_sid


def test_a_caller_who_hangs_up_while_offered_frees_the_agent_for_the_next(centre: Centre) -> None:
    centre.available("alice")
    first, sid = centre.call()
    second, _ = centre.call("+14155550143")
    assert (centre.asked(first), centre.asked(second)) == ("alice", None)
    centre.report(sid)
    ended = centre.interaction(first)
    assert (ended.state, ended.result, ended.agent_id) == ("ended", "abandoned", None)
    assert centre.asked(second) == "alice"
    assert centre.agent("alice").state == "offered"


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
def test_a_caller_may_hang_up_in_every_state(centre: Centre, step: str, state: str, result: str, agent: str) -> None:
    if step not in ("menu", "waiting"):
        centre.available("alice")
    id_, sid = centre.call(key=None if step == "menu" else "1")
    if step in ("accepted", "talking", "held", "agent gone", "waiting again"):
        centre.accept(id_)
    if step in ("talking", "held", "agent gone", "waiting again"):
        browser = centre.connect(id_)
        centre.clock.forward(30)
        if step == "held":
            centre.conference(id_, "participant-hold", sid)
            centre.clock.forward(7)
        if step in ("agent gone", "waiting again"):
            centre.conference(id_, "participant-leave", browser)
        if step == "waiting again":
            centre.clock.forward(20)
            with centre.wiring.work() as work:
                offers.leg_lost(work, centre.offer(id_).id)
    centre.report(sid)
    one = centre.interaction(id_)
    assert (one.state, one.result, one.ended_by) == (state, result, "customer")
    assert centre.agent("alice").state == agent
    assert centre.kinds(id_).count("CallEnded") == 1
    assert one.call.reconcile_at is None
    assert one.call.bring_back_at is None
    if step == "held":
        assert (one.held_seconds, one.held_since) == (7, None)
    if state == "ended":
        assert centre.open_offer(id_) is None


def test_two_wrong_keys_or_silence_lead_to_the_numbers_own_queue(centre: Centre) -> None:
    for keys in (("7", "8"), ("", ""), ("*", "")):
        id_, _ = centre.call(key=None)
        for key in keys:
            assert centre.interaction(id_).state == "menu"
            with centre.wiring.work() as work:
                answer = calls.choose(work, id_, key)
        assert isinstance(answer, Wait)
        assert (centre.interaction(id_).state, centre.interaction(id_).queue_id) == ("waiting", centre.delivery)


def test_key_nine_changes_the_language_for_all_that_follows(centre: Centre) -> None:
    id_, _ = centre.call(key="9")
    assert (centre.interaction(id_).language, centre.interaction(id_).state) == ("zh", "menu")
    centre.change("alice", languages=["en"])
    centre.available("alice", "bo")
    with centre.wiring.work() as work:
        calls.choose(work, id_, "1")
    assert centre.asked(id_) == "bo"


def test_answers_after_the_end_are_to_hang_up(centre: Centre) -> None:
    id_, sid = centre.call()
    centre.report(sid)
    with centre.wiring.work() as work:
        assert isinstance(calls.choose(work, id_, "1"), HangUp)
        assert isinstance(calls.brought_back(work, id_), HangUp)
        assert isinstance(legs.left_conference(work, id_, still_there=True), HangUp)


def test_a_caller_whose_conference_failed_comes_back_to_it(centre: Centre) -> None:
    id_, _ = centre.call()
    with centre.wiring.work() as work:
        assert isinstance(legs.left_conference(work, id_, still_there=True), Wait)
    assert centre.interaction(id_).state == "waiting"


# The agent's line


def test_the_line_comes_up_and_the_wait_is_measured(centre: Centre) -> None:
    centre.available("alice")
    id_, _ = centre.call()
    centre.clock.forward(12)
    centre.accept(id_)
    centre.clock.forward(3)
    centre.connect(id_)
    one = centre.interaction(id_)
    assert (one.waited_seconds(centre.clock()), centre.offer(id_).connect_by) == (15, None)
    centre.clock.forward(100)
    assert centre.interaction(id_).talked_seconds(centre.clock()) == 100


def test_a_browser_that_is_back_in_time_keeps_the_call(centre: Centre) -> None:
    centre.available("alice", "bo")
    id_, _, browser = centre.talk()
    centre.conference(id_, "participant-leave", browser)
    assert centre.offer(id_).connect_by is not None
    centre.clock.forward(19)
    centre.connect(id_)
    assert centre.offer(id_).connect_by is None
    assert (centre.asked(id_), centre.interaction(id_).state) == ("alice", "active")
    centre.report(browser)  # the old line's own report, late
    assert centre.offer(id_).connect_by is None
    assert centre.kinds(id_).count("CallConnected") == 1


def test_a_desk_telephone_takes_the_call_by_key_one_only(centre: Centre) -> None:
    centre.change("alice", desk_telephone="+14155550190")
    centre.available("alice", "bo")
    id_, _ = centre.call()
    offer, leg = centre.offer(id_), new_sid()
    assert centre.kinds(id_).count("DeskTelephoneToRing") == 1
    assert offer.ring_at is not None
    with centre.wiring.work() as work:
        legs.desk_telephone_answered(work, offer.id, call_sid=leg)
        joined = legs.desk_telephone_pressed(work, offer.id, call_sid=leg, digit="1")
    assert isinstance(joined, JoinAgent)
    centre.conference(id_, "participant-join", leg)
    assert (centre.interaction(id_).state, centre.interaction(id_).answered_at is not None) == ("active", True)
    assert (centre.offer(id_).ring_at, centre.offer(id_).connect_by) == (None, None)


def test_a_desk_telephone_that_declines_or_is_not_taken_passes_the_call_on(centre: Centre) -> None:
    centre.change("alice", desk_telephone="+14155550190")
    centre.available("alice", "bo")
    declined, first = centre.call()
    with centre.wiring.work() as work:
        legs.desk_telephone_pressed(work, centre.offer(declined).id, call_sid=new_sid(), digit="2")
    assert centre.asked(declined) == "bo"
    centre.report(first)
    centre.clock.forward(1)
    missed, _ = centre.call("+14155550143")
    assert centre.asked(missed) == "alice"
    leg, offer = new_sid(), centre.offer(missed).id
    with centre.wiring.work() as work:
        legs.rung(work, offer, call_sid=leg)
    centre.report(leg, "no-answer")
    assert centre.asked(missed) == "bo"
    assert centre.agent("alice").missed_in_a_row == 1
    with centre.wiring.work() as work:  # and pressed after all
        late = legs.desk_telephone_pressed(work, offer, call_sid=leg, digit="1")
    assert getattr(late, "reason", "") == "invited"
    assert centre.asked(missed) == "bo"


# Wrap-up


def test_wrap_up_runs_on_the_server_and_survives_a_restart(centre: Centre) -> None:
    centre.available("alice")
    id_, sid, _ = centre.talk()
    centre.report(sid)
    until = centre.interaction(id_).wrap_up_until
    alice = centre.actor("alice")
    with centre.wiring.work() as work:
        wrap_ups.extend(work, id_, actor=alice)
        wrap_ups.keep_note(work, id_, note="half a note", actor=alice)
    again = centre.interaction(id_).wrap_up_until
    assert until is not None
    assert again is not None
    assert (again - until).total_seconds() == 30
    centre.wiring.database.engine.dispose()  # nothing of it lived in the process
    centre.clock.forward(119)
    with centre.wiring.work() as work:
        wrap_ups.run_out(work, id_)
    assert centre.interaction(id_).state == "wrap_up"
    centre.clock.forward(1)
    with centre.wiring.work() as work:
        wrap_ups.run_out(work, id_)
    one = centre.interaction(id_)
    assert (one.state, one.outcome, one.note) == ("ended", None, "half a note")
    assert centre.agent("alice").state == "idle"
    with centre.wiring.work() as work:  # and the outcome may follow
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=alice)
    assert (centre.interaction(id_).outcome, centre.interaction(id_).note) == ("solved", "half a note")
    assert centre.rows(Ticket)[0].status == "solved"


def test_wrap_up_refuses_what_it_must(centre: Centre) -> None:
    centre.available("alice")
    id_, sid, _ = centre.talk()
    alice, bo = centre.actor("alice"), centre.actor("bo")
    with pytest.raises(Invalid), centre.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=alice)
    centre.report(sid)
    with pytest.raises(NotYourInteraction), centre.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=bo)
    with pytest.raises(Invalid), centre.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="whatever", note="", actor=alice)
    for _ in range(7):  # 90 s and 7 x 30 s: the queue's limit of 300 s
        with centre.wiring.work() as work:
            wrap_ups.extend(work, id_, actor=alice)
    with pytest.raises(NoMoreTime), centre.wiring.work() as work:
        wrap_ups.extend(work, id_, actor=alice)
    for _ in range(2):  # pressed twice
        with centre.wiring.work() as work:
            wrap_ups.finish(work, id_, outcome="solved", note="no\x00te", actor=alice)
    assert centre.interaction(id_).note == "note"
    assert centre.kinds(id_).count("WrapUpFinished") == 1
    with pytest.raises(WrapUpEnded), centre.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="no_action_needed", note="", actor=alice)
    with pytest.raises(WrapUpEnded), centre.wiring.work() as work:
        wrap_ups.extend(work, id_, actor=alice)


def test_a_caller_is_told_how_many_are_before_in_all_queues_of_the_agent(centre: Centre) -> None:
    """Five wait for delivery, one calls billing, one agent serves both: sixth, not first."""
    centre.run(
        "UPDATE queues SET hours = (SELECT hours FROM queues WHERE id = :one), holidays = '{}'", one=centre.delivery
    )
    centre.change("alice", skills={"delivery": 3, "billing": 3})
    centre.available("alice")
    first, _ = centre.call("+14155550100")
    centre.accept(first)
    centre.connect(first)
    for number in range(1, 6):
        centre.clock.forward(1)
        centre.call(f"+1415555020{number}")
    centre.clock.forward(1)
    sixth, _ = centre.call("+14155550299", key="2")
    told = centre.interaction(sixth)
    assert (told.state, told.result, told.queue_id) == ("waiting", None, centre.billing)
    assert told.announced_place == 6
    assert told.announced_seconds == pytest.approx(6 * 240, rel=0.05)

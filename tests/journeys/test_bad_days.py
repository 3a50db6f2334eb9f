"""Failures of browsers, callers, servers and Twilio: nothing is lost, nothing is done twice."""

import pytest
import redis
from rq import SimpleWorker

import workers.job
from callcenter import operations
from callcenter.actions.agents import agents
from callcenter.actions.calls import wrap_ups
from callcenter.actions.messages import messages, outgoing
from callcenter.background import QUEUES
from callcenter.domain.errors import CallNotConnected, OutsideError
from callcenter.embedded.server import EmbeddedServer
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.calls.legs import Leg
from callcenter.storage.messages.messages import Message
from callcenter.storage.surveys.surveys import Survey
from callcenter.wiring import Wiring
from tests.carrier import Carrier, Rest
from tests.factories import CARLA, Shop, at_once, new_sid
from tests.webhooks.test_voice import spoken, verbs
from workers.clock import Clock


def work_off(wiring: Wiring, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker does all that stands in the queues, and goes."""
    monkeypatch.setattr(workers.job, "process_wiring", lambda: wiring)
    SimpleWorker(list(QUEUES), connection=wiring.background.redis).work(burst=True, logging_level="ERROR")


# The agent's browser is gone


def _connect(shop: Shop, name: str, sid: str) -> None:
    with shop.wiring.work() as work:
        agents.connected(work, sid=sid, agent_id=shop.id_of(name))


def test_a_browser_that_is_gone_while_offered_passes_the_offer_on_at_once(shop: Shop) -> None:
    shop.wiring.settings = shop.wiring.settings.model_copy(update={"presence_grace_seconds": 5})
    shop.available("alice", "bo")
    _connect(shop, "alice", "s1")
    _connect(shop, "bo", "s2")
    clock = Clock(shop.wiring)
    id_, _ = shop.call()
    with shop.wiring.work() as work:
        agents.disconnected(work, sid="s1")
    shop.clock.forward(4)
    clock.tick()
    assert shop.asked(id_) == "alice"  # perhaps she only changes the page
    shop.clock.forward(2)
    clock.tick()
    assert shop.asked(id_) == "bo"
    alice = shop.agent("alice")
    assert (alice.status, alice.status_reason, alice.missed_in_a_row) == ("unavailable", "connection_lost", 0)
    with shop.wiring.work() as work:
        agents.seen(work, sid="s2")
    assert shop.agent("bo").status == "available"


def test_a_browser_that_is_back_within_the_grace_keeps_the_offer(shop: Shop) -> None:
    shop.wiring.settings = shop.wiring.settings.model_copy(update={"presence_grace_seconds": 5})
    shop.available("alice", "bo")
    _connect(shop, "alice", "s1")
    _connect(shop, "bo", "s2")
    id_, _ = shop.call()
    with shop.wiring.work() as work:
        agents.disconnected(work, sid="s1")
    shop.clock.forward(3)
    _connect(shop, "alice", "s3")
    shop.clock.forward(10)
    Clock(shop.wiring).tick()
    assert shop.asked(id_) == "alice"


@pytest.mark.parametrize("comes_back_by", ["signing in", "choosing a status"])
def test_an_agent_who_comes_back_is_not_lost_before_the_line_of_the_page_is_up(shop: Shop, comes_back_by: str) -> None:
    """Yesterday's browser is gone for long: it must not undo what was chosen a moment ago."""
    grace = shop.wiring.settings.presence_grace_seconds
    shop.available("alice")
    _connect(shop, "alice", "s1")
    with shop.wiring.work() as work:
        agents.disconnected(work, sid="s1")
    if comes_back_by == "signing in":
        shop.clock.forward(grace)
        with shop.wiring.work() as work:
            agents.sign_in(work, shop.people.alice)
    else:
        shop.clock.forward(86400)
        Clock(shop.wiring).tick()
        assert shop.agent("alice").status == "unavailable"
        with shop.wiring.work() as work:
            agents.choose_status(work, shop.people.alice, "available")
    shop.clock.forward(grace - 1)
    Clock(shop.wiring).tick()
    assert shop.agent("alice").status == "available"
    shop.clock.forward(2)
    Clock(shop.wiring).tick()
    assert shop.agent("alice").status_reason == "connection_lost"  # the agent did not come back


def test_a_browser_that_fell_silent_is_not_held_against_who_chooses_now(shop: Shop) -> None:
    """A web process that was killed wrote no end of its lines."""
    shop.available("alice")
    _connect(shop, "alice", "s1")
    shop.clock.forward(600)
    Clock(shop.wiring).tick()
    assert shop.agent("alice").status == "unavailable"
    shop.available("alice")
    Clock(shop.wiring).tick()
    assert shop.agent("alice").status == "available"


def test_a_browser_that_is_gone_while_talking_gives_the_caller_to_the_next_at_the_old_place(
    shop: Shop, rest: Rest, carrier: Carrier
) -> None:
    shop.available("alice", "bo")
    id_, sid, browser = shop.talk()
    rest.calls |= {sid: "in-progress", browser: "completed"}
    joined = shop.interaction(id_).joined_at
    carrier.conference(id_, "participant-leave", 10**9, browser, ReasonParticipantLeft="participant_hung_up")
    clock = Clock(shop.wiring)
    shop.clock.forward(19)
    clock.tick()
    assert (shop.asked(id_), shop.interaction(id_).state) == ("alice", "active")
    shop.clock.forward(2)
    clock.tick()
    assert (shop.asked(id_), shop.interaction(id_).state) == ("bo", "offered")
    assert shop.interaction(id_).joined_at == joined
    assert shop.agent("alice").state == "idle"
    operations.bring_back(shop.wiring, id_)
    assert rest.asked[-1][1].endswith(f"/Calls/{sid}.json")
    assert rest.asked[-1][2]["Url"].endswith(f"/webhooks/voice/again/{id_}")
    heard = carrier.post(f"/webhooks/voice/again/{id_}", {"CallSid": sid, "CallStatus": "in-progress"})
    assert verbs(heard) == ["Dial"]  # into the music again
    assert shop.interaction(id_).call.bring_back_at is None
    # leaving the old conference on our order is no hanging up
    carrier.conference(id_, "participant-leave", 10**9 + 1, sid, ReasonParticipantLeft="participant_updated_via_api")
    assert shop.interaction(id_).state == "offered"
    shop.accept(id_)
    shop.connect(id_)
    assert shop.interaction(id_).state == "active"
    operations.bring_back(shop.wiring, id_)  # a late enqueue does not drag the caller away from Bo
    assert len([path for _, path, form in rest.asked if "Url" in form]) == 1


def test_a_second_agent_who_is_faster_than_the_way_back_keeps_the_caller(shop: Shop, rest: Rest) -> None:
    shop.available("alice", "bo")
    id_, sid, browser = shop.talk()
    rest.calls |= {sid: "in-progress", browser: "completed"}
    shop.conference(id_, "participant-leave", browser)
    shop.clock.forward(21)
    Clock(shop.wiring).tick()
    shop.accept(id_)
    shop.connect(id_)
    operations.bring_back(shop.wiring, id_)
    assert not [form for _, _, form in rest.asked if "Url" in form]
    assert shop.interaction(id_).state == "active"


def test_a_line_that_never_comes_up_gives_the_caller_to_the_next(shop: Shop, rest: Rest, carrier: Carrier) -> None:
    shop.available("alice", "bo")
    id_, _ = shop.call()
    offer = shop.accept(id_)
    shop.clock.forward(16)
    Clock(shop.wiring).tick()
    assert (shop.asked(id_), shop.interaction(id_).call.bring_back_at) == ("bo", None)  # the music never stopped
    late = {"From": f"client:agent-{shop.people.alice}", "interaction": str(id_), "offer": str(offer)}
    assert verbs(carrier.post("/webhooks/voice/agent", late, CallSid=new_sid())) == ["Hangup"]


def test_a_line_whose_joining_was_never_told_is_asked_about_and_kept(shop: Shop, rest: Rest, carrier: Carrier) -> None:
    shop.available("alice", "bo")
    id_, _ = shop.call()
    offer, browser = shop.accept(id_), new_sid()
    params = {"From": f"client:agent-{shop.people.alice}", "interaction": str(id_), "offer": str(offer)}
    carrier.post("/webhooks/voice/agent", params, CallSid=browser)
    rest.calls[browser] = "in-progress"
    shop.clock.forward(16)
    Clock(shop.wiring).tick()
    assert (shop.asked(id_), shop.interaction(id_).answered_at is not None) == ("alice", True)


# Callbacks that never come


def test_the_app_was_down_when_the_caller_hung_up_and_finds_out_by_asking(shop: Shop, rest: Rest) -> None:
    waiting, sid = shop.call()
    shop.available("alice")
    assert shop.asked(waiting) == "alice"
    shop.accept(waiting)
    browser = shop.connect(waiting)
    rest.calls |= {sid: "in-progress", browser: "in-progress"}
    clock = Clock(shop.wiring)
    shop.clock.forward(121)
    clock.tick()
    assert shop.interaction(waiting).state == "active"  # still there, as the telephone company says
    rest.calls |= {sid: "completed", browser: "completed"}
    clock.tick()
    shop.clock.forward(61)
    clock.tick()
    one = shop.interaction(waiting)
    assert (one.state, one.result) == ("wrap_up", "served")
    clock.tick()
    assert shop.kinds(waiting).count("CallEnded") == 1


def test_a_call_the_telephone_company_does_not_know_any_more_is_over(shop: Shop, rest: Rest) -> None:
    id_, _ = shop.call()
    shop.clock.forward(121)
    Clock(shop.wiring).tick()
    assert (shop.interaction(id_).state, shop.interaction(id_).result) == ("ended", "abandoned")


def test_an_agents_line_that_is_unknown_does_not_end_the_callers(shop: Shop, rest: Rest) -> None:
    shop.available("alice", "bo")
    id_, sid, _ = shop.talk()
    rest.calls[sid] = "in-progress"
    clock = Clock(shop.wiring)
    shop.clock.forward(121)
    clock.tick()
    assert shop.interaction(id_).state == "active"
    shop.clock.forward(21)
    clock.tick()
    assert (shop.asked(id_), shop.interaction(id_).state) == ("bo", "offered")


def test_a_telephone_company_that_does_not_answer_changes_nothing(shop: Shop, rest: Rest) -> None:
    id_, _ = shop.call()
    shop.clock.forward(121)
    rest.refuse = [500, 503]
    clock = Clock(shop.wiring)
    clock.tick()
    assert shop.interaction(id_).state == "waiting"
    shop.clock.forward(61)
    clock.tick()
    assert shop.interaction(id_).state == "waiting"
    shop.clock.forward(61)
    clock.tick()
    assert shop.interaction(id_).state == "ended"


# The telephone company refuses


@pytest.mark.parametrize("status", [429, 500, 0], ids=["429", "500", "time-out"])
def test_refused_commands_surface_and_change_nothing(
    shop: Shop, rest: Rest, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.available("alice")
    id_, sid, _ = shop.talk()
    rest.calls[sid] = "in-progress"
    alice = shop.actor("alice")

    def fail_once() -> None:
        if status:
            rest.refuse = [status]
        else:
            rest.silent_seconds = 1.5
            shop.wiring.phone._client.http_client.timeout = 0.2  # type: ignore[attr-defined]

    def heal() -> None:
        rest.refuse, rest.silent_seconds = [], 0
        shop.wiring.phone._client.http_client.timeout = 6  # type: ignore[attr-defined]

    fail_once()
    with pytest.raises(OutsideError) as refused:
        operations.hold(shop.wiring, id_, actor=alice)
    assert not refused.value.permanent
    assert (shop.interaction(id_).held_since, shop.interaction(id_).state) == (None, "active")
    heal()
    operations.hold(shop.wiring, id_, actor=alice)
    shop.clock.forward(10)
    fail_once()
    with pytest.raises(OutsideError):
        operations.resume(shop.wiring, id_, actor=alice)
    assert shop.interaction(id_).held_since is not None
    heal()
    operations.resume(shop.wiring, id_, actor=alice)
    assert (shop.interaction(id_).held_seconds, shop.interaction(id_).held_since) == (10, None)
    fail_once()
    with pytest.raises(OutsideError):
        operations.hang_up(shop.wiring, id_, actor=alice)
    assert shop.interaction(id_).state == "active"
    heal()
    operations.hang_up(shop.wiring, id_, actor=alice)
    one = shop.interaction(id_)
    assert (one.state, one.ended_by, one.call.held_times) == ("wrap_up", "agent", 1)


def test_hanging_up_a_call_that_is_over_already_is_no_error(shop: Shop, rest: Rest) -> None:
    shop.available("alice")
    id_, _, _ = shop.talk()  # unknown to the telephone company
    operations.hang_up(shop.wiring, id_, actor=shop.actor("alice"))
    assert shop.interaction(id_).state == "wrap_up"
    with pytest.raises(CallNotConnected):
        operations.hold(shop.wiring, id_, actor=shop.actor("alice"))


def test_a_desk_telephone_is_rung_again_after_a_refusal_while_the_offer_lasts(shop: Shop, rest: Rest) -> None:
    shop.change("alice", desk_telephone="+14155550190")
    shop.available("alice", "bo")
    id_, _ = shop.call()
    offer = shop.offer(id_).id
    rest.refuse = [429, 500]
    for _ in range(2):
        operations.ring_agent(shop.wiring, offer)
        operations.ring_agent(shop.wiring, offer)  # enqueued twice: not before its time
        assert shop.asked(id_) == "alice"
        shop.clock.forward(2)
    assert rest.commands() == ["Calls", "Calls"]
    operations.ring_agent(shop.wiring, offer)
    assert rest.commands() == ["Calls"] * 3
    assert shop.offer(id_).ring_at is None
    operations.ring_agent(shop.wiring, offer)
    assert rest.commands() == ["Calls"] * 3
    assert [leg.party for leg in shop.rows(Leg)] == ["customer", "agent"]


def test_a_desk_telephone_refused_for_good_passes_the_call_on(shop: Shop, rest: Rest) -> None:
    shop.change("alice", desk_telephone="+14155550190")
    shop.available("alice", "bo")
    id_, _ = shop.call()
    rest.refuse, rest.code = [400], 21211
    operations.ring_agent(shop.wiring, shop.offer(id_).id)
    assert shop.asked(id_) == "bo"


def test_a_ring_whose_answer_was_lost_still_connects(shop: Shop, rest: Rest, carrier: Carrier) -> None:
    shop.change("alice", desk_telephone="+14155550190")
    shop.available("alice")
    id_, _ = shop.call()
    offer, leg = shop.offer(id_).id, new_sid()
    rest.refuse = [500]  # it rings all the same, and we never learned the sid
    operations.ring_agent(shop.wiring, offer)
    assert verbs(carrier.post(f"/webhooks/voice/agent/answered/{offer}", {"CallSid": leg})) == ["Gather", "Hangup"]
    pressed = carrier.post(f"/webhooks/voice/agent/pressed/{offer}", {"CallSid": leg, "Digits": "1"})
    assert verbs(pressed) == ["Dial"]
    carrier.conference(id_, "participant-join", 5, leg)
    assert shop.interaction(id_).answered_at is not None
    shop.clock.forward(30)
    Clock(shop.wiring).tick()
    assert (shop.asked(id_), shop.interaction(id_).state) == ("alice", "active")
    assert rest.commands() == ["Calls"]


def test_a_desk_telephone_whose_ring_timed_out_but_rings_is_not_rung_twice(
    shop: Shop, rest: Rest, carrier: Carrier
) -> None:
    """A second ring would find it busy, and count as not answered while the first still rings."""
    shop.change("alice", desk_telephone="+14155550190")
    shop.available("alice")
    id_, _ = shop.call()
    offer, leg = shop.offer(id_).id, new_sid()
    rest.silent_seconds = 1.5
    shop.wiring.phone._client.http_client.timeout = 0.2  # type: ignore[attr-defined]
    operations.ring_agent(shop.wiring, offer)
    rest.silent_seconds = 0
    shop.wiring.phone._client.http_client.timeout = 6  # type: ignore[attr-defined]
    told = rest.asked[-1][2]["StatusCallback"]
    assert told.endswith(f"/webhooks/voice/status?offer={offer}")
    assert carrier.status(leg, "initiated", of=f"?offer={offer}").status_code == 204
    shop.clock.forward(3)
    operations.ring_agent(shop.wiring, offer)
    assert rest.commands() == ["Calls"]
    assert [line.sid for line in shop.rows(Leg) if line.party == "agent"] == [leg]
    carrier.status(leg, "no-answer", of=f"?offer={offer}")
    assert shop.agent("alice").missed_in_a_row == 1
    carrier.status(leg, "ringing", of=f"?offer={offer}")  # late, and changes nothing
    assert shop.agent("alice").missed_in_a_row == 1


def test_a_desk_telephone_pressed_too_late_is_told_so(shop: Shop, carrier: Carrier) -> None:
    shop.change("alice", desk_telephone="+14155550190")
    shop.available("alice")
    id_, sid = shop.call()
    offer = shop.offer(id_).id
    carrier.status(sid)
    late = carrier.post(f"/webhooks/voice/agent/pressed/{offer}", {"CallSid": new_sid(), "Digits": "1"})
    assert "no longer waiting" in spoken(late)


def _text(shop: Shop, body: str) -> Message:
    shop.text("hello")
    id_ = shop.rows(Interaction)[-1].id
    shop.accept(id_)
    with shop.wiring.work() as work:
        return messages.send(work, id_, actor=shop.actor("alice"), body=body)


def test_a_message_refused_is_sent_later_and_once(shop: Shop, rest: Rest) -> None:
    shop.available("alice")
    message = _text(shop, "we are on our way")
    rest.refuse = [429, 500]
    operations.send_message(shop.wiring, message.id)
    operations.send_message(shop.wiring, message.id)  # not before its time
    assert shop.row(Message, message.id).status == "due"
    shop.clock.forward(5)
    operations.send_message(shop.wiring, message.id)
    shop.clock.forward(10)
    operations.send_message(shop.wiring, message.id)
    operations.send_message(shop.wiring, message.id)
    assert [sent["body"] for sent in rest.sent] == ["we are on our way"]
    assert shop.row(Message, message.id).status == "queued"


def test_a_message_to_whoever_opted_out_is_not_tried_again(shop: Shop, rest: Rest) -> None:
    shop.available("alice")
    message = _text(shop, "we are on our way")
    rest.refuse, rest.code = [400], 21610
    operations.send_message(shop.wiring, message.id)
    row = shop.row(Message, message.id)
    assert (row.status, row.error_code, row.next_try_at) == ("failed", 21610, None)
    shop.clock.forward(3600)
    operations.send_message(shop.wiring, message.id)
    assert rest.commands() == ["Messages"]


def test_a_message_whose_answer_was_lost_is_found_and_not_sent_twice(shop: Shop, rest: Rest) -> None:
    shop.available("alice")
    message = _text(shop, "we are on our way")
    with shop.wiring.work() as work:
        outgoing.claim(work, message.id)
    rest.sent.append({"sid": "SM" + "5" * 32, "body": "we are on our way", "to": CARLA})  # and then we crashed
    shop.clock.forward(61)
    operations.send_message(shop.wiring, message.id)
    assert (len(rest.sent), shop.row(Message, message.id).sid) == (1, "SM" + "5" * 32)


# Servers fail


def test_redis_stopped_and_wiped_during_calls_loses_nothing(
    shop: Shop, rest: Rest, carrier: Carrier, redis_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.available("alice", "bo")
    message = _text(shop, "we are on our way")
    talking, talking_sid, _ = shop.talk("+14155550160")
    redis_server.stop()
    sid = new_sid()
    assert "Welcome" in spoken(carrier.incoming(sid, "+14155550161"))
    id_ = shop.of_sid(sid).id
    assert verbs(carrier.press(id_, "1", sid)) == ["Dial"]
    asked = shop.asked(id_)
    assert asked in ("alice", "bo")
    shop.accept(id_)
    shop.connect(id_)
    carrier.status(talking_sid)
    assert shop.interaction(talking).state == "wrap_up"
    clock = Clock(shop.wiring)
    clock.tick()
    assert shop.interaction(id_).state == "active"
    redis_server.start()
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    clock.tick()
    work_off(shop.wiring, monkeypatch)
    assert [sent["body"] for sent in rest.sent] == ["we are on our way"]
    assert shop.row(Message, message.id).status == "queued"
    clock.tick()
    work_off(shop.wiring, monkeypatch)
    assert len(rest.sent) == 1


def test_postgresql_restarted_between_two_requests_goes_unnoticed(
    shop: Shop, carrier: Carrier, postgres_server: EmbeddedServer
) -> None:
    shop.available("alice")
    sid = new_sid()
    carrier.incoming(sid)
    id_ = shop.of_sid(sid).id
    postgres_server.stop()
    assert verbs(carrier.press(id_, "1", sid)) == ["Say", "Pause", "Redirect"]
    assert carrier.status(new_sid()).status_code == 503
    postgres_server.start()
    assert verbs(carrier.press(id_, "1", sid)) == ["Dial"]
    assert shop.asked(id_) == "alice"


def test_two_clocks_side_by_side_do_everything_once(shop: Shop, rest: Rest) -> None:
    shop.available("alice", "bo")
    served, sid, _ = shop.talk()
    shop.report(sid)
    offered, _ = shop.call("+14155550161")
    assert shop.asked(offered) == "bo"
    gone, _ = shop.call("+14155550162")
    shop.clock.forward(125)
    clocks = [Clock(shop.wiring) for _ in range(3)]
    results = at_once(*[clock.tick for clock in clocks])
    assert not [result for result in results if result is not None]
    assert shop.kinds(served).count("WrapUpFinished") == 1
    outcomes = [row.state for row in shop.rows(Survey)]
    assert not outcomes
    assert shop.kinds(gone).count("CallEnded") == shop.kinds(offered).count("CallEnded") == 1
    assert shop.agent("bo").missed_in_a_row <= 1
    assert shop.agent("alice").state == "idle"


def test_a_whole_day_of_one_customer_is_one_story(shop: Shop, rest: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Call, serve, solve, ask, answer: by the clock and a worker alone."""
    shop.available("alice")
    id_, sid, _ = shop.talk()
    shop.report(sid)
    with shop.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="solved", note="sent a new one", actor=shop.actor("alice"))
    clock = Clock(shop.wiring)
    for _ in range(2):
        clock.tick()
        work_off(shop.wiring, monkeypatch)
    assert len(rest.sent) == 1
    shop.text("5 great")
    work_off(shop.wiring, monkeypatch)
    assert len(rest.sent) == 2
    assert [(row.state, row.score, row.comment) for row in shop.rows(Survey)] == [("answered", 5, "great")]

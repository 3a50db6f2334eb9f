"""Failures of browsers, callers, servers and Twilio: nothing is lost, nothing is done twice."""

import pytest
import redis
from redis.client import PubSub
from rq import SimpleWorker

import workers.job
from callcenter import operations
from callcenter.actions.agents import agents
from callcenter.actions.calls import wrap_ups
from callcenter.actions.messages import messages, outgoing
from callcenter.background import QUEUES
from callcenter.domain.errors import CallNotConnected, OutsideError
from callcenter.embedded.server import EmbeddedServer
from callcenter.push import CHANNEL, Push
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.calls.legs import Leg
from callcenter.storage.messages.messages import Message
from callcenter.storage.surveys.surveys import Survey
from callcenter.wiring import Wiring
from tests.carrier import Carrier, Rest
from tests.factories import CARLA, Centre, at_once, new_sid
from tests.webhooks.test_voice import spoken, verbs
from workers.clock import Clock


def work_off(wiring: Wiring, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker does all that stands in the queues, and goes."""
    monkeypatch.setattr(workers.job, "process_wiring", lambda: wiring)
    SimpleWorker(list(QUEUES), connection=wiring.background.redis).work(burst=True, logging_level="ERROR")


# The agent's browser is gone, or the web


def _connect(centre: Centre, name: str, sid: str) -> None:
    with centre.wiring.work() as work:
        agents.connected(work, sid=sid, agent_id=centre.id_of(name))


@pytest.mark.usefixtures("web_listens")
def test_a_browser_that_is_gone_while_offered_passes_the_offer_on_at_once(centre: Centre) -> None:
    centre.wiring.settings = centre.wiring.settings.model_copy(update={"presence_grace_seconds": 5})
    centre.available("alice", "bo")
    _connect(centre, "alice", "s1")
    _connect(centre, "bo", "s2")
    clock = Clock(centre.wiring)
    id_, _ = centre.call()
    with centre.wiring.work() as work:
        agents.disconnected(work, sid="s1")
    centre.clock.forward(4)
    clock.tick()
    assert centre.asked(id_) == "alice"  # perhaps she only changes the page
    centre.clock.forward(2)
    clock.tick()
    assert centre.asked(id_) == "bo"
    alice = centre.agent("alice")
    assert (alice.status, alice.status_reason, alice.missed_in_a_row) == ("unavailable", "connection_lost", 0)
    with centre.wiring.work() as work:
        agents.seen(work, sid="s2")
    assert centre.agent("bo").status == "available"


def test_a_process_that_has_published_nothing_yet_knows_whether_the_web_listens(
    redis_url: str, web_listens: PubSub
) -> None:
    assert Push(redis_url).has_listeners()
    web_listens.unsubscribe()
    assert web_listens.get_message(timeout=5)
    assert not Push(redis_url).has_listeners()


def test_while_no_web_process_is_there_nobody_misses_anything_and_all_are_as_before_when_it_is_back(
    centre: Centre, web_listens: PubSub
) -> None:
    centre.available("alice")
    _connect(centre, "alice", "s1")
    clock = Clock(centre.wiring)
    clock.tick()
    web_listens.unsubscribe()
    assert web_listens.get_message(timeout=5)
    id_, _ = centre.call()
    for _ in range(12):  # ten minutes
        centre.clock.forward(50)
        clock.tick()
    alice = centre.agent("alice")
    assert (alice.status, alice.missed_in_a_row) == ("available", 0)
    web_listens.subscribe(CHANNEL)
    assert web_listens.get_message(timeout=5)
    clock.tick()
    assert centre.agent("alice").status == "available"
    _connect(centre, "alice", "s2")  # the browser is back
    centre.clock.forward(40)
    with centre.wiring.work() as work:
        agents.seen(work, sid="s2")
    clock.tick()
    assert centre.agent("alice").status == "available"
    centre.clock.forward(6)
    clock.tick()
    assert centre.asked(id_) == "alice"


@pytest.mark.usefixtures("web_listens")
def test_a_browser_that_is_back_within_the_grace_keeps_the_offer(centre: Centre) -> None:
    centre.wiring.settings = centre.wiring.settings.model_copy(update={"presence_grace_seconds": 5})
    centre.available("alice", "bo")
    _connect(centre, "alice", "s1")
    _connect(centre, "bo", "s2")
    id_, _ = centre.call()
    with centre.wiring.work() as work:
        agents.disconnected(work, sid="s1")
    centre.clock.forward(3)
    _connect(centre, "alice", "s3")
    centre.clock.forward(10)
    Clock(centre.wiring).tick()
    assert centre.asked(id_) == "alice"


@pytest.mark.usefixtures("web_listens")
@pytest.mark.parametrize("comes_back_by", ["signing in", "choosing a status"])
def test_an_agent_who_comes_back_is_not_lost_before_the_line_of_the_page_is_up(
    centre: Centre, comes_back_by: str
) -> None:
    """Yesterday's browser is gone for long: it must not undo what was chosen a moment ago."""
    grace = centre.wiring.settings.presence_grace_seconds
    centre.available("alice")
    _connect(centre, "alice", "s1")
    with centre.wiring.work() as work:
        agents.disconnected(work, sid="s1")
    if comes_back_by == "signing in":
        centre.clock.forward(grace)
        with centre.wiring.work() as work:
            agents.sign_in(work, centre.people.alice)
    else:
        centre.clock.forward(86400)
        Clock(centre.wiring).tick()
        assert centre.agent("alice").status == "unavailable"
        with centre.wiring.work() as work:
            agents.choose_status(work, centre.people.alice, "available")
    centre.clock.forward(grace - 1)
    Clock(centre.wiring).tick()
    assert centre.agent("alice").status == "available"
    centre.clock.forward(2)
    Clock(centre.wiring).tick()
    assert centre.agent("alice").status_reason == "connection_lost"  # the agent did not come back


@pytest.mark.usefixtures("web_listens")
def test_a_browser_that_fell_silent_is_not_held_against_who_chooses_now(centre: Centre) -> None:
    """A web process that was killed wrote no end of its lines."""
    centre.available("alice")
    _connect(centre, "alice", "s1")
    centre.clock.forward(600)
    Clock(centre.wiring).tick()
    assert centre.agent("alice").status == "unavailable"
    centre.available("alice")
    Clock(centre.wiring).tick()
    assert centre.agent("alice").status == "available"


def test_a_browser_that_is_gone_while_talking_gives_the_caller_to_the_next_at_the_old_place(
    centre: Centre, rest: Rest, carrier: Carrier
) -> None:
    centre.available("alice", "bo")
    id_, sid, browser = centre.talk()
    rest.calls |= {sid: "in-progress", browser: "completed"}
    joined = centre.interaction(id_).joined_at
    carrier.conference(id_, "participant-leave", 10**9, browser, ReasonParticipantLeft="participant_hung_up")
    clock = Clock(centre.wiring)
    centre.clock.forward(19)
    clock.tick()
    assert (centre.asked(id_), centre.interaction(id_).state) == ("alice", "active")
    centre.clock.forward(2)
    clock.tick()
    assert (centre.asked(id_), centre.interaction(id_).state) == ("bo", "offered")
    assert centre.interaction(id_).joined_at == joined
    assert centre.agent("alice").state == "idle"
    operations.bring_back(centre.wiring, id_)
    assert rest.asked[-1][1].endswith(f"/Calls/{sid}.json")
    assert rest.asked[-1][2]["Url"].endswith(f"/webhooks/voice/again/{id_}")
    heard = carrier.post(f"/webhooks/voice/again/{id_}", {"CallSid": sid, "CallStatus": "in-progress"})
    assert verbs(heard) == ["Dial"]  # into the music again
    assert centre.interaction(id_).call.bring_back_at is None
    # leaving the old conference on our order is no hanging up
    carrier.conference(id_, "participant-leave", 10**9 + 1, sid, ReasonParticipantLeft="participant_updated_via_api")
    assert centre.interaction(id_).state == "offered"
    centre.accept(id_)
    centre.connect(id_)
    assert centre.interaction(id_).state == "active"
    operations.bring_back(centre.wiring, id_)  # a late enqueue does not drag the caller away from Bo
    assert len([path for _, path, form in rest.asked if "Url" in form]) == 1


def test_a_second_agent_who_is_faster_than_the_way_back_keeps_the_caller(centre: Centre, rest: Rest) -> None:
    centre.available("alice", "bo")
    id_, sid, browser = centre.talk()
    rest.calls |= {sid: "in-progress", browser: "completed"}
    centre.conference(id_, "participant-leave", browser)
    centre.clock.forward(21)
    Clock(centre.wiring).tick()
    centre.accept(id_)
    centre.connect(id_)
    operations.bring_back(centre.wiring, id_)
    assert not [form for _, _, form in rest.asked if "Url" in form]
    assert centre.interaction(id_).state == "active"


def test_a_line_that_never_comes_up_gives_the_caller_to_the_next(centre: Centre, rest: Rest, carrier: Carrier) -> None:
    centre.available("alice", "bo")
    id_, _ = centre.call()
    offer = centre.accept(id_)
    centre.clock.forward(16)
    Clock(centre.wiring).tick()
    assert (centre.asked(id_), centre.interaction(id_).call.bring_back_at) == ("bo", None)  # the music never stopped
    late = {"From": f"client:agent-{centre.people.alice}", "interaction": str(id_), "offer": str(offer)}
    assert verbs(carrier.post("/webhooks/voice/agent", late, CallSid=new_sid())) == ["Hangup"]


def test_a_line_whose_joining_was_never_told_is_asked_about_and_kept(
    centre: Centre, rest: Rest, carrier: Carrier
) -> None:
    centre.available("alice", "bo")
    id_, caller = centre.call()
    offer, browser = centre.accept(id_), new_sid()
    params = {"From": f"client:agent-{centre.people.alice}", "interaction": str(id_), "offer": str(offer)}
    carrier.post("/webhooks/voice/agent", params, CallSid=browser)
    rest.calls[browser] = rest.calls[caller] = "in-progress"
    centre.clock.forward(16)
    Clock(centre.wiring).tick()
    assert (centre.asked(id_), centre.interaction(id_).answered_at is not None) == ("alice", True)


# Callbacks that never come


def test_the_app_was_down_when_the_caller_hung_up_and_finds_out_by_asking(centre: Centre, rest: Rest) -> None:
    waiting, sid = centre.call()
    centre.available("alice")
    assert centre.asked(waiting) == "alice"
    centre.accept(waiting)
    browser = centre.connect(waiting)
    rest.calls |= {sid: "in-progress", browser: "in-progress"}
    clock = Clock(centre.wiring)
    centre.clock.forward(121)
    clock.tick()
    assert centre.interaction(waiting).state == "active"  # still there, as the telephone company says
    rest.calls |= {sid: "completed", browser: "completed"}
    clock.tick()
    centre.clock.forward(61)
    clock.tick()
    one = centre.interaction(waiting)
    assert (one.state, one.result) == ("wrap_up", "served")
    clock.tick()
    assert centre.kinds(waiting).count("CallEnded") == 1


def test_a_call_the_telephone_company_does_not_know_any_more_is_over(centre: Centre, rest: Rest) -> None:
    id_, _ = centre.call()
    centre.clock.forward(121)
    Clock(centre.wiring).tick()
    assert (centre.interaction(id_).state, centre.interaction(id_).result) == ("ended", "abandoned")


def test_an_agents_line_that_is_unknown_does_not_end_the_callers(centre: Centre, rest: Rest) -> None:
    centre.available("alice", "bo")
    id_, sid, _ = centre.talk()
    rest.calls[sid] = "in-progress"
    clock = Clock(centre.wiring)
    centre.clock.forward(121)
    clock.tick()
    assert centre.interaction(id_).state == "active"
    centre.clock.forward(21)
    clock.tick()
    assert (centre.asked(id_), centre.interaction(id_).state) == ("bo", "offered")


def test_a_telephone_company_that_does_not_answer_changes_nothing(centre: Centre, rest: Rest) -> None:
    id_, _ = centre.call()
    centre.clock.forward(121)
    rest.refuse = [500, 503]
    clock = Clock(centre.wiring)
    clock.tick()
    assert centre.interaction(id_).state == "waiting"
    centre.clock.forward(61)
    clock.tick()
    assert centre.interaction(id_).state == "waiting"
    centre.clock.forward(61)
    clock.tick()
    assert centre.interaction(id_).state == "ended"


# The telephone company refuses


@pytest.mark.parametrize("status", [429, 500, 0], ids=["429", "500", "time-out"])
def test_refused_commands_surface_and_change_nothing(
    centre: Centre, rest: Rest, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre.available("alice")
    id_, sid, _ = centre.talk()
    rest.calls[sid] = "in-progress"
    alice = centre.actor("alice")

    def fail_once() -> None:
        if status:
            rest.refuse = [status]
        else:
            rest.silent_seconds = 1.5
            centre.wiring.phone._client.http_client.timeout = 0.2  # type: ignore[attr-defined]

    def heal() -> None:
        rest.refuse, rest.silent_seconds = [], 0
        centre.wiring.phone._client.http_client.timeout = 6  # type: ignore[attr-defined]

    fail_once()
    with pytest.raises(OutsideError) as refused:
        operations.hold(centre.wiring, id_, actor=alice)
    assert not refused.value.permanent
    assert (centre.interaction(id_).held_since, centre.interaction(id_).state) == (None, "active")
    heal()
    operations.hold(centre.wiring, id_, actor=alice)
    centre.clock.forward(10)
    fail_once()
    with pytest.raises(OutsideError):
        operations.resume(centre.wiring, id_, actor=alice)
    assert centre.interaction(id_).held_since is not None
    heal()
    operations.resume(centre.wiring, id_, actor=alice)
    assert (centre.interaction(id_).held_seconds, centre.interaction(id_).held_since) == (10, None)
    fail_once()
    with pytest.raises(OutsideError):
        operations.hang_up(centre.wiring, id_, actor=alice)
    assert centre.interaction(id_).state == "active"
    heal()
    operations.hang_up(centre.wiring, id_, actor=alice)
    one = centre.interaction(id_)
    assert (one.state, one.ended_by, one.call.held_times) == ("wrap_up", "agent", 1)


def test_hanging_up_a_call_that_is_over_already_is_no_error(centre: Centre, rest: Rest) -> None:
    centre.available("alice")
    id_, _, _ = centre.talk()  # unknown to the telephone company
    operations.hang_up(centre.wiring, id_, actor=centre.actor("alice"))
    assert centre.interaction(id_).state == "wrap_up"
    with pytest.raises(CallNotConnected):
        operations.hold(centre.wiring, id_, actor=centre.actor("alice"))


def test_a_desk_telephone_is_rung_again_after_a_refusal_while_the_offer_lasts(centre: Centre, rest: Rest) -> None:
    centre.change("alice", desk_telephone="+14155550190")
    centre.available("alice", "bo")
    id_, _ = centre.call()
    offer = centre.offer(id_).id
    rest.refuse = [429, 500]
    for _ in range(2):
        operations.ring_agent(centre.wiring, offer)
        operations.ring_agent(centre.wiring, offer)  # enqueued twice: not before its time
        assert centre.asked(id_) == "alice"
        centre.clock.forward(2)
    assert rest.commands() == ["Calls", "Calls"]
    operations.ring_agent(centre.wiring, offer)
    assert rest.commands() == ["Calls"] * 3
    assert centre.offer(id_).ring_at is None
    operations.ring_agent(centre.wiring, offer)
    assert rest.commands() == ["Calls"] * 3
    assert [leg.party for leg in centre.rows(Leg)] == ["customer", "agent"]


def test_a_desk_telephone_refused_for_good_passes_the_call_on(centre: Centre, rest: Rest) -> None:
    centre.change("alice", desk_telephone="+14155550190")
    centre.available("alice", "bo")
    id_, _ = centre.call()
    rest.refuse, rest.code = [400], 21211
    operations.ring_agent(centre.wiring, centre.offer(id_).id)
    assert centre.asked(id_) == "bo"


def test_a_ring_whose_answer_was_lost_still_connects(centre: Centre, rest: Rest, carrier: Carrier) -> None:
    centre.change("alice", desk_telephone="+14155550190")
    centre.available("alice")
    id_, _ = centre.call()
    offer, leg = centre.offer(id_).id, new_sid()
    rest.refuse = [500]  # it rings all the same, and we never learned the sid
    operations.ring_agent(centre.wiring, offer)
    assert verbs(carrier.post(f"/webhooks/voice/agent/answered/{offer}", {"CallSid": leg})) == ["Gather", "Hangup"]
    pressed = carrier.post(f"/webhooks/voice/agent/pressed/{offer}", {"CallSid": leg, "Digits": "1"})
    assert verbs(pressed) == ["Dial"]
    carrier.conference(id_, "participant-join", 5, leg)
    assert centre.interaction(id_).answered_at is not None
    centre.clock.forward(30)
    Clock(centre.wiring).tick()
    assert (centre.asked(id_), centre.interaction(id_).state) == ("alice", "active")
    assert rest.commands() == ["Calls"]


def test_a_desk_telephone_whose_ring_timed_out_but_rings_is_not_rung_twice(
    centre: Centre, rest: Rest, carrier: Carrier
) -> None:
    """A second ring would find it busy, and count as not answered while the first still rings."""
    centre.change("alice", desk_telephone="+14155550190")
    centre.available("alice")
    id_, _ = centre.call()
    offer, leg = centre.offer(id_).id, new_sid()
    rest.silent_seconds = 1.5
    centre.wiring.phone._client.http_client.timeout = 0.2  # type: ignore[attr-defined]
    operations.ring_agent(centre.wiring, offer)
    rest.silent_seconds = 0
    centre.wiring.phone._client.http_client.timeout = 6  # type: ignore[attr-defined]
    told = rest.asked[-1][2]["StatusCallback"]
    assert told.endswith(f"/webhooks/voice/status?offer={offer}")
    assert carrier.status(leg, "initiated", of=f"?offer={offer}").status_code == 204
    centre.clock.forward(3)
    operations.ring_agent(centre.wiring, offer)
    assert rest.commands() == ["Calls"]
    assert [line.sid for line in centre.rows(Leg) if line.party == "agent"] == [leg]
    carrier.status(leg, "no-answer", of=f"?offer={offer}")
    assert centre.agent("alice").missed_in_a_row == 1
    carrier.status(leg, "ringing", of=f"?offer={offer}")  # late, and changes nothing
    assert centre.agent("alice").missed_in_a_row == 1


def test_a_desk_telephone_pressed_too_late_is_told_so(centre: Centre, carrier: Carrier) -> None:
    centre.change("alice", desk_telephone="+14155550190")
    centre.available("alice")
    id_, sid = centre.call()
    offer = centre.offer(id_).id
    carrier.status(sid)
    late = carrier.post(f"/webhooks/voice/agent/pressed/{offer}", {"CallSid": new_sid(), "Digits": "1"})
    assert "no longer waiting" in spoken(late)


def _text(centre: Centre, body: str) -> Message:
    centre.text("hello")
    id_ = centre.rows(Interaction)[-1].id
    centre.accept(id_)
    with centre.wiring.work() as work:
        return messages.send(work, id_, actor=centre.actor("alice"), body=body)


def test_a_message_refused_is_sent_later_and_once(centre: Centre, rest: Rest) -> None:
    centre.available("alice")
    message = _text(centre, "we are on our way")
    rest.refuse = [429, 500]
    operations.send_message(centre.wiring, message.id)
    operations.send_message(centre.wiring, message.id)  # not before its time
    assert centre.row(Message, message.id).status == "due"
    centre.clock.forward(5)
    operations.send_message(centre.wiring, message.id)
    centre.clock.forward(10)
    operations.send_message(centre.wiring, message.id)
    operations.send_message(centre.wiring, message.id)
    assert [sent["body"] for sent in rest.sent] == ["we are on our way"]
    assert centre.row(Message, message.id).status == "queued"


def test_a_message_to_whoever_opted_out_is_not_tried_again(centre: Centre, rest: Rest) -> None:
    centre.available("alice")
    message = _text(centre, "we are on our way")
    rest.refuse, rest.code = [400], 21610
    operations.send_message(centre.wiring, message.id)
    row = centre.row(Message, message.id)
    assert (row.status, row.error_code, row.next_try_at) == ("failed", 21610, None)
    centre.clock.forward(3600)
    operations.send_message(centre.wiring, message.id)
    assert rest.commands() == ["Messages"]


def test_a_message_whose_answer_was_lost_is_found_and_not_sent_twice(centre: Centre, rest: Rest) -> None:
    centre.available("alice")
    message = _text(centre, "we are on our way")
    with centre.wiring.work() as work:
        outgoing.claim(work, message.id)
    rest.sent.append({"sid": "SM" + "5" * 32, "body": "we are on our way", "to": CARLA})  # and then we crashed
    centre.clock.forward(61)
    operations.send_message(centre.wiring, message.id)
    assert (len(rest.sent), centre.row(Message, message.id).sid) == (1, "SM" + "5" * 32)


# Servers fail


def test_redis_stopped_and_wiped_during_calls_loses_nothing(
    centre: Centre, rest: Rest, carrier: Carrier, redis_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre.available("alice", "bo")
    message = _text(centre, "we are on our way")
    talking, talking_sid, _ = centre.talk("+14155550160")
    redis_server.stop()
    sid = new_sid()
    assert "Welcome" in spoken(carrier.incoming(sid, "+14155550161"))
    id_ = centre.of_sid(sid).id
    assert verbs(carrier.press(id_, "1", sid)) == ["Dial"]
    asked = centre.asked(id_)
    assert asked in ("alice", "bo")
    centre.accept(id_)
    centre.connect(id_)
    carrier.status(talking_sid)
    assert centre.interaction(talking).state == "wrap_up"
    clock = Clock(centre.wiring)
    clock.tick()
    assert centre.interaction(id_).state == "active"
    redis_server.start()
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    clock.tick()
    work_off(centre.wiring, monkeypatch)
    assert [sent["body"] for sent in rest.sent] == ["we are on our way"]
    assert centre.row(Message, message.id).status == "queued"
    clock.tick()
    work_off(centre.wiring, monkeypatch)
    assert len(rest.sent) == 1


def test_postgresql_restarted_between_two_requests_goes_unnoticed(
    centre: Centre, carrier: Carrier, postgres_server: EmbeddedServer
) -> None:
    centre.available("alice")
    sid = new_sid()
    carrier.incoming(sid)
    id_ = centre.of_sid(sid).id
    postgres_server.stop()
    assert verbs(carrier.press(id_, "1", sid)) == ["Say", "Pause", "Redirect"]
    assert carrier.status(new_sid()).status_code == 503
    postgres_server.start()
    assert verbs(carrier.press(id_, "1", sid)) == ["Dial"]
    assert centre.asked(id_) == "alice"


def test_two_clocks_side_by_side_do_everything_once(centre: Centre, rest: Rest) -> None:
    centre.available("alice", "bo")
    served, sid, _ = centre.talk()
    centre.report(sid)
    offered, _ = centre.call("+14155550161")
    assert centre.asked(offered) == "bo"
    gone, _ = centre.call("+14155550162")
    centre.clock.forward(125)
    clocks = [Clock(centre.wiring) for _ in range(3)]
    results = at_once(*[clock.tick for clock in clocks])
    assert not [result for result in results if result is not None]
    assert centre.kinds(served).count("WrapUpFinished") == 1
    outcomes = [row.state for row in centre.rows(Survey)]
    assert not outcomes
    assert centre.kinds(gone).count("CallEnded") == centre.kinds(offered).count("CallEnded") == 1
    assert centre.agent("bo").missed_in_a_row <= 1
    assert centre.agent("alice").state == "idle"


def test_a_whole_day_of_one_customer_is_one_story(centre: Centre, rest: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Call, serve, solve, ask, answer: by the clock and a worker alone."""
    centre.available("alice")
    id_, sid, _ = centre.talk()
    centre.report(sid)
    with centre.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="solved", note="sent a new one", actor=centre.actor("alice"))
    clock = Clock(centre.wiring)
    for _ in range(2):
        clock.tick()
        work_off(centre.wiring, monkeypatch)
    assert len(rest.sent) == 1
    centre.text("5 great")
    work_off(centre.wiring, monkeypatch)
    assert len(rest.sent) == 2
    assert [(row.state, row.score, row.comment) for row in centre.rows(Survey)] == [("answered", 5, "great")]

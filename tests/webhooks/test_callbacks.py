"""TwiML for callbacks: the offer, the call to the customer, voicemail, and the end of an agent's conference."""

import xml.etree.ElementTree as ET

from sqlalchemy import select
from werkzeug.test import TestResponse

from callcenter.storage.administration.company import Queue
from callcenter.storage.callbacks.callbacks import Callback
from tests.carrier import Carrier
from tests.factories import CARLA, LI_LEI, Centre, new_sid
from workers.clock import Clock


def verbs(answer: TestResponse) -> list[str]:
    return [verb.tag for verb in ET.fromstring(answer.data)]


def spoken(answer: TestResponse) -> str:
    return " ".join(say.text or "" for say in ET.fromstring(answer.data).iter("Say"))


def left(carrier: Carrier, call_id: int, sid: str, **fields: str) -> TestResponse:
    told = {"CallStatus": "in-progress", "DialCallStatus": "answered", **fields}
    return carrier.post(f"/webhooks/voice/left/{call_id}", told, CallSid=sid)


def test_star_brings_the_offer_of_a_callback_and_1_a_promise_in_the_callers_language_and_zone(
    centre: Centre, carrier: Carrier
) -> None:
    centre.customer("李雷", LI_LEI, language="zh", zone="Asia/Shanghai")
    call_id, sid = centre.call(LI_LEI)
    waits = carrier.post(f"/webhooks/voice/wait/{call_id}", CallSid=sid)
    assert spoken(waits)
    asked = left(carrier, call_id, sid)
    assert verbs(asked) == ["Gather", "Redirect"]
    again = left(carrier, call_id, sid)
    assert again.data == asked.data
    promised = carrier.post(f"/webhooks/voice/callback/{call_id}", CallSid=sid, Digits="1")
    assert verbs(promised) == ["Say", "Say", "Hangup"]
    assert "月" in spoken(promised)
    [row] = centre.rows(Callback)
    twice = carrier.post(f"/webhooks/voice/callback/{call_id}", CallSid=sid, Digits="1")
    assert twice.data == promised.data
    assert len(centre.rows(Callback)) == 1
    carrier.status(sid, "completed")
    assert centre.interaction(call_id).result == "callback"
    assert row.source == "key"


def test_a_conference_that_failed_is_no_star(centre: Centre, carrier: Carrier) -> None:
    call_id, sid = centre.call()
    assert verbs(left(carrier, call_id, sid, DialCallStatus="failed")) == ["Dial"]


def test_silence_waits_on(centre: Centre, carrier: Carrier) -> None:
    call_id, sid = centre.call()
    left(carrier, call_id, sid)
    assert verbs(carrier.post(f"/webhooks/voice/callback/{call_id}", CallSid=sid)) == ["Dial"]
    assert centre.interaction(call_id).state == "waiting"


def test_leaving_the_conference_by_star_ends_nothing(centre: Centre, carrier: Carrier) -> None:
    centre.available("alice")
    call_id, sid, browser = centre.talk()
    carrier.conference(
        call_id,
        "participant-leave",
        10**9,
        sid,
        ReasonParticipantLeft="participant_hung_up",
        ParticipantCallStatus="in-progress",
    )
    assert centre.interaction(call_id).state == "active"
    assert verbs(left(carrier, call_id, sid)) == ["Dial"]
    gone = {"CallStatus": "in-progress", "DialCallStatus": "answered"}
    path = f"/webhooks/voice/agent/left/{call_id}"
    assert verbs(carrier.post(path, gone, CallSid=browser)) == ["Pause", "Redirect"]
    assert verbs(carrier.post(f"{path}?again=1", gone, CallSid=browser)) == ["Dial"]
    carrier.status(sid, "completed")
    assert verbs(carrier.post(f"{path}?again=1", gone, CallSid=browser)) == ["Hangup"]
    assert verbs(carrier.post(path, {"CallStatus": "completed"}, CallSid=browser)) == ["Hangup"]


def test_a_customer_who_picks_up_hears_who_calls_and_meets_the_agent(centre: Centre, carrier: Carrier) -> None:
    call_id, sid = centre.call()
    left(carrier, call_id, sid)
    carrier.post(f"/webhooks/voice/callback/{call_id}", CallSid=sid, Digits="1")
    [row] = centre.rows(Callback)
    centre.available("alice")
    centre.accept(row.interaction_id)
    centre.connect(row.interaction_id)
    theirs = new_sid()
    fields = {"CallStatus": "in-progress", "From": "+14155550100", "To": CARLA}
    answer = carrier.post(f"/webhooks/voice/called/{row.interaction_id}", fields, CallSid=theirs)
    assert verbs(answer) == ["Say", "Dial"]
    assert "Harbor Home" in spoken(answer)
    carrier.status(theirs, "completed")
    assert centre.interaction(row.interaction_id).result == "served"


def test_a_message_is_asked_for_and_kept(centre: Centre, carrier: Carrier) -> None:
    with centre.wiring.work() as work:
        queue = work.session.scalars(select(Queue).where(Queue.key == "delivery")).one()
        queue.routing = {**queue.routing, "max_wait": 10, "overflow": "voicemail"}
    call_id, sid = centre.call()
    centre.clock.forward(11)
    Clock(centre.wiring).tick()
    asked = carrier.post(f"/webhooks/voice/again/{call_id}", {"CallStatus": "in-progress"}, CallSid=sid)
    assert verbs(asked) == ["Say", "Record", "Say", "Hangup"]
    given = {"RecordingUrl": "http://127.0.0.1/RE1", "RecordingDuration": "7"}
    assert verbs(carrier.post(f"/webhooks/voice/message/{call_id}", given, CallSid=sid)) == ["Hangup"]
    assert centre.interaction(call_id).result == "voicemail"

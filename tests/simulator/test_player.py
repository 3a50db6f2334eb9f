"""TwiML: what the caller hears, what happens next, and what Twilio refuses."""

import pytest
from twilio.rest import Client
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from tests.waiting import until

from .company import CARLA, OURS, Company
from .site import Site


def test_a_caller_hears_the_greeting_in_its_language_and_the_call_ends(company: Company, site: Site) -> None:
    site.answers["/voice"] = '<Say language="zh-CN">欢迎致电港湾之家。</Say><Pause length="2"/><Hangup/>'
    sid = company.dial()
    assert company.wait_over(sid) == "completed"
    line = next(line for line in company.call(sid)["transcript"] if line["type"] == "announcement")
    assert (line["text"], line["language"]) == ("欢迎致电港湾之家。", "zh-CN")
    assert company.types(sid)[-1] == "ended"


def test_keys_lead_through_the_menu(company: Company, site: Site) -> None:
    site.answers["/voice"] = (
        '<Gather numDigits="1" action="/menu"><Say>For a delivery press 1.</Say></Gather><Say>Nothing pressed.</Say>'
    )
    site.answers["/menu"] = "<Say>Delivery.</Say>"
    pressed, silent = company.dial(keys="1"), company.dial()
    company.wait_over(pressed)
    company.wait_over(silent)
    assert company.heard(pressed, "menu", "pressed", "announcement") == ["For a delivery press 1.", "1", "Delivery."]
    assert company.heard(silent, "announcement") == ["Nothing pressed."]


def test_digits_end_with_the_finishing_key(company: Company, site: Site) -> None:
    site.answers["/voice"] = '<Gather action="/menu"/>'
    company.wait_over(company.dial(keys="4118#"))
    asked = site.at("/menu")[0].params
    assert (asked["Digits"], asked["FinishedOnKey"]) == ("4118", "#")


def test_what_the_official_library_writes_is_understood(company: Company, site: Site) -> None:
    response = VoiceResponse()
    gather = Gather(num_digits=1, action="/menu", timeout=3)
    gather.say("Press 1.", language="en-US")
    response.append(gather)
    dial = Dial(action="/after")
    dial.conference(
        "interaction-1",
        beep=False,
        start_conference_on_enter=False,
        end_conference_on_exit=True,
        wait_url="/wait",
        participant_label="customer",
        status_callback="/conference",
        status_callback_event="start end join leave mute hold",
    )
    response.append(dial)
    site.answers["/voice"] = (str(response), 200, {"Content-Type": "text/xml"})
    sid = company.dial()
    until(lambda: company.call(sid)["conference"] == "interaction-1")
    assert company.codes() == []
    assert company.call(sid)["label"] == "customer"


def test_unknown_verbs_and_attributes_are_warned_of_and_the_rest_runs(company: Company, site: Site) -> None:
    site.answers["/voice"] = '<Shout>Hey</Shout><Say pitch="high">Good morning.</Say><say>lower case</say>'
    sid = company.dial()
    company.wait_over(sid)
    assert company.heard(sid, "announcement") == ["Good morning."]
    assert company.codes() == [12200, 12200, 12200]


@pytest.mark.parametrize("answer", ["<Response><Say>", "<Answer/>", ""])
def test_bad_xml_ends_the_call_with_an_apology(company: Company, site: Site, answer: str) -> None:
    site.answers["/voice"] = (answer, 200, {"Content-Type": "text/xml"})
    sid = company.dial()
    company.wait_over(sid)
    assert company.codes() == [12100]
    assert company.heard(sid, "announcement") == ["We are sorry, an application error has occurred. Goodbye."]


def test_bad_xml_in_the_middle_of_a_call_goes_to_the_fallback_address(
    company: Company, site: Site, twilio: Client
) -> None:
    site.answers["/voice"] = "<Redirect>/broken</Redirect>"
    site.answers["/broken"] = ("<Response><Say>", 200, {"Content-Type": "text/xml"})
    site.answers["/fallback"] = "<Say>Please stay on the line.</Say>"
    twilio.incoming_phone_numbers.list()[0].update(voice_fallback_url=f"{site.url}/fallback")
    sid = company.dial()
    company.wait_over(sid)
    assert company.heard(sid, "announcement") == ["Please stay on the line."]
    assert site.at("/fallback")[0].params["ErrorCode"] == "12100"


def test_an_answer_of_another_type_is_refused_and_plain_text_is_spoken(company: Company, site: Site) -> None:
    site.answers["/voice"] = ("{}", 200, {"Content-Type": "application/json"})
    company.wait_over(company.dial())
    assert company.codes() == [12300]
    site.answers["/voice"] = ("Good morning", 200, {"Content-Type": "text/plain"})
    sid = company.dial()
    company.wait_over(sid)
    assert company.heard(sid, "announcement") == ["Good morning"]


def test_a_rejected_call_is_never_answered(company: Company, site: Site) -> None:
    site.answers["/voice"] = '<Reject reason="busy"/>'
    sid = company.dial()
    assert company.wait_over(sid) == "busy"
    assert "connected" not in company.types(sid)


def test_waiting_in_a_queue_repeats_the_wait_document(company: Company, site: Site) -> None:
    site.answers["/voice"] = '<Enqueue waitUrl="/wait">care</Enqueue>'
    site.answers["/wait"] = "<Say>You are number one.</Say><Dial>+15550100456</Dial>"
    sid = company.dial()
    until(lambda: len(site.at("/wait")) >= 3)
    assert 12200 in company.codes(), "Dial has no place in a queue"
    assert company.call(sid)["status"] == "in-progress"


def test_a_conference_wait_document_that_runs_out_is_followed_by_silence(company: Company, site: Site) -> None:
    site.answers["/voice"] = '<Dial><Conference waitUrl="/wait">room</Conference></Dial>'
    site.answers["/wait"] = "<Say>Please wait.</Say><Gather/>"
    sid = company.dial()
    company.wait_for(sid, "silence")
    assert len(site.at("/wait")) == 1
    assert company.codes() == [12200], "Gather has no place in a conference's wait document"


def test_a_failing_wait_document_keeps_the_caller_out_of_the_conference(company: Company, site: Site) -> None:
    site.answers["/voice"] = (
        '<Dial action="/after"><Conference waitUrl="/wait">room</Conference></Dial><Say>Next verb.</Say>'
    )
    site.answers["/wait"] = ("broken", 500)
    site.answers["/after"] = "<Say>All is well.</Say>"
    sid = company.dial()
    company.wait_over(sid)
    assert company.heard(sid, "announcement") == ["All is well."]


def test_a_duplicate_label_is_refused_and_that_call_goes_on(company: Company, site: Site) -> None:
    site.answers["/voice"] = (
        '<Dial><Conference participantLabel="customer">room</Conference></Dial><Say>Next verb.</Say>'
    )
    first = company.dial()
    until(lambda: company.call(first)["conference"])
    second = company.dial("+14155550143")
    company.wait_over(second)
    assert company.codes() == [16025]
    assert company.heard(second, "announcement") == ["Next verb."]
    assert company.call(first)["conference"] == "room"


def test_only_the_first_participant_fixes_the_callback(company: Company, site: Site) -> None:
    room = '<Dial><Conference statusCallback="{}" statusCallbackEvent="join leave">room</Conference></Dial>'
    site.answers["/voice"], site.answers["/agent"] = room.format("/first"), room.format("/second")
    company.wait_for(company.dial(), "music")
    company.wait_for(company.connect(), "joined")
    company.settle()
    assert (len(site.at("/first")), len(site.at("/second"))) == (2, 0)


def test_a_coach_before_the_coached_is_refused(company: Company, site: Site) -> None:
    site.answers["/agent"] = f'<Dial><Conference coach="CA{"0" * 32}">room</Conference></Dial>'
    company.wait_over(company.connect())
    assert company.codes() == [13240]


def test_the_first_number_to_answer_gets_the_caller(company: Company, site: Site) -> None:
    site.answers["/voice"] = (
        '<Dial action="/after" timeout="20"><Number>+15550100456</Number><Client>agent-2</Client></Dial>'
    )
    sid = company.dial()
    legs = until(
        lambda: (
            [c for c in company.get("/control/calls?status=ringing") if c["parent"] == sid][1:]
            and [c for c in company.get("/control/calls") if c["parent"] == sid]
        )
    )
    winner = next(leg for leg in legs if leg["to"] == "client:agent-2")
    company.post(f"/device/{winner['sid']}/answer")
    company.wait_for(sid, "joined")
    company.post(f"/device/{winner['sid']}/say", {"text": "This is Bo."})
    assert company.heard(sid, "heard") == ["This is Bo."]
    loser = next(leg for leg in legs if leg["to"] != "client:agent-2")
    assert company.wait_over(loser["sid"]) == "canceled"
    company.post(f"/device/{winner['sid']}/hangup")
    company.wait_over(sid)
    after = site.at("/after")[0].params
    assert (after["DialCallStatus"], after["DialBridged"]) == ("completed", "true")


def test_a_desk_telephone_takes_the_call_only_after_pressing_one(company: Company, site: Site) -> None:
    desk = {"id": "desk", "name": "Bo", "number": "+15550100456", "answers_after": 0.1, "keys": "1"}
    company.post("/control/people", desk)
    site.answers["/voice"] = '<Dial action="/after"><Number url="/screen">+15550100456</Number></Dial>'
    site.answers["/screen"] = '<Gather numDigits="1" action="/taken"><Say>Press 1.</Say></Gather><Hangup/>'
    sid = company.dial()
    company.wait_for(sid, "joined")
    assert site.at("/taken")[0].params["ParentCallSid"] == sid
    company.post("/control/people", {**desk, "keys": ""})
    voicemail = company.dial()
    company.wait_over(voicemail)
    after = site.params("/after", CallSid=voicemail)[0]
    assert (after["DialCallStatus"], after["DialBridged"]) == ("completed", "false")


def test_whoever_is_muted_or_held_is_not_heard(company: Company, site: Site, twilio: Client) -> None:
    room = '<Dial><Conference participantLabel="{}" beep="false">room</Conference></Dial>'
    site.answers["/voice"], site.answers["/agent"] = room.format("customer"), room.format("agent-1")
    customer = company.dial()
    company.wait_for(customer, "music")
    agent = company.connect()
    company.wait_for(agent, "joined")
    sid = str(twilio.conferences.list(friendly_name="room")[0].sid)

    def both_speak(number: int) -> None:
        company.post(f"/control/calls/{customer}/say", {"text": f"customer {number}"})
        company.post(f"/device/{agent}/say", {"text": f"agent {number}"})

    both_speak(1)
    company.post(f"/device/{agent}/mute", {"muted": True})
    both_speak(2)
    company.post(f"/device/{agent}/mute", {"muted": False})
    twilio.conferences(sid).participants("customer").update(hold=True)
    both_speak(3)
    twilio.conferences(sid).participants("customer").update(hold=False)
    both_speak(4)
    assert company.heard(customer, "heard") == ["agent 1", "agent 4"]
    assert company.heard(agent, "heard") == ["customer 1", "customer 2", "customer 4"]


def test_a_coach_is_heard_by_the_coached_alone(company: Company, site: Site, twilio: Client) -> None:
    room = '<Dial><Conference participantLabel="{}">room</Conference></Dial>'
    site.answers["/voice"], site.answers["/agent"] = room.format("customer"), room.format("agent-1")
    customer = company.dial()
    company.wait_for(customer, "music")
    agent = company.connect()
    company.wait_for(agent, "joined")
    site.answers["/agent"] = f'<Dial><Conference coach="{agent}">room</Conference></Dial>'
    supervisor = company.connect("supervisor-1")
    company.wait_for(supervisor, "joined")
    company.post(f"/device/{supervisor}/say", {"text": "Offer the refund."})
    assert company.heard(agent, "heard") == ["Offer the refund."]
    assert company.heard(customer, "heard") == []


def test_the_caller_may_hang_up_before_the_answer(company: Company, site: Site) -> None:
    def think() -> str:
        company.carrier.closing.wait(0.3)
        return "<Say>Welcome.</Say>"

    site.answers["/voice"] = think
    sid = company.dial()
    until(lambda: site.at("/voice"))
    company.post(f"/control/calls/{sid}/hangup")
    assert company.wait_over(sid) == "completed"
    company.settle()
    assert company.heard(sid, "announcement") == []


def test_a_redirect_by_rest_needs_absolute_links_in_its_text(company: Company, twilio: Client) -> None:
    leg = twilio.calls.create(to=CARLA, from_=OURS, twiml="<Response><Redirect>/menu</Redirect></Response>")
    company.wait_for(str(leg.sid), "ringing")
    company.post(f"/control/calls/{leg.sid}/answer")
    company.wait_over(str(leg.sid))
    assert company.codes() == [11100]


def test_a_message_in_the_voice_answer_is_sent(company: Company, site: Site) -> None:
    site.answers["/voice"] = "<Message>We call you back today.</Message><Say>Goodbye.</Say>"
    company.wait_over(company.dial())
    company.settle()
    sent = company.get(f"/control/messages?number={CARLA.replace('+', '%2B')}")
    assert [(m["body"], m["status"]) for m in sent] == [("We call you back today.", "delivered")]


def test_silence_leaves_no_voice_message_and_hanging_up_keeps_what_was_said(company: Company, site: Site) -> None:
    site.answers["/voice"] = '<Record action="/message" timeout="4"/><Say>We heard nothing.</Say>'
    silent = company.dial()
    company.wait_over(silent)
    assert company.heard(silent, "announcement") == ["We heard nothing."]
    sid = company.dial()
    until(lambda: company.call(sid)["listening"])
    company.post(f"/control/calls/{sid}/say", {"text": "Call me."})
    company.post(f"/control/calls/{sid}/hangup")
    asked = until(lambda: site.at("/message"))[0].params
    assert (asked["Digits"], asked["CallStatus"]) == ("hangup", "completed")


def test_with_hangup_on_star_the_caller_leaves_the_conference_and_comes_back_to_it(
    company: Company, site: Site
) -> None:
    site.answers["/voice"] = (
        '<Dial hangupOnStar="true" action="/left"><Conference startConferenceOnEnter="false" endConferenceOnExit="true"'
        ' waitUrl="/wait" participantLabel="customer">interaction-1</Conference></Dial>'
    )
    site.answers["/wait"] = "<Say>You are next.</Say><Pause length='60'/>"
    site.answers["/left"] = '<Gather numDigits="1" action="/choice"><Say>Press 1.</Say></Gather>'
    site.answers["/choice"] = '<Dial action="/gone"><Conference waitUrl="/wait">interaction-1</Conference></Dial>'
    sid = company.dial()
    company.wait_for(sid, "waiting")
    company.post(f"/control/calls/{sid}/digits", {"digits": "*"})
    company.wait_for(sid, "menu")
    left = site.at("/left")[0].params
    assert (left["CallStatus"], left["DialCallStatus"]) == ("in-progress", "answered")
    company.post(f"/control/calls/{sid}/digits", {"digits": "2"})
    until(lambda: company.call(sid)["conference"] == "interaction-1")
    assert site.at("/choice")[0].params["Digits"] == "2"


def test_without_it_a_star_in_a_conference_changes_nothing(company: Company, site: Site) -> None:
    site.answers["/voice"] = '<Dial action="/left"><Conference waitUrl="/wait">interaction-1</Conference></Dial>'
    site.answers["/wait"] = "<Pause length='60'/>"
    sid = company.dial()
    company.wait_for(sid, "waiting")
    company.post(f"/control/calls/{sid}/digits", {"digits": "*"})
    assert company.call(sid)["conference"] == "interaction-1"
    assert not site.at("/left")

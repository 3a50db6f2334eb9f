"""A whole call and a whole conversation with only an agent's token; Twilio's side is posted signed."""

from callcenter.domain.states import SurveyState
from callcenter.storage.surveys import surveys as survey_rows
from tests.api.program import Program, problem
from tests.carrier import Carrier, Rest
from tests.factories import CARLA, Centre, new_sid


def ring(carrier: Carrier, centre: Centre) -> tuple[int, str]:
    """Carla calls and presses 1: (interaction, sid)."""
    sid = new_sid()
    assert carrier.incoming(sid).status_code == 200
    interaction_id = centre.of_sid(sid).id
    assert carrier.press(interaction_id, "1", sid).status_code == 200
    return interaction_id, sid


def join(carrier: Carrier, centre: Centre, connect: dict[str, str]) -> None:
    """The agent's browser connects with its parameters."""
    sid = new_sid()
    who = f"client:agent-{centre.people.alice}"
    answer = carrier.post("/webhooks/voice/agent", {"CallSid": sid, "From": who, **connect})
    assert f"interaction-{connect['interaction']}" in answer.text
    carrier.conference(int(connect["interaction"]), "participant-join", 2, sid)


def test_a_whole_call_by_api_alone(alice: Program, carrier: Carrier, centre: Centre, rest: Rest) -> None:
    carla = centre.customer("Carla Diaz", CARLA)
    me = alice.put("/agents/me/status", {"status": "available"}).get_json()
    assert (me["status"], me["state"], me["offers"]) == ("available", "idle", [])
    pass_ = alice.post("/agents/me/voice-token").get_json()
    assert pass_["identity"] == f"agent-{centre.people.alice}"
    assert pass_["device_url"] is None

    call, sid = ring(carrier, centre)
    [offer] = alice.get("/offers", state="live", mine="true").get_json()["data"]
    assert offer["interaction_id"] == call
    card = alice.get(f"/interactions/{call}/card").get_json()
    assert card["customer"]["id"] == carla
    assert card["keys"] == ["1 Delivery"]

    taken = alice.post(f"/offers/{offer['id']}/accept").get_json()
    assert taken["interaction_id"] == call
    assert alice.post(f"/offers/{offer['id']}/accept").get_json() == taken
    problem(alice.post(f"/interactions/{call}/hold"), 409, "not-connected")
    carrier.conference(call, "participant-join", 1, sid)
    join(carrier, centre, taken["connect"])
    assert alice.get(f"/interactions/{call}").get_json()["answered_at"]

    assert alice.post(f"/interactions/{call}/hold").get_json()["held_since"]
    problem(alice.post(f"/interactions/{call}/hold"), 409, "already-on-hold")
    assert alice.post(f"/interactions/{call}/resume").get_json()["held_since"] is None
    problem(alice.post(f"/interactions/{call}/resume"), 409, "not-on-hold")
    assert alice.put(f"/interactions/{call}/note", {"note": "Sofa, second try"}).get_json()["note"]

    leg = centre.of_sid(sid)
    rest.calls[sid] = "in-progress"
    ended = alice.post(f"/interactions/{call}/hangup").get_json()
    assert (ended["state"], ended["ended_by"]) == ("wrap_up", "agent")
    assert rest.calls[sid] == "completed"
    assert alice.post(f"/interactions/{call}/hangup").get_json()["state"] == "wrap_up"
    carrier.status(sid)
    longer = alice.post(f"/interactions/{call}/wrap-up/extend").get_json()
    assert longer["wrap_up_until"] > ended["wrap_up_until"]

    done = {"outcome": "solved", "note": "Delivered tomorrow ✅"}
    finished = alice.post(f"/interactions/{call}/wrap-up", done).get_json()
    assert (finished["state"], finished["outcome"], finished["note"]) == ("ended", "solved", done["note"])
    assert alice.post(f"/interactions/{call}/wrap-up", done).get_json() == finished
    ticket = alice.get(f"/tickets/{finished['ticket_id']}").get_json()
    assert (ticket["status"], ticket["customer_id"], ticket["owner_id"]) == ("solved", carla, centre.people.alice)
    [survey] = alice.get("/surveys", ticket_id=ticket["id"]).get_json()["data"]
    assert alice.get(f"/surveys/{survey['id']}").get_json() == survey
    assert leg.customer_id == carla
    assert alice.get("/agents/me").get_json()["state"] == "idle"
    problem(alice.post(f"/interactions/{call}/wrap-up/extend"), 409, "wrap-up-ended")


def test_a_survey_answer_is_read_by_api(alice: Program, carrier: Carrier, centre: Centre, rest: Rest) -> None:
    centre.customer("Carla Diaz", CARLA)
    centre.available("alice")
    call, _, _ = centre.talk()
    alice.post(f"/interactions/{call}/hangup")
    alice.post(f"/interactions/{call}/wrap-up", {"outcome": "solved"})
    from_api = alice.get("/surveys", state="planned").get_json()["data"]
    assert len(from_api) == 1
    with centre.wiring.work() as work:
        row = survey_rows.get(work.session, from_api[0]["id"], lock=True)
        assert row
        row.state, row.asked_at = SurveyState.ASKED, work.now
    carrier.sms("4, waited too long")
    [answered] = alice.get("/surveys", state="answered", agent_id=centre.people.alice).get_json()["data"]
    assert (answered["score"], answered["comment"]) == (4, "waited too long")
    assert rest.sent == []


def test_a_conversation_by_api_alone(alice: Program, carrier: Carrier, centre: Centre) -> None:
    centre.customer("Carla Diaz", CARLA)
    alice.put("/agents/me/status", {"status": "available"})
    carrier.sms("Where is my sofa?")
    [offer] = alice.get("/offers", mine="true", state="live").get_json()["data"]
    taken = alice.post(f"/offers/{offer['id']}/accept").get_json()
    assert taken["connect"] is None
    there = f"/interactions/{taken['interaction_id']}"
    assert [m["body"] for m in alice.get(f"{there}/messages").get_json()["data"]] == ["Where is my sofa?"]
    assert alice.post(f"{there}/read").status_code == 204
    assert alice.get(f"{there}/messages").get_json()["data"][0]["read_at"]
    sent = alice.post(f"{there}/messages", {"body": "在路上了 <b>today</b> 🛋️"}).get_json()
    assert (sent["body"], sent["direction"], sent["status"]) == ("在路上了 <b>today</b> 🛋️", "out", "due")
    problem(alice.post(f"{there}/hold"), 409, "not-connected")
    assert alice.post(f"{there}/hangup").get_json()["state"] == "wrap_up"
    assert alice.post(f"{there}/wrap-up", {"outcome": "no_action_needed"}).get_json()["state"] == "ended"
    problem(alice.post(f"{there}/messages", {"body": "One more thing"}), 409, "interaction-ended")


def test_a_declined_offer_goes_to_bo_and_declining_twice_is_as_once(
    alice: Program, bo: Program, carrier: Carrier, centre: Centre
) -> None:
    centre.available("alice", "bo")
    call, _ = ring(carrier, centre)
    [offer] = alice.get("/offers", mine="true", state="live").get_json()["data"]
    for _ in range(2):
        passed = alice.post(f"/offers/{offer['id']}/decline", {"reason": "Lunch"}).get_json()
        assert (passed["state"], passed["end_reason"]) == ("declined", "Lunch")
    problem(alice.post(f"/offers/{offer['id']}/accept"), 409, "offer-ended")
    problem(alice.get(f"/interactions/{call}"), 404, "not-found")
    [next_] = bo.get("/offers", mine="true", state="live").get_json()["data"]
    assert bo.post(f"/offers/{next_['id']}/decline").get_json()["end_reason"] == ""


def test_who_comes_second_hears_who_was_first(alice: Program, bo: Program, carrier: Carrier, centre: Centre) -> None:
    centre.available("alice", "bo")
    call, _ = ring(carrier, centre)
    [first] = alice.get("/offers", mine="true", state="live").get_json()["data"]
    alice.post(f"/offers/{first['id']}/decline")
    [second] = bo.get("/offers", mine="true", state="live").get_json()["data"]
    bo.post(f"/offers/{second['id']}/accept")
    told = problem(alice.post(f"/offers/{first['id']}/accept"), 409, "offer-taken")
    assert told["detail"] == "Bo Chen was first."
    assert bo.get(f"/interactions/{call}").get_json()["agent_id"] == centre.people.bo


def test_where_the_telephone_company_fails_nothing_has_happened(
    alice: Program, carrier: Carrier, centre: Centre, rest: Rest
) -> None:
    centre.available("alice")
    call, sid, _ = centre.talk()
    rest.refuse = [503]
    answer = alice.post(f"/interactions/{call}/hold")
    problem(answer, 503, "outside-unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    rest.refuse, rest.code, rest.calls[sid] = [400], 20001, "in-progress"
    refused = alice.post(f"/interactions/{call}/hangup")
    problem(refused, 502, "outside-refused")
    assert "Retry-After" not in refused.headers
    now = alice.get(f"/interactions/{call}").get_json()
    assert (now["state"], now["held_since"]) == ("active", None)


def test_alice_says_who_is_on_a_shared_line(alice: Program, carrier: Carrier, centre: Centre) -> None:
    carla = centre.customer("Carla Diaz", CARLA)
    son = centre.customer("Pablo Diaz", CARLA)
    centre.available("alice")
    call, _ = ring(carrier, centre)
    card = alice.get(f"/interactions/{call}/card").get_json()
    assert card["customer"] is None
    assert [one["id"] for one in card["perhaps"]] == [carla, son]
    [offer] = alice.get("/offers", mine="true").get_json()["data"]
    alice.post(f"/offers/{offer['id']}/accept")
    problem(alice.post(f"/interactions/{call}/customer", {"customer_id": 999}), 422, "invalid", "customer_id")
    known = alice.post(f"/interactions/{call}/customer", {"customer_id": son}).get_json()
    assert known["customer_id"] == son


def test_a_break_waits_for_the_call_and_asking_twice_is_as_once(alice: Program, centre: Centre, rest: Rest) -> None:
    centre.available("alice")
    call, _, _ = centre.talk()
    for _ in range(2):
        me = alice.put("/agents/me/status", {"status": "break"}).get_json()
        assert (me["status"], me["next_status"]) == ("available", "break")
    alice.post(f"/interactions/{call}/hangup")
    alice.post(f"/interactions/{call}/wrap-up", {"outcome": "solved"})
    assert alice.get("/agents/me").get_json()["status"] == "break"
    assert alice.put("/agents/me/status", {"status": "signed_out"}).get_json()["status"] == "signed_out"
    assert alice.put("/agents/me/status", {"status": "break"}).get_json()["status"] == "break"
    assert centre.kinds().count("SignedIn") == 2


def test_in_the_demo_the_pass_says_where_the_pretended_telephone_is(alice: Program, centre: Centre) -> None:
    settings = centre.wiring.settings
    centre.wiring.settings = settings.model_copy(update={"simulator_url": "http://127.0.0.1:8100"})
    assert alice.post("/agents/me/voice-token").get_json()["device_url"] == "http://127.0.0.1:8100"
    centre.wiring.settings = settings.model_copy(update={"twilio_api_secret": ""})
    problem(alice.post("/agents/me/voice-token"), 503, "telephony-not-configured")


def test_whoever_wants_no_messages_gets_none(alice: Program, carrier: Carrier, centre: Centre) -> None:
    centre.customer("Carla Diaz", CARLA)
    centre.available("alice")
    call, _ = ring(carrier, centre)
    [offer] = alice.get("/offers", mine="true").get_json()["data"]
    alice.post(f"/offers/{offer['id']}/accept")
    carrier.sms("STOP")
    problem(alice.post(f"/interactions/{call}/messages", {"body": "Hello"}), 409, "opted-out")

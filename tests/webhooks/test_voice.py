"""Voice webhooks: in any order and however often, one call with one end."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from callcenter.actions.calls import calls, wrap_ups
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.calls.legs import Leg
from callcenter.storage.customers.customers import Customer
from callcenter.storage.history import History
from tests.carrier import Carrier
from tests.factories import CARLA, LI_LEI, OURS, Centre, at_once, new_sid

PAYLOADS = Path(__file__).parents[1] / "payloads"
EXAMPLES: list[dict[str, Any]] = json.loads((PAYLOADS / "webhooks.json").read_text())["webhooks"]
VERBS = {"Say", "Play", "Pause", "Gather", "Redirect", "Dial", "Hangup"}
NUL = "\x00"


def spoken(answer: TestResponse) -> str:
    """What a caller hears of an answer."""
    return " ".join(say.text or "" for say in document(answer).iter("Say"))


def document(answer: TestResponse) -> ET.Element:
    assert answer.status_code == 200
    assert answer.mimetype == "text/xml"
    root = ET.fromstring(answer.data)
    assert root.tag == "Response"
    assert {verb.tag for verb in root} <= VERBS
    return root


def verbs(answer: TestResponse) -> list[str]:
    return [verb.tag for verb in document(answer)]


# What Twilio's own examples say


TWIML_FOR = {
    "voice.inbound": "/webhooks/voice/incoming",
    "voice.from_browser": "/webhooks/voice/agent",
    "voice.fallback": "/webhooks/voice/fallback",
    "gather": "/webhooks/voice/menu/{id}",
    "enqueue.wait": "/webhooks/voice/wait/{id}",
    "agent_leg.answered": "/webhooks/voice/agent/answered/1",
    "dial.action.conference": "/webhooks/voice/left/{id}",
}
REPORTS_FOR = {
    "call.status": "/webhooks/voice/status",
    "conference": "/webhooks/voice/conference",
    "recording.status": "/webhooks/voice/recording",
}


def _path(name: str, table: dict[str, str]) -> str | None:
    return next((path for begin, path in table.items() if name.startswith(begin)), None)


def test_every_example_of_twilio_that_wants_twiml_gets_valid_twiml(centre: Centre, carrier: Carrier) -> None:
    waiting, _ = centre.call("+14155550177")
    played = 0
    for example in EXAMPLES:
        path = _path(example["name"], TWIML_FOR)
        if path and example["method"] == "POST":
            params = example["params"] | {"AccountSid": None, "SomethingNewOfTwilio": "", "AnEmptyOne": ""}
            params.pop("AccountSid")
            document(carrier.post(path.format(id=waiting), params))
            played += 1
    assert played >= 9


def test_every_example_of_twilio_that_only_reports_is_taken(centre: Centre, carrier: Carrier) -> None:
    played = 0
    for example in EXAMPLES:
        path = _path(example["name"], REPORTS_FOR)
        if path:
            params = {name: value for name, value in example["params"].items() if name != "AccountSid"}
            answer = carrier.post(path, params, SomethingNewOfTwilio="")
            assert (answer.status_code, answer.data) == (204, b""), example["name"]
            played += 1
    assert played >= 27
    assert not centre.rows(Interaction)


# The same thing twice


def test_the_same_call_told_twice_is_one_call_with_the_same_answer(centre: Centre, carrier: Carrier) -> None:
    centre.customer("Carla Diaz", CARLA)
    sid = new_sid()
    first, second = carrier.incoming(sid), carrier.incoming(sid)
    assert "Carla Diaz" in spoken(first)
    assert first.data == second.data
    assert len(centre.rows(Interaction)) == 1
    assert centre.kinds().count("CallReceived") == 1


def test_the_same_call_told_at_the_same_instant_is_one_call_with_the_same_answer(
    centre: Centre, app: Flask, carrier: Carrier
) -> None:
    for _ in range(3):
        sid, before = new_sid(), len(centre.rows(Interaction))
        others = [Carrier(app.test_client()) for _ in range(4)]
        acts: list[Callable[[], TestResponse]] = [lambda one=one, sid=sid: one.incoming(sid) for one in others]  # type: ignore[misc]
        answers = at_once(*acts)
        assert len({answer.data for answer in answers}) == 1  # type: ignore[union-attr]
        assert len(centre.rows(Interaction)) == before + 1
    assert len(centre.rows(Customer)) == 1


def test_two_calls_of_one_new_number_at_the_same_instant_are_one_customer(centre: Centre, app: Flask) -> None:
    first, second = Carrier(app.test_client()), Carrier(app.test_client())
    at_once(lambda: first.incoming(new_sid()), lambda: second.incoming(new_sid()))
    assert len(centre.rows(Interaction)) == 2
    assert len(centre.rows(Customer)) == 1


def test_a_key_told_twice_is_pressed_once(centre: Centre, carrier: Carrier) -> None:
    sid = new_sid()
    carrier.incoming(sid)
    id_ = centre.of_sid(sid).id
    once = {"I-Twilio-Idempotency-Token": "one"}
    first, again = (carrier.press(id_, "7", sid, headers=once) for _ in range(2))
    assert first.data == again.data
    assert "did not understand" in spoken(first)
    assert centre.interaction(id_).call.menu_keys == ["7"]
    first, again = (carrier.press(id_, "1", sid, headers={"I-Twilio-Idempotency-Token": "two"}) for _ in range(2))
    assert verbs(first) == verbs(again) == ["Dial"]
    assert first.data == again.data
    assert centre.kinds(id_).count("QueueEntered") == 1


def test_the_language_key_told_twice_changes_the_language_once(centre: Centre, carrier: Carrier) -> None:
    sid = new_sid()
    carrier.incoming(sid)
    id_ = centre.of_sid(sid).id
    for _ in range(2):
        carrier.press(id_, "9", sid, headers={"I-Twilio-Idempotency-Token": "nine"})
    assert centre.interaction(id_).language == "zh"


# Any order


def _served(centre: Centre, carrier: Carrier) -> tuple[int, dict[str, Callable[[], TestResponse]]]:
    """A call whose agent was just let in, and all that Twilio will report of its short life."""
    id_, sid = centre.call()
    offer = centre.accept(id_)
    browser = new_sid()
    params = {"From": f"client:agent-{centre.people.alice}", "interaction": str(id_), "offer": str(offer)}
    assert verbs(carrier.post("/webhooks/voice/agent", params, CallSid=browser)) == ["Dial"]
    ended = {"ReasonParticipantLeft": "moderator_ended_conference"}
    hung_up = {"ReasonParticipantLeft": "participant_hung_up"}
    return id_, {
        "agent joins": lambda: carrier.conference(id_, "participant-join", 3, browser),
        "caller leaves": lambda: carrier.conference(id_, "participant-leave", 4, sid, **hung_up),
        "agent leaves": lambda: carrier.conference(id_, "participant-leave", 5, browser, **ended),
        "caller's call over": lambda: carrier.status(sid, "completed", CallDuration="9"),
    }


def test_a_short_call_ends_the_same_whatever_order_its_reports_come_in(centre: Centre, carrier: Carrier) -> None:
    centre.available("alice")
    for order in permutations(range(4)):
        id_, reports = _served(centre, carrier)
        names = [list(reports)[place] for place in order]
        for name in names:
            assert reports[name]().status_code == 204
        one, agent = centre.interaction(id_), centre.agent("alice")
        assert (one.state, one.result, one.ended_by) == ("wrap_up", "served", "customer"), names
        assert one.answered_at is not None
        assert (agent.state, centre.asked(id_)) == ("wrap_up", "alice"), names
        kinds = centre.kinds(id_)
        assert (kinds.count("CallConnected"), kinds.count("CallEnded")) == (1, 1), names
        for report in reports.values():
            report()
        assert centre.kinds(id_) == kinds
        centre.clock.forward(400)
        with centre.wiring.work() as work:
            wrap_ups.run_out(work, id_)


def test_a_caller_who_gives_up_waiting_has_given_up_in_every_order(centre: Centre, carrier: Carrier) -> None:
    for order in permutations(range(4)):
        id_, sid = centre.call()
        reports: list[Callable[[], TestResponse]] = [
            lambda id_=id_, sid=sid: carrier.conference(id_, "participant-join", 1, sid),  # type: ignore[misc]
            lambda id_=id_, sid=sid: carrier.conference(id_, "participant-leave", 2, sid),  # type: ignore[misc]
            lambda sid=sid: carrier.status(sid, "completed"),  # type: ignore[misc]
            lambda id_=id_, sid=sid: carrier.post(  # type: ignore[misc]
                f"/webhooks/voice/left/{id_}", CallSid=sid, CallStatus="completed", DialCallStatus="answered"
            ),
        ]
        for place in order:
            assert reports[place]().status_code in (200, 204)
        one = centre.interaction(id_)
        assert (one.state, one.result, one.ended_by) == ("ended", "abandoned", "customer"), order
        assert centre.kinds(id_).count("CallEnded") == 1


def test_a_call_that_was_over_before_it_was_told_does_not_wait_as_a_ghost(centre: Centre, carrier: Carrier) -> None:
    sid = new_sid()
    assert carrier.status(sid, "completed").status_code == 204
    answer = carrier.incoming(sid)
    assert document(answer) is not None
    assert not [one for one in centre.rows(Interaction) if one.state != "ended"]


def test_an_end_told_while_the_call_is_being_written_down_is_not_lost(centre: Centre, app: Flask) -> None:
    for _ in range(5):
        sid = new_sid()
        first, second = Carrier(app.test_client()), Carrier(app.test_client())
        at_once(lambda one=first, sid=sid: one.incoming(sid), lambda one=second, sid=sid: one.status(sid))  # type: ignore[misc]
        assert not [one for one in centre.rows(Interaction) if one.state != "ended"]


def test_a_conference_event_with_an_older_number_changes_nothing(centre: Centre, carrier: Carrier) -> None:
    centre.available("alice")
    id_, sid, _ = centre.talk()
    carrier.conference(id_, "participant-unhold", 1_000_008, sid)
    carrier.conference(id_, "participant-hold", 1_000_007, sid)
    assert centre.interaction(id_).held_since is None
    carrier.conference(id_, "participant-hold", 1_000_009, sid)
    carrier.conference(id_, "participant-hold", 1_000_009, sid)
    one = centre.interaction(id_)
    assert (one.held_since is not None, one.call.held_times) == (True, 1)


def test_a_call_never_goes_back_to_an_earlier_state(centre: Centre, carrier: Carrier) -> None:
    centre.available("alice")
    id_, sid, browser = centre.talk()
    for status in ("ringing", "in-progress", "initiated", "queued"):
        carrier.status(sid, status)
    assert centre.interaction(id_).state == "active"
    carrier.status(sid, "completed")
    for status in ("in-progress", "ringing", "completed"):
        carrier.status(sid, status)
        carrier.status(browser, status)
    carrier.conference(id_, "participant-join", 1_000_001, sid)
    assert centre.interaction(id_).state == "wrap_up"
    assert {leg.rank for leg in centre.rows(Leg) if leg.sid == sid} == {9}


# Who calls


@pytest.mark.parametrize(
    "caller", ["anonymous", "Anonymous", "+266696687", "unknown", "", "12", "+", "client:mallory", "💥", "<b>x</b>"]
)
def test_a_withheld_or_malformed_number_is_served_like_any_other(centre: Centre, carrier: Carrier, caller: str) -> None:
    centre.available("alice")
    sid = new_sid()
    assert "Welcome to Harbor Home." in spoken(carrier.incoming(sid, caller))
    one = centre.of_sid(sid)
    assert (one.their_address, one.customer_id) == (None, None)
    assert verbs(carrier.press(one.id, "1", sid)) == ["Dial"]
    assert centre.asked(one.id) == "alice"
    centre.accept(one.id)
    centre.connect(one.id)
    carrier.status(sid)
    assert centre.interaction(one.id).state == "wrap_up"
    assert not centre.rows(Customer)


def test_an_unknown_number_becomes_a_customer_without_a_name_in_its_language(centre: Centre, carrier: Carrier) -> None:
    sid = new_sid()
    heard = spoken(carrier.incoming(sid, LI_LEI))
    assert "press 9" in heard  # offered the other language, in that language
    assert "海港家居" in heard
    known = centre.rows(Customer)
    assert [(one.name, one.language, one.zone) for one in known] == [("", "zh", "Asia/Shanghai")]
    carrier.incoming(new_sid(), LI_LEI)
    assert len(centre.rows(Customer)) == 1


def test_a_control_character_in_a_name_silences_no_caller(centre: Centre, carrier: Carrier) -> None:
    """As stored by an earlier version, or by another program."""
    centre.customer("Carla", CARLA)
    centre.run("UPDATE customers SET name = :name", name="Carla\x0bM\ufffeendes")
    centre.run("UPDATE queues SET names = jsonb_set(names, '{en}', to_jsonb(CAST(:name AS text)))", name="Deli\x0bvery")
    answer = carrier.incoming(new_sid())
    assert "Gather" in verbs(answer)
    assert "Deli\nvery" in spoken(answer)


def test_of_two_people_with_one_number_nobody_is_guessed(centre: Centre, carrier: Carrier) -> None:
    centre.customer("Carla Diaz", CARLA)
    centre.customer("Diego Diaz", CARLA, language="zh")
    sid = new_sid()
    heard = spoken(carrier.incoming(sid))
    assert "Diaz" not in heard
    assert centre.of_sid(sid).customer_id is None
    assert len(centre.rows(Customer)) == 2


def test_a_call_to_a_number_that_is_not_ours_is_served_all_the_same(centre: Centre, carrier: Carrier) -> None:
    for called in ("+14155559999", "", "nonsense"):
        assert verbs(carrier.incoming(new_sid(), called=called)) == ["Gather", "Redirect"]


def test_without_any_number_set_up_the_caller_hears_an_apology(centre: Centre, carrier: Carrier) -> None:
    centre.run("DELETE FROM numbers")
    answer = carrier.incoming(new_sid())
    assert "sorry" in spoken(answer)
    assert verbs(answer)[-1] == "Hangup"


@pytest.mark.parametrize("sid", ["", NUL, "CA" + NUL, "x" * 5000])
def test_a_call_with_a_broken_sid_is_answered_and_not_an_error_page(centre: Centre, carrier: Carrier, sid: str) -> None:
    assert document(carrier.incoming(sid)) is not None


# When we are closed, and when we fail


def test_a_caller_after_hours_hears_when_we_open_and_again_if_asked_again(centre: Centre, carrier: Carrier) -> None:
    centre.clock.now = datetime(2026, 11, 20, 20, tzinfo=UTC)  # a Friday
    sid = new_sid()
    carrier.incoming(sid)
    id_ = centre.of_sid(sid).id
    first, again = carrier.press(id_, "2", sid), carrier.press(id_, "2", sid)
    assert "open again Monday, November 23, 9:00" in spoken(first)
    assert "text message" in spoken(first)
    assert first.data == again.data
    assert carrier.incoming(sid).data == first.data
    one = centre.interaction(id_)
    assert (one.state, one.result, one.ended_by) == ("ended", "closed", "system")
    assert centre.open_offer(id_) is None


def test_a_chinese_caller_after_hours_hears_it_in_chinese(centre: Centre, carrier: Carrier) -> None:
    centre.clock.now = datetime(2026, 11, 20, 20, tzinfo=UTC)
    id_, sid = centre.call(LI_LEI, key=None)
    heard = spoken(carrier.press(id_, "2", sid))
    assert "11月23日 星期一" in heard


@pytest.mark.parametrize("mistake", [NameError, TypeError, ZeroDivisionError, AttributeError, RuntimeError])
def test_a_mistake_of_our_own_is_an_apology_too_and_no_error_page(
    centre: Centre, carrier: Carrier, monkeypatch: pytest.MonkeyPatch, mistake: type[Exception]
) -> None:
    def wrong(*_: object) -> None:
        raise mistake

    monkeypatch.setattr(calls, "receive", wrong)
    assert "sorry" in spoken(carrier.incoming(new_sid()))


def test_an_interaction_that_never_was_is_answered_by_hanging_up(centre: Centre, carrier: Carrier) -> None:
    for path in ("menu/99", "wait/99", "left/99", "again/99", "agent/answered/99", "agent/pressed/99"):
        assert verbs(carrier.post(f"/webhooks/voice/{path}", {"CallSid": new_sid()})) == ["Hangup"], path
    document(carrier.post(f"/webhooks/voice/menu/{10**20}", {"CallSid": new_sid()}))


def test_the_fallback_leads_a_caller_back_to_where_they_were(centre: Centre, carrier: Carrier) -> None:
    id_, sid = centre.call()
    answer = carrier.post("/webhooks/voice/fallback", {"CallSid": sid, "ErrorCode": "11205", "From": CARLA})
    assert verbs(answer) == ["Dial"]
    assert f"interaction-{id_}" in answer.text
    unheard = carrier.post("/webhooks/voice/fallback", {"CallSid": new_sid(), "From": CARLA, "To": OURS})
    assert "Gather" in verbs(unheard)
    assert "sorry" in spoken(carrier.post("/webhooks/voice/fallback", {"From": CARLA}))


# Who may join


def test_only_the_agent_who_accepted_gets_into_the_call(centre: Centre, carrier: Carrier) -> None:
    centre.available("alice", "bo")
    id_, _ = centre.call()

    def connect(identity: str, interaction: str, offer: str) -> list[str]:
        params = {"From": identity, "interaction": interaction, "offer": offer, "CallSid": new_sid()}
        return verbs(carrier.post("/webhooks/voice/agent", params))

    alice, bo = f"client:agent-{centre.people.alice}", f"client:agent-{centre.people.bo}"
    offer = centre.offer(id_).id
    assert connect(alice, str(id_), str(offer)) == ["Hangup"]  # not accepted yet
    centre.accept(id_)
    for identity, interaction, number in (
        (bo, str(id_), str(offer)),
        (alice, str(id_), str(offer + 1)),
        (alice, str(id_ + 1), str(offer)),
        (alice, "", str(offer)),
        (alice, "１", str(offer)),
        (alice, f"{id_} OR 1=1", str(offer)),
        (CARLA, str(id_), str(offer)),
        (f"agent-{centre.people.alice}", str(id_), str(offer)),
        ("client:mallory", str(id_), str(offer)),
        (alice, "9" * 30, "9" * 30),
    ):
        assert "Dial" not in connect(identity, interaction, number), (identity, interaction, number)
    assert [leg.party for leg in centre.rows(Leg)] == ["customer"]
    assert connect(alice, str(id_), str(offer)) == ["Dial"]
    centre.report(centre.rows(Leg)[0].sid)
    assert connect(alice, str(id_), str(offer)) == ["Hangup"]  # the caller has gone


def test_a_waiting_caller_hears_place_and_expected_wait_and_who_is_next(centre: Centre, carrier: Carrier) -> None:
    centre.available("alice")
    first, _ = centre.call("+14155550101")
    centre.clock.forward(1)
    second, _ = centre.call("+14155550102")
    centre.clock.forward(1)
    third, _ = centre.call("+14155550103")
    heard = {id_: spoken(carrier.post(f"/webhooks/voice/wait/{id_}")) for id_ in (first, second, third)}
    assert "as soon as somebody is free" in heard[first]
    assert "You are number 2." in heard[second]
    assert "about 4 minutes" in heard[second]  # the first rings: the agent is free after one call
    assert "You are number 3." in heard[third]
    assert centre.kinds().count("QueueEntered") == 3
    before = len(centre.rows(History))
    carrier.post(f"/webhooks/voice/wait/{second}?again=1")
    assert len(centre.rows(History)) == before

"""Surveys: sent once, at a decent hour, to customers who have not opted out; late answers count."""

from datetime import UTC, datetime, timedelta

import pytest

from callcenter.actions.calls import wrap_ups
from callcenter.actions.messages import messages, outgoing
from callcenter.actions.surveys import surveys
from callcenter.domain.errors import CustomerOptedOut, InteractionEnded, Invalid, NotYourInteraction, OutsideError
from callcenter.domain.messages import MessageReport
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.messages.messages import Message
from callcenter.storage.surveys.surveys import Survey
from tests.factories import CARLA, LI_LEI, Centre, at_once


def _solved(centre: Centre, number: str = CARLA) -> Survey:
    """A call that was served and solved: its survey."""
    id_, sid, _ = centre.talk(number)
    centre.report(sid)
    with centre.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=centre.actor("alice"))
    return centre.rows(Survey)[-1]


def _invite(centre: Centre, survey: Survey) -> Survey:
    with centre.wiring.work() as work:
        surveys.invite(work, survey.id)
    return centre.row(Survey, survey.id)


def _sent(centre: Centre) -> list[str]:
    return [row.body for row in centre.rows(Message) if row.direction == "out"]


def test_asked_once_answered_and_thanked(centre: Centre) -> None:
    centre.available("alice")
    planned = _solved(centre)
    assert planned.state == "planned"
    results = at_once(*[lambda: _invite(centre, planned)] * 4)
    assert not [result for result in results if isinstance(result, BaseException)]
    assert len(_sent(centre)) == 1
    assert "Reply 1" in _sent(centre)[0]
    centre.text("4, waited too long")
    answered = centre.row(Survey, planned.id)
    assert (answered.state, answered.score, answered.comment) == ("answered", 4, "waited too long")
    assert answered.agent_id == centre.people.alice
    assert _sent(centre)[1].startswith("Thank you")
    assert [one.channel for one in centre.rows(Interaction)] == ["voice"]
    centre.text("5")  # no open survey: an agent reads it
    assert [one.channel for one in centre.rows(Interaction)] == ["voice", "sms"]
    assert centre.row(Survey, planned.id).score == 4


def test_the_same_answer_told_twice_is_one_answer(centre: Centre) -> None:
    centre.available("alice")
    planned = _invite(centre, _solved(centre))
    for _ in range(2):
        centre.text("2", sid="SM1")
    assert centre.kinds().count("SurveyAnswered") == 1
    assert "sorry" in _sent(centre)[1]
    assert centre.row(Survey, planned.id).score == 2


def test_words_that_follow_a_bare_score_are_its_comment_for_half_an_hour(centre: Centre) -> None:
    centre.available("alice")
    planned = _invite(centre, _solved(centre))
    centre.text("3")
    centre.clock.forward(29 * 60)
    centre.text("nobody told me that you had moved")
    assert centre.row(Survey, planned.id).comment == "nobody told me that you had moved"
    assert centre.kinds().count("SurveyAnswered") == 2
    centre.text("and one thing more")
    assert [one.channel for one in centre.rows(Interaction)] == ["voice", "sms"]


def test_a_comment_after_half_an_hour_is_a_conversation(centre: Centre) -> None:
    centre.available("alice")
    planned = _invite(centre, _solved(centre))
    centre.text("3")
    centre.clock.forward(31 * 60)
    centre.text("nobody told me")
    assert centre.row(Survey, planned.id).comment == ""
    assert [one.channel for one in centre.rows(Interaction)] == ["voice", "sms"]


def test_words_without_a_score_are_a_conversation_and_the_question_stays_open(centre: Centre) -> None:
    centre.available("alice")
    planned = _invite(centre, _solved(centre))
    centre.text("45 Harbour Street is the new address")
    assert [one.channel for one in centre.rows(Interaction)] == ["voice", "sms"]
    centre.text("5")
    assert centre.row(Survey, planned.id).score == 5


def test_a_night_owl_is_asked_in_the_morning_of_their_own_zone(centre: Centre) -> None:
    centre.run("UPDATE company SET survey_quiet_hours = true")
    centre.customer("李雷", LI_LEI, language="zh", zone="Asia/Shanghai")
    centre.clock.now = datetime(2026, 11, 20, 14, tzinfo=UTC)  # 22:00 in Shanghai
    centre.available("alice")
    put_off = _invite(centre, _solved(centre, LI_LEI))
    assert (put_off.state, put_off.due_at) == ("planned", datetime(2026, 11, 21, 1, tzinfo=UTC))
    centre.clock.now = put_off.due_at
    assert _invite(centre, put_off).state == "asked"
    assert "满意" in _sent(centre)[0]


def test_who_is_not_asked(centre: Centre) -> None:
    centre.available("alice")
    asked = _invite(centre, _solved(centre))
    assert asked.state == "asked"
    again = _invite(centre, _solved(centre))
    assert (again.state, again.end_reason) == ("cancelled", "asked_lately")
    centre.clock.forward(25 * 3600)
    centre.text("STOP")
    assert centre.row(Survey, asked.id).end_reason == "opted_out"
    never = _invite(centre, _solved(centre))
    assert (never.state, never.end_reason) == ("cancelled", "opted_out")
    assert len(_sent(centre)) == 1


def test_nobody_is_asked_who_cannot_be_reached_or_was_not_served(centre: Centre) -> None:
    centre.available("alice")
    id_, sid, _ = centre.talk(None)
    centre.report(sid)
    with centre.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=centre.actor("alice"))
    assert not centre.rows(Survey)


def test_a_question_without_an_answer_ends_after_three_days(centre: Centre) -> None:
    centre.available("alice")
    asked = _invite(centre, _solved(centre))
    centre.clock.forward(timedelta(days=3, seconds=1).total_seconds())
    with centre.wiring.work() as work:
        assert surveys.expire(work) == 1
    assert centre.row(Survey, asked.id).end_reason == "no_answer"
    centre.text("5")
    assert centre.row(Survey, asked.id).score is None


# Messages of ours


def _conversation(centre: Centre) -> int:
    centre.available("alice")
    centre.text("hello")
    id_ = centre.rows(Interaction)[-1].id
    centre.accept(id_)
    return id_


def _send(centre: Centre, id_: int, body: str, name: str = "alice") -> Message:
    with centre.wiring.work() as work:
        return messages.send(work, id_, actor=centre.actor(name), body=body)


def test_an_agent_writes_only_what_can_be_sent_and_only_in_her_own_conversation(centre: Centre) -> None:
    id_ = _conversation(centre)
    for body in ("", "  ", "\x00", "x" * 1601):
        with pytest.raises(Invalid):
            _send(centre, id_, body)
    with pytest.raises(NotYourInteraction):
        _send(centre, id_, "hello", "bo")
    assert _send(centre, id_, "x" * 1600).status == "due"
    centre.text("STOP")
    with pytest.raises(CustomerOptedOut):
        _send(centre, id_, "but")
    centre.text("START")
    assert _send(centre, id_, "welcome back").status == "due"
    with centre.wiring.work() as work:
        wrap_ups.end_conversation(work, id_, actor=centre.actor("alice"))
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=centre.actor("alice"))
    with pytest.raises(InteractionEnded):
        _send(centre, id_, "one more thing")
    centre.text("and another matter")
    assert len(centre.rows(Interaction)) == 2


def _report(centre: Centre, sid: str, status: str, code: int | None = None) -> None:
    with centre.wiring.work() as work:
        outgoing.report(work, MessageReport(sid=sid, status=status, error_code=code))


def test_a_message_is_claimed_by_one_and_its_status_never_goes_back(centre: Centre) -> None:
    message = _send(centre, _conversation(centre), "hello")

    def claim() -> bool:
        with centre.wiring.work() as work:
            return outgoing.claim(work, message.id) is not None

    assert sorted(map(str, at_once(*[claim] * 4))) == ["False", "False", "False", "True"]
    with centre.wiring.work() as work:
        outgoing.handed_over(work, message.id, sid="SM1")
        outgoing.handed_over(work, message.id, sid="SM2")
    assert centre.row(Message, message.id).sid == "SM1"
    for status in ("delivered", "sent", "queued", "accepted", "something new", "sending", "delivered"):
        _report(centre, "SM1", status)
    assert centre.row(Message, message.id).status == "delivered"
    changes = [kind for kind in centre.kinds() if kind == "MessageStatusChanged"]
    assert len(changes) == 2  # queued, delivered


def test_a_report_that_is_faster_than_the_sid_is_made_good(centre: Centre) -> None:
    id_ = _conversation(centre)
    message = _send(centre, id_, "hello")
    with centre.wiring.work() as work:
        outgoing.claim(work, message.id)
    _report(centre, "SM1", "sent")
    _report(centre, "SM1", "delivered")
    with centre.wiring.work() as work:
        outgoing.handed_over(work, message.id, sid="SM1")
    assert centre.row(Message, message.id).status == "delivered"
    for turn in range(5):
        other = _send(centre, id_, f"again {turn}")
        with centre.wiring.work() as work:
            outgoing.claim(work, other.id)

        def hand_over(id_: int = other.id, sid: str = f"SMx{turn}") -> None:
            with centre.wiring.work() as work:
                outgoing.handed_over(work, id_, sid=sid)

        at_once(hand_over, lambda sid=f"SMx{turn}": _report(centre, sid, "delivered"))  # type: ignore[misc]
        assert centre.row(Message, other.id).status == "delivered"


def test_refusals_are_tried_again_at_growing_distance_and_given_up_visibly(centre: Centre) -> None:
    message = _send(centre, _conversation(centre), "hello")
    waits = []
    for _ in range(outgoing.TRIES):
        with centre.wiring.work() as work:
            assert outgoing.claim(work, message.id)
        with centre.wiring.work() as work:
            outgoing.refused(work, message.id, OutsideError("busy", permanent=False, code=20429))
        row = centre.row(Message, message.id)
        if row.next_try_at:
            waits.append((row.next_try_at - centre.clock()).total_seconds())
            centre.clock.now = row.next_try_at
    assert waits == [5, 10, 20, 40, 80, 160, 320]
    assert (row.status, row.error_code, row.next_try_at) == ("failed", 20429, None)


def test_a_carrier_that_says_opted_out_is_believed(centre: Centre) -> None:
    id_ = _conversation(centre)
    message = _send(centre, id_, "hello")
    with centre.wiring.work() as work:
        outgoing.claim(work, message.id)
        outgoing.refused(work, message.id, OutsideError("no", permanent=True, code=21610))
    assert centre.row(Message, message.id).status == "failed"
    with pytest.raises(CustomerOptedOut):
        _send(centre, id_, "but")
    centre.text("START")
    other = _send(centre, id_, "hello again")
    with centre.wiring.work() as work:
        outgoing.claim(work, other.id)
        outgoing.handed_over(work, other.id, sid="SM1")
    _report(centre, "SM1", "failed", 21610)
    with pytest.raises(CustomerOptedOut):
        _send(centre, id_, "but")

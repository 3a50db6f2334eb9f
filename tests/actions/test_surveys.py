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
from tests.factories import CARLA, LI_LEI, Shop, at_once


def _solved(shop: Shop, number: str = CARLA) -> Survey:
    """A call that was served and solved: its survey."""
    id_, sid, _ = shop.talk(number)
    shop.report(sid)
    with shop.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=shop.actor("alice"))
    return shop.rows(Survey)[-1]


def _invite(shop: Shop, survey: Survey) -> Survey:
    with shop.wiring.work() as work:
        surveys.invite(work, survey.id)
    return shop.row(Survey, survey.id)


def _sent(shop: Shop) -> list[str]:
    return [row.body for row in shop.rows(Message) if row.direction == "out"]


def test_asked_once_answered_and_thanked(shop: Shop) -> None:
    shop.available("alice")
    planned = _solved(shop)
    assert planned.state == "planned"
    results = at_once(*[lambda: _invite(shop, planned)] * 4)
    assert not [result for result in results if isinstance(result, BaseException)]
    assert len(_sent(shop)) == 1
    assert "Reply 1" in _sent(shop)[0]
    shop.text("4, waited too long")
    answered = shop.row(Survey, planned.id)
    assert (answered.state, answered.score, answered.comment) == ("answered", 4, "waited too long")
    assert answered.agent_id == shop.people.alice
    assert _sent(shop)[1].startswith("Thank you")
    assert [one.channel for one in shop.rows(Interaction)] == ["voice"]
    shop.text("5")  # no open survey: an agent reads it
    assert [one.channel for one in shop.rows(Interaction)] == ["voice", "sms"]
    assert shop.row(Survey, planned.id).score == 4


def test_the_same_answer_told_twice_is_one_answer(shop: Shop) -> None:
    shop.available("alice")
    planned = _invite(shop, _solved(shop))
    for _ in range(2):
        shop.text("2", sid="SM1")
    assert shop.kinds().count("SurveyAnswered") == 1
    assert "sorry" in _sent(shop)[1]
    assert shop.row(Survey, planned.id).score == 2


def test_words_that_follow_a_bare_score_are_its_comment_for_half_an_hour(shop: Shop) -> None:
    shop.available("alice")
    planned = _invite(shop, _solved(shop))
    shop.text("3")
    shop.clock.forward(29 * 60)
    shop.text("nobody told me that you had moved")
    assert shop.row(Survey, planned.id).comment == "nobody told me that you had moved"
    assert shop.kinds().count("SurveyAnswered") == 2
    shop.text("and one thing more")
    assert [one.channel for one in shop.rows(Interaction)] == ["voice", "sms"]


def test_a_comment_after_half_an_hour_is_a_conversation(shop: Shop) -> None:
    shop.available("alice")
    planned = _invite(shop, _solved(shop))
    shop.text("3")
    shop.clock.forward(31 * 60)
    shop.text("nobody told me")
    assert shop.row(Survey, planned.id).comment == ""
    assert [one.channel for one in shop.rows(Interaction)] == ["voice", "sms"]


def test_words_without_a_score_are_a_conversation_and_the_question_stays_open(shop: Shop) -> None:
    shop.available("alice")
    planned = _invite(shop, _solved(shop))
    shop.text("45 Harbour Street is the new address")
    assert [one.channel for one in shop.rows(Interaction)] == ["voice", "sms"]
    shop.text("5")
    assert shop.row(Survey, planned.id).score == 5


def test_a_night_owl_is_asked_in_the_morning_of_their_own_zone(shop: Shop) -> None:
    shop.run("UPDATE company SET survey_quiet_hours = true")
    shop.customer("李雷", LI_LEI, language="zh", zone="Asia/Shanghai")
    shop.clock.now = datetime(2026, 11, 20, 14, tzinfo=UTC)  # 22:00 in Shanghai
    shop.available("alice")
    put_off = _invite(shop, _solved(shop, LI_LEI))
    assert (put_off.state, put_off.due_at) == ("planned", datetime(2026, 11, 21, 1, tzinfo=UTC))
    shop.clock.now = put_off.due_at
    assert _invite(shop, put_off).state == "asked"
    assert "满意" in _sent(shop)[0]


def test_who_is_not_asked(shop: Shop) -> None:
    shop.available("alice")
    asked = _invite(shop, _solved(shop))
    assert asked.state == "asked"
    again = _invite(shop, _solved(shop))
    assert (again.state, again.end_reason) == ("cancelled", "asked_lately")
    shop.clock.forward(25 * 3600)
    shop.text("STOP")
    assert shop.row(Survey, asked.id).end_reason == "opted_out"
    never = _invite(shop, _solved(shop))
    assert (never.state, never.end_reason) == ("cancelled", "opted_out")
    assert len(_sent(shop)) == 1


def test_nobody_is_asked_who_cannot_be_reached_or_was_not_served(shop: Shop) -> None:
    shop.available("alice")
    id_, sid, _ = shop.talk(None)
    shop.report(sid)
    with shop.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=shop.actor("alice"))
    assert not shop.rows(Survey)


def test_a_question_without_an_answer_ends_after_three_days(shop: Shop) -> None:
    shop.available("alice")
    asked = _invite(shop, _solved(shop))
    shop.clock.forward(timedelta(days=3, seconds=1).total_seconds())
    with shop.wiring.work() as work:
        assert surveys.expire(work) == 1
    assert shop.row(Survey, asked.id).end_reason == "no_answer"
    shop.text("5")
    assert shop.row(Survey, asked.id).score is None


# Messages of ours


def _conversation(shop: Shop) -> int:
    shop.available("alice")
    shop.text("hello")
    id_ = shop.rows(Interaction)[-1].id
    shop.accept(id_)
    return id_


def _send(shop: Shop, id_: int, body: str, name: str = "alice") -> Message:
    with shop.wiring.work() as work:
        return messages.send(work, id_, actor=shop.actor(name), body=body)


def test_an_agent_writes_only_what_can_be_sent_and_only_in_her_own_conversation(shop: Shop) -> None:
    id_ = _conversation(shop)
    for body in ("", "  ", "\x00", "x" * 1601):
        with pytest.raises(Invalid):
            _send(shop, id_, body)
    with pytest.raises(NotYourInteraction):
        _send(shop, id_, "hello", "bo")
    assert _send(shop, id_, "x" * 1600).status == "due"
    shop.text("STOP")
    with pytest.raises(CustomerOptedOut):
        _send(shop, id_, "but")
    shop.text("START")
    assert _send(shop, id_, "welcome back").status == "due"
    with shop.wiring.work() as work:
        wrap_ups.end_conversation(work, id_, actor=shop.actor("alice"))
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=shop.actor("alice"))
    with pytest.raises(InteractionEnded):
        _send(shop, id_, "one more thing")
    shop.text("and another matter")
    assert len(shop.rows(Interaction)) == 2


def _report(shop: Shop, sid: str, status: str, code: int | None = None) -> None:
    with shop.wiring.work() as work:
        outgoing.report(work, MessageReport(sid=sid, status=status, error_code=code))


def test_a_message_is_claimed_by_one_and_its_status_never_goes_back(shop: Shop) -> None:
    message = _send(shop, _conversation(shop), "hello")

    def claim() -> bool:
        with shop.wiring.work() as work:
            return outgoing.claim(work, message.id) is not None

    assert sorted(map(str, at_once(*[claim] * 4))) == ["False", "False", "False", "True"]
    with shop.wiring.work() as work:
        outgoing.handed_over(work, message.id, sid="SM1")
        outgoing.handed_over(work, message.id, sid="SM2")
    assert shop.row(Message, message.id).sid == "SM1"
    for status in ("delivered", "sent", "queued", "accepted", "something new", "sending", "delivered"):
        _report(shop, "SM1", status)
    assert shop.row(Message, message.id).status == "delivered"
    changes = [kind for kind in shop.kinds() if kind == "MessageStatusChanged"]
    assert len(changes) == 2  # queued, delivered


def test_a_report_that_is_faster_than_the_sid_is_made_good(shop: Shop) -> None:
    id_ = _conversation(shop)
    message = _send(shop, id_, "hello")
    with shop.wiring.work() as work:
        outgoing.claim(work, message.id)
    _report(shop, "SM1", "sent")
    _report(shop, "SM1", "delivered")
    with shop.wiring.work() as work:
        outgoing.handed_over(work, message.id, sid="SM1")
    assert shop.row(Message, message.id).status == "delivered"
    for turn in range(5):
        other = _send(shop, id_, f"again {turn}")
        with shop.wiring.work() as work:
            outgoing.claim(work, other.id)

        def hand_over(id_: int = other.id, sid: str = f"SMx{turn}") -> None:
            with shop.wiring.work() as work:
                outgoing.handed_over(work, id_, sid=sid)

        at_once(hand_over, lambda sid=f"SMx{turn}": _report(shop, sid, "delivered"))  # type: ignore[misc]
        assert shop.row(Message, other.id).status == "delivered"


def test_refusals_are_tried_again_at_growing_distance_and_given_up_visibly(shop: Shop) -> None:
    message = _send(shop, _conversation(shop), "hello")
    waits = []
    for _ in range(outgoing.TRIES):
        with shop.wiring.work() as work:
            assert outgoing.claim(work, message.id)
        with shop.wiring.work() as work:
            outgoing.refused(work, message.id, OutsideError("busy", permanent=False, code=20429))
        row = shop.row(Message, message.id)
        if row.next_try_at:
            waits.append((row.next_try_at - shop.clock()).total_seconds())
            shop.clock.now = row.next_try_at
    assert waits == [5, 10, 20, 40, 80, 160, 320]
    assert (row.status, row.error_code, row.next_try_at) == ("failed", 20429, None)


def test_a_carrier_that_says_opted_out_is_believed(shop: Shop) -> None:
    id_ = _conversation(shop)
    message = _send(shop, id_, "hello")
    with shop.wiring.work() as work:
        outgoing.claim(work, message.id)
        outgoing.refused(work, message.id, OutsideError("no", permanent=True, code=21610))
    assert shop.row(Message, message.id).status == "failed"
    with pytest.raises(CustomerOptedOut):
        _send(shop, id_, "but")
    shop.text("START")
    other = _send(shop, id_, "hello again")
    with shop.wiring.work() as work:
        outgoing.claim(work, other.id)
        outgoing.handed_over(work, other.id, sid="SM1")
    _report(shop, "SM1", "failed", 21610)
    with pytest.raises(CustomerOptedOut):
        _send(shop, id_, "but")

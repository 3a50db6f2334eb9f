"""Approvals: claimed, discussed, answered, escalated, timed out to the safe default; and races between these."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from callcenter.actions.empowerment import approvals, approving_by_sms, asking, budgets
from callcenter.domain.agents import Role
from callcenter.domain.empowerment.approving import ApprovalAnswer
from callcenter.domain.errors import (
    ApprovalOver,
    ApprovalTaken,
    DomainError,
    GrantOver,
    Invalid,
    NotYourInteraction,
    NotYoursToApprove,
)
from callcenter.storage.callbacks.callbacks import Callback
from callcenter.storage.customers.customers import Customer
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.failures import Failure
from callcenter.storage.messages.messages import Message
from tests.empowered import BOOK, Counter
from tests.factories import CARLA, at_once
from workers.clock import Clock

SAMS_MOBILE = "+14155550177"


def answer(
    counter: Counter, row: Approval, said: ApprovalAnswer = ApprovalAnswer.YES, *, by: str = "sam", **more: Any
) -> Grant:
    with counter.centre.wiring.work() as work:
        return approvals.answer(work, row.id, actor=counter.actor(by), answer=said, **more)


def claim(counter: Counter, row: Approval, *, by: str = "sam") -> Approval:
    with counter.centre.wiring.work() as work:
        return approvals.claim(work, row.id, actor=counter.actor(by))


def grant_approved(counter: Counter, grant: Grant, *, by: str = "alice") -> Grant:
    with counter.centre.wiring.work() as work:
        return asking.grant_approved(work, grant.id, actor=counter.actor(by))


def withdraw(counter: Counter, grant: Grant) -> Grant:
    with counter.centre.wiring.work() as work:
        return asking.withdraw(work, grant.id, actor=counter.actor("alice"))


def change(counter: Counter, grant: Grant, units: int, reason: str = "They ask for this much.") -> Grant:
    with counter.centre.wiring.work() as work:
        return asking.change(work, grant.id, actor=counter.actor("alice"), units=units, reason=reason)


def asked(counter: Counter, units: int = 14_000, **more: Any) -> tuple[Grant, Approval]:
    grant = counter.ask("credit", units, **more)
    return grant, counter.approval(grant)


# Asked and answered


def test_a_yes_is_given_on_by_the_agent_and_paid_once(counter: Counter) -> None:
    counter.budget(20_000)
    counter.at_screen("sam")
    grant, row = asked(counter)
    assert (grant.state, row.state, row.current_step.role) == ("awaiting", "open", "supervisor")
    assert counter.balance() == (14_000, 0)
    answer(counter, row, word="And fitting free")
    assert counter.grant(grant.id).state == "approved"
    assert counter.balance() == (14_000, 0)
    for _ in range(2):
        assert grant_approved(counter, grant).state == "fulfilled"
    assert counter.balance() == (0, 14_000)
    assert counter.approval(grant).word == "And fitting free"


def test_a_yes_uses_the_last_of_the_budget_that_is_held_for_it(counter: Counter) -> None:
    counter.budget(14_000)
    counter.at_screen("sam")
    grant, row = asked(counter)
    answer(counter, row)
    grant_approved(counter, grant)
    assert counter.balance() == (0, 14_000)


def test_less_is_approved_and_the_rest_of_what_was_held_is_free(counter: Counter) -> None:
    counter.budget(60_000)
    counter.at_screen("sam")
    grant, row = asked(counter)
    with pytest.raises(Invalid):
        answer(counter, row, ApprovalAnswer.LESS, units=14_000)
    answer(counter, row, ApprovalAnswer.LESS, units=10_000)
    assert counter.balance() == (10_000, 0)
    assert grant_approved(counter, grant).units == 10_000
    assert counter.grant(grant.id).sms.startswith("Harbor Home: $100 is on your account")


def test_another_remedy_is_given_instead(counter: Counter) -> None:
    counter.budget(60_000)
    counter.at_screen("sam")
    grant, row = asked(counter)
    answer(counter, row, ApprovalAnswer.INSTEAD, remedy="voucher", units=5000, word="A voucher is better")
    asked_by_sms = counter.grant(grant.id)
    assert (asked_by_sms.remedy, asked_by_sms.units, asked_by_sms.cost, asked_by_sms.state) == (
        "voucher",
        5000,
        3000,
        "approved",
    )
    assert counter.balance() == (3000, 0)


def test_a_no_frees_what_was_held(counter: Counter) -> None:
    counter.budget(60_000)
    counter.at_screen("sam")
    grant, row = asked(counter)
    answer(counter, row, ApprovalAnswer.NO, word="The carrier pays")
    assert counter.grant(grant.id).state == "refused"
    assert counter.balance() == (0, 0)
    with pytest.raises(GrantOver):
        grant_approved(counter, grant)


def test_the_same_answer_by_the_same_person_is_as_once(counter: Counter) -> None:
    counter.at_screen("sam")
    grant, row = asked(counter)
    answer(counter, row)
    answer(counter, row)
    assert counter.centre.kinds().count("ApprovalAnswered") == 1
    assert counter.grant(grant.id).state == "approved"


def test_bo_answers_nothing_and_alice_not_herself(counter: Counter) -> None:
    _, row = asked(counter)
    for name in ("bo", "alice"):
        with pytest.raises(NotYoursToApprove):
            answer(counter, row, by=name)
        with pytest.raises(NotYoursToApprove):
            claim(counter, row, by=name)


def test_a_supervisor_says_yes_up_to_their_own_limit_and_no_further(counter: Counter) -> None:
    counter.centre.run("UPDATE customers SET value_minor = 10000000")
    counter.at_screen("sam", "robin")
    _, row = asked(counter, 30_000)
    assert row.current_step.role == Role.ADMINISTRATOR
    with pytest.raises(NotYoursToApprove):
        answer(counter, row)
    assert answer(counter, row, by="robin").units == 30_000


def test_what_the_rules_have_come_to_forbid_is_not_approved_any_more(counter: Counter) -> None:
    counter.at_screen("sam")
    grant, row = asked(counter)
    counter.centre.run("UPDATE customers SET value_minor = 1000")
    with pytest.raises(Invalid):
        answer(counter, row)
    assert counter.grant(grant.id).state == "awaiting"


# At the same instant


def test_two_supervisors_answer_at_the_same_instant_and_the_second_hears_who_was_first(counter: Counter) -> None:
    counter.budget(60_000)
    counter.at_screen("sam", "robin")
    grant, row = asked(counter)
    results = at_once(
        lambda: answer(counter, row, ApprovalAnswer.YES),
        lambda: answer(counter, row, ApprovalAnswer.LESS, by="robin", units=9000),
    )
    assert sorted(type(one).__name__ for one in results) == ["ApprovalTaken", "Grant"]
    (taken,) = (one for one in results if isinstance(one, ApprovalTaken))
    assert str(taken) in ("Sam Keller was first.", "Robin Hale was first.")
    asked_by_sms = counter.grant(grant.id)
    assert counter.balance() == (asked_by_sms.cost, 0)
    assert counter.centre.kinds().count("ApprovalAnswered") == 1


def test_two_take_it_at_the_same_instant_and_one_has_it(counter: Counter) -> None:
    counter.at_screen("sam", "robin")
    _, row = asked(counter)
    results = at_once(lambda: claim(counter, row), lambda: claim(counter, row, by="robin"))
    assert sorted(type(one).__name__ for one in results) == ["Approval", "ApprovalTaken"]
    holder = counter.centre.row(Approval, row.id).claimed_by
    other = "robin" if holder == counter.centre.id_of("sam") else "sam"
    with pytest.raises(ApprovalTaken):
        answer(counter, row, by=other)
    with counter.centre.wiring.work() as work:
        approvals.let_go(work, row.id, actor=counter.actor("robin" if other == "sam" else "sam"))
    answer(counter, row, by=other)


def test_withdrawn_and_answered_at_the_same_instant_one_of_the_two_counts(counter: Counter) -> None:
    counter.budget(60_000)
    counter.at_screen("sam")
    for _ in range(5):
        grant, row = asked(counter)
        at_once(partial(withdraw, counter, grant), partial(answer, counter, row))
        asked_by_sms, last = counter.grant(grant.id), counter.centre.row(Approval, row.id)
        assert asked_by_sms.state == "withdrawn"  # before the answer, or of the yes that had just come
        assert last.state in ("withdrawn", "answered")
        assert counter.balance() == (0, 0)


def test_the_clock_and_a_supervisor_at_the_same_instant_leave_one_answer(counter: Counter) -> None:
    counter.budget(60_000)
    counter.at_screen("sam")
    grant, row = asked(counter)
    with counter.centre.wiring.work() as work:
        work.session.execute(text("UPDATE approvals SET step = 1"))
    counter.centre.clock.forward(121)
    at_once(Clock(counter.centre.wiring).tick, lambda: answer(counter, row, by="robin"))
    asked_by_sms = counter.grant(grant.id)
    assert counter.centre.kinds().count("ApprovalAnswered") == 1
    assert asked_by_sms.units in (14_000, 10_000)
    counter.ledger_holds()


# What time does


def test_nobody_answers_the_next_are_asked_and_then_the_safe_default_with_the_rest_promised(counter: Counter) -> None:
    centre = counter.centre
    counter.budget(60_000)
    counter.at_screen("sam", "robin")
    centre.available("alice")
    interaction_id, _, _ = centre.talk()
    centre.run("UPDATE interactions SET ticket_id = :ticket WHERE id = :id", ticket=counter.ticket, id=interaction_id)
    grant, row = asked(counter, interaction_id=interaction_id)
    claim(counter, row)
    clock = Clock(centre.wiring)
    centre.clock.forward(121)
    _still_there(counter)
    clock.tick()
    row = centre.row(Approval, row.id)
    assert (row.step, row.current_step.role, row.claimed_by, row.state) == (1, "administrator", None, "open")
    with pytest.raises(NotYoursToApprove):
        answer(counter, row)
    centre.clock.forward(121)
    _still_there(counter)
    clock.tick()
    row, asked_by_sms = centre.row(Approval, row.id), counter.grant(grant.id)
    assert (row.state, row.answer, row.answer_units) == ("expired", "own_limit", 10_000)
    assert (asked_by_sms.state, asked_by_sms.units, asked_by_sms.requested) == ("approved", 10_000, 14_000)
    (rest,) = (one for one in centre.rows(Grant) if one.rest_of == grant.id)
    later = counter.approval(rest)
    assert (rest.state, rest.units, later.otherwise) == ("awaiting", 4000, "nothing")
    assert later.step_ends_at == centre.clock.now + timedelta(minutes=90)
    (callback,) = centre.rows(Callback)
    assert (callback.source, callback.number, later.callback_id) == ("approval", CARLA, callback.id)
    assert (
        timedelta(0) <= callback.promised_until - later.step_ends_at < timedelta(minutes=5)
    )  # said in whole five minutes
    assert counter.balance() == (14_000, 0)
    grant_approved(counter, grant)
    answer(counter, later, by="robin")
    assert grant_approved(counter, rest).state == "fulfilled"
    assert counter.balance() == (0, 14_000)


def test_the_rest_is_not_asked_on_where_the_budget_was_lowered_meanwhile(counter: Counter) -> None:
    """The question holds November's money; what is asked on would hold December's, of which there is none."""
    centre = counter.centre
    budget_id = counter.budget(14_000)
    counter.at_screen("sam", "robin")
    grant, row = asked(counter)
    centre.clock.forward(31 * 86_400)
    with centre.wiring.work() as work:
        budgets.change(work, budget_id, actor=counter.actor("robin"), amount=0, note="Lowered")
    for _ in range(2):
        _still_there(counter)
        Clock(centre.wiring).tick()
        centre.clock.forward(121)
    row = centre.row(Approval, row.id)
    assert (row.state, row.answer, row.answer_units) == ("expired", "own_limit", 10_000)
    assert not [one for one in centre.rows(Grant) if one.rest_of == grant.id]
    assert not centre.rows(Failure)
    counter.ledger_holds()


def _still_there(counter: Counter) -> None:
    counter.centre.run("UPDATE connections SET seen_at = :now", now=counter.centre.clock.now)


def test_the_rest_that_nobody_answers_ends_with_nothing(counter: Counter) -> None:
    counter.budget(60_000)
    counter.at_screen("robin")
    grant, _ = asked(counter)
    clock = Clock(counter.centre.wiring)
    for _ in range(2):
        counter.centre.clock.forward(130)
        clock.tick()
    (rest,) = (one for one in counter.centre.rows(Grant) if one.rest_of == grant.id)
    counter.centre.clock.forward(91 * 60)
    clock.tick()
    assert counter.grant(rest.id).state == "expired"
    assert counter.approval(rest).answer == "nothing"
    assert counter.balance() == (10_000, 0)
    counter.centre.clock.forward(24 * 3600)
    clock.tick()
    assert counter.grant(grant.id).state == "expired"
    assert counter.balance() == (0, 0)


def test_an_approver_who_goes_away_from_the_screen_holds_nothing_back(counter: Counter) -> None:
    counter.at_screen("sam", "robin")
    _, row = asked(counter)
    claim(counter, row)
    counter.centre.clock.forward(70)
    counter.centre.run("UPDATE connections SET seen_at = :now WHERE sid = 'screen-robin'", now=counter.centre.clock.now)
    Clock(counter.centre.wiring).tick()
    assert counter.centre.row(Approval, row.id).claimed_by is None
    assert "ApprovalLetGo" in counter.centre.kinds()


def test_a_turn_in_which_nobody_can_be_reached_is_not_waited_for(counter: Counter) -> None:
    counter.publish(asking_in_turn("administrator", "supervisor"), number=2)
    counter.centre.clock.forward(1)
    counter.at_screen("sam")
    _, row = asked(counter)
    assert (row.step, row.current_step.role) == (1, "supervisor")
    assert row.step_ends_at == counter.centre.clock.now + timedelta(seconds=60)


def asking_in_turn(*roles: str) -> dict[str, Any]:
    """The book, but these are asked one after the other, for a minute each."""
    book = deepcopy(BOOK)
    book["rules"][-1]["ask"]["steps"] = [{"role": role, "seconds": 60} for role in roles]
    return book


def test_a_question_over_the_hour_that_comes_twice_runs_as_long_as_any(counter: Counter) -> None:
    """3 November 2030, 01:59:30 in Los Angeles; half a minute later the clock there is put back to 01:00."""
    counter.centre.clock.now = datetime(2030, 11, 3, 8, 59, 30, tzinfo=UTC)
    counter.at_screen("sam")
    _, row = asked(counter)
    counter.centre.clock.forward(119)
    Clock(counter.centre.wiring).tick()
    assert counter.centre.row(Approval, row.id).step == 0
    counter.centre.clock.forward(1)
    Clock(counter.centre.wiring).tick()
    assert counter.centre.row(Approval, row.id).step == 1


# What the agent does meanwhile


def test_the_agent_changes_the_amount_and_what_is_held_follows(counter: Counter) -> None:
    counter.budget(16_000)
    counter.at_screen("sam")
    grant, row = asked(counter)
    change(counter, grant, 16_000)
    assert counter.balance() == (16_000, 0)
    change(counter, grant, 12_000, "They are content with this.")
    assert counter.balance() == (12_000, 0)
    with pytest.raises(Invalid):
        change(counter, grant, 9000)  # within the allowance
    with pytest.raises(NotYourInteraction), counter.centre.wiring.work() as work:
        asking.change(work, grant.id, actor=counter.actor("bo"), units=13_000, reason="x")
    answer(counter, row)
    asked_by_sms = counter.grant(grant.id)
    assert (asked_by_sms.units, asked_by_sms.requested, asked_by_sms.reason) == (
        12_000,
        16_000,
        "They are content with this.",
    )
    with pytest.raises(ApprovalOver):
        change(counter, grant, 13_000)


def test_a_question_withdrawn_is_asked_no_more_and_frees_what_was_held(counter: Counter) -> None:
    counter.budget(60_000)
    counter.at_screen("sam")
    grant, row = asked(counter)
    for _ in range(2):
        withdraw(counter, grant)
    assert counter.balance() == (0, 0)
    with pytest.raises(ApprovalOver):
        answer(counter, row)


def test_agent_and_supervisor_write_to_each_other_and_nobody_else_does(counter: Counter) -> None:
    counter.at_screen("sam")
    _, row = asked(counter)
    with counter.centre.wiring.work() as work:
        approvals.say(work, row.id, actor=counter.actor("sam"), body="Did the carrier call ahead?")
        approvals.say(work, row.id, actor=counter.actor("alice"), body="No call on either day.")
        with pytest.raises(NotYoursToApprove):
            approvals.say(work, row.id, actor=counter.actor("bo"), body="Me too")
        with pytest.raises(Invalid):
            approvals.say(work, row.id, actor=counter.actor("sam"), body=" \x00 ")
    assert counter.centre.kinds().count("ApprovalTalked") == 2


def test_that_it_was_seen_is_told_once_and_only_of_those_who_may_answer(counter: Counter) -> None:
    counter.at_screen("sam")
    _, row = asked(counter)
    for name in ("bo", "sam", "robin", "sam"):
        with counter.centre.wiring.work() as work:
            approvals.seen(work, row.id, actor=counter.actor(name))
    assert counter.centre.kinds().count("ApprovalSeen") == 1
    assert counter.centre.row(Approval, row.id).seen_by == counter.centre.id_of("sam")


# What the customer does meanwhile


def test_a_caller_who_hangs_up_is_owed_a_call_and_the_question_stays(counter: Counter) -> None:
    centre = counter.centre
    counter.at_screen("sam")
    centre.available("alice")
    interaction_id, sid, _ = centre.talk()
    centre.run("UPDATE interactions SET ticket_id = :ticket WHERE id = :id", ticket=counter.ticket, id=interaction_id)
    grant, row = asked(counter, interaction_id=interaction_id)
    centre.report(sid)
    (callback,) = centre.rows(Callback)
    row = centre.row(Approval, row.id)
    assert (row.state, row.callback_id) == ("open", callback.id)
    assert centre.interaction(callback.interaction_id).ticket_id == counter.ticket
    answer(counter, row)
    assert counter.grant(grant.id).state == "approved"
    due = centre.row(Callback, callback.id)
    assert due.next_try_at is None or due.next_try_at <= centre.clock.now


def test_a_customer_who_is_moved_to_another_tier_meanwhile_is_decided_on_anew(counter: Counter) -> None:
    counter.at_screen("sam", "robin")
    grant, row = asked(counter)
    counter.centre.run("UPDATE customers SET tier = 'standard'")
    counter.centre.clock.forward(300)
    Clock(counter.centre.wiring).tick()
    counter.centre.clock.forward(300)
    Clock(counter.centre.wiring).tick()
    assert (
        counter.centre.row(Approval, row.id).answer == "nothing"
    )  # of their own, agents give standard customers nothing
    assert counter.grant(grant.id).state == "expired"
    assert counter.centre.rows(Customer)[0].tier == "standard"


# By SMS


def test_an_approver_at_no_screen_is_asked_by_sms_and_their_reply_is_the_answer(counter: Counter) -> None:
    counter.budget(60_000)
    counter.centre.change("sam", mobile=SAMS_MOBILE)
    grant, row = asked(counter)
    _text_approvers(counter, row)
    _text_approvers(counter, row)
    (question,) = sent_to_approvers(counter)
    assert question.their_address == SAMS_MOBILE
    assert f"Reply Y {row.code}" in question.body
    counter.centre.text(f"L {row.code} 90 and fitting free", SAMS_MOBILE)
    asked_by_sms, last = counter.grant(grant.id), counter.centre.row(Approval, row.id)
    assert (asked_by_sms.units, last.answer, last.word) == (9000, "less", "and fitting free")
    assert last.answered_by == counter.centre.id_of("sam")
    assert "Done" in told_by_sms(counter)
    assert counter.balance() == (9000, 0)


def sent_to_approvers(counter: Counter) -> list[Message]:
    return [one for one in counter.centre.rows(Message) if one.purpose == "approval" and one.direction == "out"]


def told_by_sms(counter: Counter) -> str:
    return sent_to_approvers(counter)[-1].body


def _text_approvers(counter: Counter, row: Approval) -> None:
    with counter.centre.wiring.work() as work:
        approving_by_sms.invite(work, row.id)


def test_nobody_is_asked_by_sms_while_somebody_sits_at_a_screen(counter: Counter) -> None:
    counter.centre.change("sam", mobile=SAMS_MOBILE)
    counter.at_screen("sam")
    _, row = asked(counter)
    _text_approvers(counter, row)
    assert not sent_to_approvers(counter)


@pytest.mark.parametrize("sender", [CARLA, "+14155550199"])
def test_a_code_from_a_telephone_that_is_no_approvers_answers_nothing(counter: Counter, sender: str) -> None:
    counter.centre.change("sam", mobile=SAMS_MOBILE)
    grant, row = asked(counter)
    counter.centre.text(f"Y {row.code}", sender)
    assert counter.grant(grant.id).state == "awaiting"


def test_an_agents_own_mobile_is_no_approvers(counter: Counter) -> None:
    counter.centre.change("sam", mobile=SAMS_MOBILE)
    counter.centre.change("bo", mobile="+14155550188")
    grant, row = asked(counter)
    counter.centre.text(f"Y {row.code}", "+14155550188")
    assert counter.grant(grant.id).state == "awaiting"


def test_an_unknown_code_or_a_wrong_amount_is_answered_with_a_sentence(counter: Counter) -> None:
    counter.centre.change("sam", mobile=SAMS_MOBILE)
    grant, row = asked(counter)
    unknown = "1000" if row.code != "1000" else "1001"
    for body, says in (
        (f"Y {unknown}", "No question"),
        (f"L {row.code} 999999", "not less"),
        (f"L {row.code} ¥80", "USD"),
        (f"L {row.code} -5", "more than nothing"),
        (f"L {row.code}", "not an amount"),
    ):
        counter.centre.text(body, SAMS_MOBILE)
        assert says in told_by_sms(counter), body
    assert counter.grant(grant.id).state == "awaiting"
    withdraw(counter, grant)
    counter.centre.text(f"Y {row.code}", SAMS_MOBILE)
    assert "No question" in told_by_sms(counter)


# The money


def test_a_budget_is_not_lowered_below_what_is_held(counter: Counter) -> None:
    budget_id = counter.budget(60_000)
    counter.at_screen("sam")
    grant, row = asked(counter)
    with pytest.raises(Invalid, match=r"\$140"):
        _set(counter, budget_id, 13_999)
    _set(counter, budget_id, 14_000)
    answer(counter, row)
    grant_approved(counter, grant)
    assert counter.balance() == (0, 14_000)
    assert counter.entries()[1] == ("reserve", 14_000, 0)


def _set(counter: Counter, budget_id: int, amount: int) -> None:
    with counter.centre.wiring.work() as work:
        budgets.change(work, budget_id, actor=counter.actor("robin"), amount=amount, note="Lowered")


def test_held_in_november_and_given_in_december_is_novembers_money(counter: Counter) -> None:
    counter.centre.clock.now = datetime(2030, 12, 1, 7, 59, tzinfo=UTC)  # a minute before December in Los Angeles
    counter.budget(20_000)
    counter.at_screen("sam")
    grant, row = asked(counter)
    counter.centre.clock.forward(90)
    answer(counter, row)
    grant_approved(counter, grant)
    november = counter.periods()[0]
    assert (november.reserved, november.committed) == (0, 14_000)
    counter.make_grant("credit", 6000, by="sam")
    december = counter.periods()[1]
    assert (december.reserved, december.committed, december.starts_at) == (0, 6000, november.ends_at)
    counter.ledger_holds()


def test_what_the_budget_cannot_hold_is_not_asked(counter: Counter) -> None:
    counter.budget(12_000)
    counter.at_screen("sam")
    grant = counter.ask("credit", 14_000)
    assert grant.state == "refused"
    assert counter.balance() == (0, 0)


def test_many_ask_at_once_and_no_more_is_held_than_there_is(counter: Counter) -> None:
    counter.budget(40_000)
    counter.at_screen("sam")
    counter.centre.run("UPDATE customers SET value_minor = 100000000")
    results = at_once(*[lambda: counter.ask("credit", 14_000)] * 8)
    held, granted = counter.balance()
    assert (held, granted) == (28_000, 0) or held == 14_000
    assert all(isinstance(one, Grant | DomainError) for one in results), results

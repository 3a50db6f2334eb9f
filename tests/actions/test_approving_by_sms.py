"""What approvers write from their mobiles: read, or asked again; never guessed, never a customer's conversation."""

import pytest

from callcenter.actions.empowerment import approving_by_sms
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.messages.messages import Message
from tests.empowered import Counter

MOBILE = "+14155550177"


@pytest.fixture
def question(counter: Counter) -> Approval:
    """Alice asks for $140; Sam, at no screen, is asked by SMS."""
    counter.budget(60_000)
    counter.centre.change("sam", mobile=MOBILE)
    grant = counter.ask("credit", 14_000)
    row = counter.approval(grant)
    with counter.centre.wiring.work() as work:
        assert approving_by_sms.invite(work, row.id) == 1
    return row


def grant_of(counter: Counter, question: Approval) -> Grant:
    return counter.grant(question.grant_id)


def told(counter: Counter) -> str:
    return [one for one in counter.centre.rows(Message) if one.direction == "out" and one.purpose == "approval"][
        -1
    ].body


@pytest.mark.parametrize(
    "body", ["YES", "OK 20", "Yes but only 10 CODE", "sure", "👍", "20", "Y CODE but only 10", "Y CODE if they insist",
             "yes CODE max ten", "OK CODE, 100 is enough", "Y CODE 只给一半", "是 CODE 但是最多八十", "L CODE 1 200", "Y CODE5", "Y CODE.50"],
)  # fmt: skip
def test_what_cannot_be_read_is_answered_to_the_approver_and_decides_nothing(
    counter: Counter, question: Approval, body: str
) -> None:
    counter.centre.text(body.replace("CODE", question.code), MOBILE)
    assert grant_of(counter, question).state == "awaiting"
    assert not counter.centre.rows(Interaction)
    assert "could not be read" in told(counter)
    assert f"$140 credit on account: reply Y {question.code}" in told(counter).replace("Credit", "credit")
    (kept,) = [one for one in counter.centre.rows(Message) if one.direction == "in"]
    assert (kept.purpose, kept.customer_id) == ("approval", None)


@pytest.mark.parametrize(
    "body", ["Ｙ １２３４", "“Y” CODE", "y-CODE", "Y: CODE.", "(yes) #CODE", "YES   CODE, they are right", "OK\u00a0CODE", "Y — CODE", "是CODE"]
)  # fmt: skip
def test_a_yes_is_read_however_the_telephone_writes_it(counter: Counter, question: Approval, body: str) -> None:
    counter.centre.run("UPDATE approvals SET code = '1234'")
    counter.centre.text(body.replace("CODE", "1234"), MOBILE)
    grant = grant_of(counter, question)
    assert (grant.state, grant.units) == ("approved", 14_000)
    assert "Done" in told(counter)


def test_a_reason_is_kept_as_it_was_typed(counter: Counter, question: Approval) -> None:
    counter.centre.text(f"N {question.code} Carla had Three already", MOBILE)
    assert counter.centre.row(Approval, question.id).word == "Carla had Three already"


def test_a_second_and_different_answer_is_told_that_the_first_stands(counter: Counter, question: Approval) -> None:
    counter.centre.text(f"L {question.code} 90", MOBILE)
    for later in (f"N {question.code}", f"Y {question.code}", f"L {question.code} 95", f"Y {question.code} but only 5"):
        counter.centre.text(later, MOBILE)
        assert told(counter).startswith(f"Question {question.code} is answered: $90"), later
        assert told(counter).endswith("by Sam Keller. That stands.")
    assert (grant_of(counter, question).state, grant_of(counter, question).units) == ("approved", 9000)


def test_a_wish_to_stop_is_none_of_our_answers(counter: Counter, question: Approval) -> None:
    counter.centre.text("STOP", MOBILE)
    assert grant_of(counter, question).state == "awaiting"
    assert [one.purpose for one in counter.centre.rows(Message) if one.direction == "in"] == ["opt_out"]


def test_an_approver_of_whom_nothing_is_asked_is_a_customer_like_any_other(counter: Counter) -> None:
    counter.centre.change("sam", mobile=MOBILE)
    counter.centre.text("Where is my own dishwasher?", MOBILE)
    assert len(counter.centre.rows(Interaction)) == 1

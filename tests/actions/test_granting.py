"""Grants: made at once, refused, fulfilled, reversed."""

import pytest
from sqlalchemy import text

from callcenter import operations
from callcenter.actions.empowerment import fulfilment, granting
from callcenter.domain.errors import AskFirst, BudgetUsedUp, Invalid, NotAllowed, NotYourDepartment
from callcenter.storage.empowerment.departments import DepartmentRequest
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.messages.messages import Message
from tests.empowered import Counter
from tests.factories import at_once


def test_alice_gives_sixty_dollars_and_the_customer_the_budget_and_the_story_know(counter: Counter) -> None:
    counter.budget(60_000)
    grant = counter.make_grant("credit", 6000)
    assert (grant.state, grant.rule_id, grant.rule_book, grant.answer) == ("fulfilled", 14, 1, "give")
    assert counter.balance() == (0, 6000)
    (message,) = counter.centre.rows(Message)
    assert message.body.startswith("Harbor Home: $60 is on your account. Ticket 26-4")
    assert message.id == grant.message_id
    assert "RemedyGranted" in counter.centre.kinds()


def test_the_same_key_again_gives_nothing_twice(counter: Counter) -> None:
    counter.budget(60_000)
    first = counter.make_grant(key="once")
    assert counter.make_grant(key="once").id == first.id
    assert counter.balance() == (0, 6000)


def test_a_double_click_in_two_processes_gives_once(counter: Counter) -> None:
    counter.budget(60_000)
    grants = at_once(*[lambda: counter.make_grant(key="once")] * 6)
    assert len({grant.id for grant in grants if isinstance(grant, Grant)}) == 1
    assert counter.balance() == (0, 6000)


def test_what_was_given_before_lowers_what_may_be_given_now(counter: Counter) -> None:
    counter.make_grant("credit", 2000)
    assert (
        counter.decision()
        .sentence["en"]
        .startswith("Up to $80 now: gold customers whose delivery was our mistake may get $100; $20 was given on")
    )
    with pytest.raises(AskFirst):
        counter.make_grant("credit", 8100)


def test_several_who_give_for_one_ticket_at_once_stay_within_its_limit(counter: Counter) -> None:
    at_once(*[lambda: counter.make_grant("credit", 10_000, by="sam")] * 5)
    assert [grant.state for grant in counter.centre.rows(Grant) if grant.state != "refused"] == ["fulfilled"] * 2


def test_sixteen_at_once_on_one_budget_spend_no_more_than_there_is(counter: Counter) -> None:
    counter.budget(20_000)
    names = ("alice", "bo", "sam", "robin")
    for number, name in enumerate(names):
        counter.centre.run(
            "INSERT INTO tickets (number, subject, status, priority, type, cause, responsible, product, owner_id, version, created_at, changed_at)"
            " VALUES (:number, 's', 'open', 'normal', 'complaint', 'late', 'carrier', '', :owner, 1, now(), now())",
            number=f"99-{number}",
            owner=counter.centre.id_of(name),
        )
    with counter.centre.wiring.reading() as session:
        tickets: dict[int, int] = dict(
            session.execute(text("SELECT owner_id, id FROM tickets WHERE number LIKE '99-%'")).all()
        )
    results = at_once(
        *[
            (lambda who=name: counter.make_grant("fee", 1490, by=who, ticket_id=tickets[counter.centre.id_of(who)]))
            for name in names
            for _ in range(4)
        ]
    )
    reserved, committed = counter.balance()
    assert reserved == 0
    assert committed <= 20_000
    assert committed == 1490 * sum(1 for grant in counter.centre.rows(Grant) if grant.is_granted)
    assert all(isinstance(result, Grant | AskFirst | BudgetUsedUp) for result in results), results


def test_a_refused_request_is_kept_with_its_reason(counter: Counter) -> None:
    counter.centre.run("UPDATE tickets SET type = 'question'")
    grant = counter.make_grant("refund", 5000)
    assert (grant.state, grant.answer) == ("refused", "refused")
    assert "GrantRefused" in counter.centre.kinds()


@pytest.mark.parametrize("units", [0, -5, 10**12, 1.5, True, "60"])
def test_an_amount_that_nobody_means_is_refused_and_nothing_changes(counter: Counter, units: object) -> None:
    counter.budget(60_000)
    with pytest.raises(Invalid):
        counter.make_grant("credit", units)  # type: ignore[arg-type]
    assert not counter.centre.rows(Grant)
    assert counter.balance() == (0, 0)


def test_mallory_gives_nothing_in_a_case_that_is_not_hers(counter: Counter) -> None:
    with pytest.raises(NotAllowed):
        counter.make_grant("credit", 1000, by="bo")


def test_the_warehouse_is_asked_and_its_answer_carries_it_out(counter: Counter) -> None:
    centre = counter.centre
    counter.department("warehouse", "bo")
    with pytest.raises(Invalid):
        counter.make_grant("express", 1, fields={"day": "tomorrow"})
    grant = counter.make_grant("express", 1, fields={"day": "2026-11-30"})
    assert grant.state == "granted"
    assert grant.next_try_at is not None
    operations.fulfil(centre.wiring, grant.id)
    operations.fulfil(centre.wiring, grant.id)
    (request,) = centre.rows(DepartmentRequest)
    assert "Express redelivery" in request.body
    assert "2026-11-30" in request.body
    with centre.wiring.work() as work:
        fulfilment.answer_request(work, request.id, actor=counter.actor("bo"), is_done=True)
    assert counter.grant(grant.id).state == "fulfilled"


@pytest.mark.parametrize(("giver", "of_it", "by"), [("alice", ("bo",), "alice"), ("alice", ("alice",), "alice"), ("alice", (), "bo"), ("sam", (), "sam"), ("sam", ("sam",), "sam")])  # fmt: skip
def test_a_request_is_answered_by_its_department_and_never_by_who_gives(
    counter: Counter, giver: str, of_it: tuple[str, ...], by: str
) -> None:
    counter.department("warehouse", *of_it)
    grant = counter.make_grant("express", 1, fields={"day": "2026-11-30"}, by=giver)
    operations.fulfil(counter.centre.wiring, grant.id)
    (request,) = counter.centre.rows(DepartmentRequest)
    with pytest.raises(NotYourDepartment), counter.centre.wiring.work() as work:
        fulfilment.answer_request(work, request.id, actor=counter.actor(by), is_done=True)
    assert counter.grant(grant.id).state == "granted"
    with counter.centre.wiring.work() as work:
        fulfilment.answer_request(work, request.id, actor=counter.actor("robin"), is_done=True)
    assert counter.grant(grant.id).state == "fulfilled"


def test_what_is_taken_back_is_in_the_budget_again_by_a_new_line(counter: Counter) -> None:
    counter.budget(60_000)
    grant = counter.make_grant()
    with counter.centre.wiring.work() as work, pytest.raises(NotAllowed):
        fulfilment.reverse(work, grant.id, actor=counter.actor("bo"), reason="mine")
    for _ in range(2):
        with counter.centre.wiring.work() as work:
            fulfilment.reverse(work, grant.id, actor=counter.actor("sam"), reason="Paid by the carrier")
    assert counter.grant(grant.id).state == "reversed"
    assert counter.balance() == (0, 0)
    assert counter.entries() == [("allot", 0, 0), ("commit", 0, 6000), ("reverse", 0, -6000)]
    assert counter.decision().sentence["en"].startswith("Up to $100 now")


def test_a_request_that_was_not_asked_for_is_kept(counter: Counter) -> None:
    with counter.centre.wiring.work() as work:
        dropped = granting.drop(work, counter.request("credit", 14_000), actor=counter.actor("alice"))
    assert dropped is not None
    assert dropped.state == "not_asked"
    assert counter.decision().option("credit").most == 10_000  # type: ignore[union-attr]

"""The demo's year of grants: decided by the rules of the day, paid to the cent, with patterns to find."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from callcenter.demo.book import Book
from callcenter.demo.empowerment import catalogue
from callcenter.domain.empowerment import Facts, RuleBook, Usage, decide, learning
from callcenter.domain.empowerment.approving import fits
from callcenter.domain.empowerment.rule_book import EscalationStep
from callcenter.domain.events import Event
from callcenter.reports.empowerment import anomalies
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent, Team
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.database import Database
from callcenter.storage.empowerment import budgets, facts, grants, rule_books
from callcenter.storage.empowerment import learning as learned
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.budgets import BudgetPeriod, Entry
from callcenter.storage.empowerment.departments import Cause, Department, DepartmentRequest
from callcenter.storage.empowerment.grants import HELD, STANDING, Grant
from callcenter.storage.empowerment.rule_books import RuleBookRow
from callcenter.storage.history import History
from callcenter.storage.messages.messages import Message
from callcenter.storage.tickets import tickets
from callcenter.storage.tickets.tickets import Ticket
from tests.demo.conftest import NOW

MONTH = timedelta(days=28)
A_YES = timedelta(hours=25)  # is good for a day


@pytest.fixture(scope="module")
def books(book: Book) -> dict[int, RuleBook]:
    return {row["number"]: RuleBook.model_validate(row["document"]) for row in book.rows(RuleBookRow)}


def given(book: Book) -> list[dict[str, Any]]:
    return [row for row in book.rows(Grant) if row["state"] in STANDING]


def test_the_year_has_enough_of_everything_for_reports_to_mean_something(book: Book) -> None:
    states = Counter(row["state"] for row in book.rows(Grant))
    assert 1_400 < sum(states.values()) < 2_600
    assert states["fulfilled"] > 800
    assert min(states[name] for name in ("refused", "not_asked", "expired", "withdrawn", "reversed")) >= 5
    answers = Counter(row.get("answer") for row in book.rows(Approval))
    assert min(answers[name] for name in ("yes", "less", "no", "nothing")) >= 4
    assert min(answers[name] for name in ("instead", "own_limit")) >= 2
    assert {row["currency"] for row in book.rows(Grant)} == {"USD", "CNY"}


def test_nothing_is_held_open_and_nothing_lies_in_the_future(book: Book) -> None:
    assert not [row for row in book.rows(Grant) if row["state"] in HELD]
    assert {row["state"] for row in book.rows(Approval)} <= {"answered", "withdrawn", "expired"}
    for table in (Grant, Approval, Entry, DepartmentRequest):
        for row in book.rows(table):
            for name, value in row.items():
                if isinstance(value, datetime) and name != "due_at":
                    assert value <= NOW, (table.__name__, name, row)


def test_every_grant_can_be_decided_again_from_what_was_kept_with_it(book: Book, books: dict[int, RuleBook]) -> None:
    """Replay: the same facts, usage and rules give the same decision; budgets are not part of it, they bound it further."""
    for row in book.rows(Grant):
        known, usage = Facts.model_validate(row["facts"]), Usage.of_data(row["usage"])
        again = decide(known, books[row["rule_book"]], usage, now=row["created_at"])
        kept = {one["remedy"]: one for one in row["decision"]["options"]}
        for option in again.options:
            assert kept[option.remedy]["most"] <= option.most, row["id"]


def test_no_grant_that_stands_breaks_the_decision_it_was_given_by(book: Book) -> None:
    asked = {row["grant_id"]: row for row in book.rows(Approval)}
    for row in given(book):
        option = next(one for one in row["decision"]["options"] if one["remedy"] == row["remedy"])
        if row["id"] not in asked:
            assert row["units"] <= option["most"], row
            assert option["may"] in ("give", "give_with_reason")
            continue
        assert option["may"] != "never"
        assert asked[row["id"]]["answer"] in ("yes", "less", "instead", "own_limit")
        if option["ask_most"] is not None or option["ask_rule"] is None:
            assert row["units"] <= max(option["most"], option["ask_most"] or 0), row


def test_what_is_given_with_a_reason_has_one_and_fields_are_filled(book: Book, books: dict[int, RuleBook]) -> None:
    for row in given(book):
        remedy = books[row["rule_book"]].remedy(row["remedy"])
        assert remedy is not None
        assert all(row["fields"].get(field.key) for field in remedy.fields if field.required)
        option = next(one for one in row["decision"]["options"] if one["remedy"] == row["remedy"])
        assert row["reason"] or option["may"] == "give"


def test_usage_is_what_stood_at_that_moment(book: Book) -> None:
    """Counted again from the rows: the customer's earlier grants, and the agent's grants of that month."""
    by_customer: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in book.rows(Grant):
        by_customer[row["customer_id"]].append(row)
    for row in book.rows(Grant):
        earlier = [one for one in by_customer[row["customer_id"]] if one["created_at"] < row["created_at"]]
        standing = [one for one in earlier if _stood(one, row["created_at"])]
        held = [one for one in earlier if one["answer"] == "ask" and row["created_at"] - one["created_at"] < A_YES]
        if row["rest_of"] is None:
            assert len(standing) <= len(row["usage"]["customer"]) <= len(standing) + len(held), row["id"]


def _stood(row: dict[str, Any], at: datetime) -> bool:
    if row["state"] == "reversed":
        return bool(row["reversed_at"] > at)
    return row["state"] in STANDING


def test_questions_run_through_their_times_in_order_and_go_to_those_who_may_answer(book: Book) -> None:
    people = {row["id"]: row for row in book.rows(Agent)}
    for row in book.rows(Approval):
        times = [row[name] for name in ("asked_at", "seen_at", "claimed_at", "answered_at") if row.get(name)]
        assert times == sorted(times), row
        if row.get("answered_by"):
            by = people[row["answered_by"]]
            assert fits(EscalationStep.model_validate(row["steps"][row["step"]]), role=by["role"], level=by["level"])


def test_customers_are_on_hold_no_longer_than_their_call_says(book: Book) -> None:
    visits = {row["id"]: row for row in book.rows(Interaction)}
    asked = {row["grant_id"]: row["held_seconds"] for row in book.rows(Approval)}
    waited = [(asked[row["id"]], visits[row["interaction_id"]]) for row in book.rows(Grant) if row["id"] in asked]
    assert all(held <= (visit["call"]["held_seconds"] if "call" in visit else 0) for held, visit in waited)
    assert sum(1 for held, _ in waited if held > 10) > 50


def test_the_ledger_sums_to_the_balances_and_never_ran_over(book: Book) -> None:
    sums: dict[int, Counter[str]] = defaultdict(Counter)
    lines = book.rows(Entry)
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    for line in lines:
        period = sums[line["period_id"]]
        period.update({name: line[f"{name}_change"] for name in ("limit", "reserved", "committed")})
        assert period["reserved"] >= 0
        assert period["committed"] >= 0
        assert period["reserved"] + period["committed"] <= period["limit"]
    for row in book.rows(BudgetPeriod):
        kept = (row["limit_amount"], row["reserved"], row["committed"])
        assert kept == tuple(sums[row["id"]][name] for name in ("limit", "reserved", "committed"))


def test_every_grant_is_paid_from_all_budgets_of_its_agent(book: Book) -> None:
    paid: dict[int, Counter[int]] = defaultdict(Counter)
    for line in book.rows(Entry):
        if line.get("grant_id"):
            paid[line["grant_id"]][line["period_id"]] += line["committed_change"]
    for row in book.rows(Grant):
        spent = [amount for amount in paid[row["id"]].values() if amount]
        if row["state"] in STANDING and row["cost"]:
            assert set(spent) == {row["cost"]}
            assert len(spent) >= 2  # the company, and a team or an agent
        else:
            assert spent == []


def test_the_database_agrees_and_the_system_reads_its_own_history(year: Database) -> None:
    with year.reading() as session:
        assert budgets.wrong_sums(session) == []
        total = session.scalar(select(func.count()).select_from(Grant))
        told = session.scalar(select(func.count()).where(History.kind == "RemedyGranted"))
        granted = session.scalar(select(func.count()).where(Grant.granted_at.is_not(None)))
        assert total is not None
        assert total > 1_400
        assert told == granted
        rows = session.scalars(select(History).where(History.kind.like("Approval%")).limit(500))
        assert all(isinstance(row.event(), Event) for row in rows)
        sent = session.scalars(select(Message).where(Message.purpose == "grant")).all()
        assert {message.status for message in sent} == {"delivered"}
        assert session.scalar(select(func.count()).where(Grant.message_id.is_not(None))) == len(sent)
        assert rule_books.in_force(session, NOW) is not None


@pytest.mark.parametrize(
    ("name", "subject", "agent", "english", "chinese"),
    [
        (
            "Carla Mendes",
            "Dishwasher not delivered, second window missed",
            "alice",
            "Up to $80 now: gold customers whose delivery was our mistake may get $100; $20 was given on 3 May.",
            "现在最多可补偿 $80：因我方原因配送失误的金卡客户，一年内最多可补偿 $100；5 月 3 日已补偿 $20。",
        ),
        (
            "李雷",
            "洗衣机安装：师傅未按时到达",
            "mei",
            "Up to ¥80 now: silver and gold customers for whom the fitter came late may get ¥80; ¥30 was given on 2 Jul.",
            "现在最多可补偿 ¥80：师傅迟到，银卡、金卡客户每次最多可补偿 ¥80；7 月 2 日已补偿 ¥30。",
        ),
    ],
)
def test_the_stories_cards_say_what_may_be_given(
    year: Database, name: str, subject: str, agent: str, english: str, chinese: str
) -> None:
    with year.reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.subject == subject)).one()
        customer = customers.get(session, ticket.customer_id or 0)
        giver = session.scalars(select(Agent).where(Agent.username == agent)).one()
        assert customer is not None
        assert customer.name == name
        known = facts.of_case(session, NOW, agent=giver, customer=customer, ticket=ticket)
        assert known is not None
        decision = known.decide()
        assert decision.sentence == {"en": english, "zh": chinese}
        (before,) = grants.granted_to(session, customer.id, since=NOW - timedelta(days=365))
        assert before.state == "fulfilled"


def test_jonas_gave_carla_twenty_dollars_on_the_third_of_may(book: Book) -> None:
    people = {row["id"]: row["username"] for row in book.rows(Agent)}
    (row,) = [row for row in book.rows(Grant) if row["reason"] == "late delivery of a coffee grinder"]
    assert (people[row["agent_id"]], row["remedy"], row["units"], row["currency"]) == ("jonas", "credit", 2000, "USD")
    assert (row["granted_at"].month, row["granted_at"].day) == (5, 3)
    assert row["sms"].startswith("Harbor Home: sorry for the trouble. We have put $20 on your account")
    assert row["rule_book"] == 1  # the rules of that time


def test_each_team_has_its_department_and_each_cause_somebody_who_answers_for_it(book: Book) -> None:
    departments = {row["id"]: row["key"] for row in book.rows(Department)}
    assert {departments[row["department_id"]] for row in book.rows(Team)} == {"delivery", "billing"}
    assert all(row["department_id"] in departments for row in book.rows(Cause))
    named = {name for row in book.rows(Cause) for name in row["names"].values()}
    assert {row["cause"] for row in book.rows(Ticket)} <= named
    assert all(row["product"] and row["price"] > 0 for row in book.rows(Ticket))
    assert set(catalogue.CAUSE_OF) == named


def test_there_is_something_to_find_where_to_trust_and_where_to_teach(year: Database) -> None:
    with year.reading() as session:
        period = {"since": NOW - MONTH, "until": NOW}
        found = learning.findings(learned.asked(session, **period), learned.served(session, **period))
        names = agents.names(session)
    trust = [one for one in found if one.kind == "trust"]
    late = next(
        one for one in trust if one.data["cause"] == "delivery_window_missed" and one.data["remedy"] == "credit"
    )
    assert late.data["limit"] >= 1500
    assert late.data["yes"] == late.data["asked"] >= 6
    assert [names[one.agent_id or 0] for one in found if one.kind == "teach_no"] == ["Priya Nair"]
    assert [names[one.agent_id or 0] for one in found if one.kind == "teach_unused"] == ["Liu Yang 刘洋"]


def test_jonas_s_habits_are_among_what_is_worth_a_look(year: Database) -> None:
    with year.reading() as session:
        names = agents.names(session)
        found = anomalies.patterns(session, since=NOW - timedelta(days=365), until=NOW)
        assert [names[one.agent_id or 0] for one in found if one.kind == "below_limit"] == ["Jonas Weber"]
        assert "Jonas Weber" in {names[one.agent_id or 0] for one in found if one.kind == "same_customer"}


def test_there_is_money_left_to_try_it_with(year: Database) -> None:
    with year.reading() as session:
        for agent in session.scalars(select(Agent).where(Agent.role == "agent")):
            team = session.get(Team, agent.team_id)
            assert team is not None
            paid = budgets.paying(session, NOW, agent_id=agent.id, team_id=team.id, department_id=team.department_id)
            for one in paid:
                assert one.left >= one.limit / 5, (agent.username, one.budget.scope)


def test_the_year_s_tickets_can_be_looked_up_with_what_was_given(year: Database) -> None:
    with year.reading() as session:
        row = session.scalars(select(Grant).where(Grant.state == "reversed").limit(1)).one()
        assert tickets.get(session, row.ticket_id) is not None
        assert [one.id for one in grants.of_ticket(session, row.ticket_id)].count(row.id) == 1

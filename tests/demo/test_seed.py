"""Harbor Home is consistent: no agent serves two callers at once, no row is in the future, figures are plausible."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import mean

import pytest
from sqlalchemy import func, select, text

from callcenter import demo
from callcenter.demo import personas, phone_people, seeding
from callcenter.demo.book import Book
from callcenter.domain import customers as people
from callcenter.storage import history
from callcenter.storage.administration import company
from callcenter.storage.administration.company import Company
from callcenter.storage.agents.agents import Agent, Interval
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.customers.customers import Address, Customer
from callcenter.storage.database import Database, Row
from callcenter.storage.history import History
from callcenter.storage.messages.messages import Message
from callcenter.storage.routing.offers import Offer
from callcenter.storage.surveys import surveys
from callcenter.storage.surveys.surveys import Survey
from callcenter.storage.tickets import tickets
from callcenter.storage.tickets.tickets import Ticket
from tests.demo.conftest import NOW


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Empty."""
    opened = Database(database_url, pool=2)
    yield opened
    opened.close()


def calls(book: Book) -> list[dict]:
    return [visit for visit in book.rows(Interaction) if visit["channel"] == "voice"]


def test_the_company_has_its_people_and_two_hundred_customers(book: Book) -> None:
    roles = Counter(agent["role"] for agent in book.rows(Agent))
    assert roles == {"agent": 6, "supervisor": 2, "administrator": 1}
    assert len(book.rows(Customer)) == 200
    languages = Counter(customer["language"] for customer in book.rows(Customer))
    assert min(languages["en"], languages["zh"]) > 50


def test_every_number_is_possible_and_clearly_fictional(book: Book) -> None:
    for phone in book.rows(Address):
        number = phone["address"]
        assert people.e164(number) == number
        assert "55501" in number or (number.startswith("+86") and "5550" in number)


def test_only_the_reeds_share_a_number_and_one_customer_has_opted_out(book: Book) -> None:
    owners = Counter(number for number, _ in {(row["address"], row["customer_id"]) for row in book.rows(Address)})
    assert [number for number, count in owners.items() if count > 1] == ["+15105550166"]
    assert len({phone["customer_id"] for phone in book.rows(Address) if phone["opted_out_at"]}) == 1


def test_nothing_happened_in_the_future(book: Book) -> None:
    for table in (Interaction, Message, Offer, Survey, Ticket, Interval):
        for row in book.rows(table):
            for name, value in row.items():
                if isinstance(value, datetime) and name != "expires_at":
                    assert value <= NOW, (table.__name__, name, row)
    assert all(at <= NOW for at, _ in book.events)


def test_a_visit_runs_through_its_times_in_order(book: Book) -> None:
    for visit in book.rows(Interaction):
        names = ("created_at", "joined_at", "accepted_at", "answered_at", "ended_at", "finished_at")
        times = [visit[name] for name in names if visit.get(name)]
        assert times == sorted(times), visit


def test_nobody_talks_to_two_callers_at_once(book: Book) -> None:
    for agent in book.rows(Agent):
        mine = sorted(
            (visit["accepted_at"], visit["finished_at"])
            for visit in calls(book)
            if visit.get("agent_id") == agent["id"]
        )
        told = sum(1 for (_, end), (start, _) in pairwise(mine) if start < end)
        assert told <= 2, agent["username"]  # scripted contacts have fixed hours


def test_whoever_serves_speaks_the_language(book: Book) -> None:
    speaks = {agent["id"]: agent["languages"] for agent in book.rows(Agent)}
    for visit in book.rows(Interaction):
        if visit.get("agent_id"):
            assert visit["language"] in speaks[visit["agent_id"]]


def test_the_figures_are_those_of_a_decent_centre(book: Book) -> None:
    results = Counter(visit["result"] for visit in calls(book))
    served = [visit for visit in calls(book) if visit["result"] == "served"]
    in_time = sum(1 for visit in served if visit["answered_at"] - visit["joined_at"] <= timedelta(seconds=20))
    assert 0.02 < results["abandoned"] / (results["abandoned"] + results["served"]) < 0.07
    assert 0.7 < in_time / len(served) < 0.9
    assert len(book.rows(Interaction)) > 1500


def test_three_in_ten_answer_and_long_waits_make_bad_scores(book: Book) -> None:
    answers = [survey for survey in book.rows(Survey) if survey["state"] == "answered"]
    assert 0.25 < len(answers) / len(book.rows(Survey)) < 0.37
    waits: dict[int, list[float]] = {}
    for survey in answers:
        visit = book.rows(Interaction)[survey["interaction_id"] - 1]
        waited = (visit["answered_at"] - visit["joined_at"]).total_seconds()
        waits.setdefault(survey["score"], []).append(waited)
    assert 3.8 < mean(survey["score"] for survey in answers) < 4.6
    assert mean([*waits.get(1, []), *waits[2]]) > 2 * mean(waits[5])


def test_only_one_question_is_open_between_two_numbers(book: Book) -> None:
    asked = Counter(survey["their_address"] for survey in book.rows(Survey) if survey["state"] == "asked")
    assert set(asked.values()) <= {1}


def test_the_people_of_the_phone_can_be_asked_again_today(book: Book) -> None:
    """A recent survey would suppress the one after a demo visitor's call."""
    lately = {survey["their_address"] for survey in book.rows(Survey) if survey["asked_at"] > NOW - timedelta(days=2)}
    assert not lately & {"+14155550142", "+8613855500163", "+12125550178", "+8613955500121", "+16465550119"}


def test_each_agent_is_signed_out_and_idle_with_both_stretches_open(book: Book) -> None:
    unended = Counter(
        (row["agent_id"], row["kind"], row["value"]) for row in book.rows(Interval) if not row["ended_at"]
    )
    for agent in range(1, 7):
        assert unended[agent, "status", "signed_out"] == 1
        assert unended[agent, "state", "idle"] == 1
    assert sum(unended.values()) == 12


def test_the_same_moment_makes_the_same_year(book: Book) -> None:
    """Including grants. Password hashes have a random salt; history is written from the events."""
    again = seeding.write(NOW)
    for table in {mapper.class_ for mapper in Row.registry.mappers} - {Agent, History}:
        assert again.rows(table) == book.rows(table), table.__name__
    assert again.events == book.events


@pytest.mark.parametrize(
    "now",
    [
        # A leap day is like any other: the year is counted back in days, never by its calendar date.
        datetime(2027, 1, 1, 8, 0, 5, tzinfo=UTC),  # the year, the quarter and the month have just begun
        datetime(2027, 5, 3, 12, 0, tzinfo=UTC),  # the day of Carla's grant
        datetime(2026, 3, 8, 10, 30, tzinfo=UTC),  # clocks go forward in San Francisco
    ],
)
def test_a_year_can_be_made_at_any_moment(now: datetime) -> None:
    made = seeding.write(now)
    assert len(made.rows(Interaction)) > 1500
    assert all(visit["finished_at"] <= now for visit in made.rows(Interaction))
    assert len({ticket["number"] for ticket in made.rows(Ticket)}) == len(made.rows(Ticket))


def test_seeding_fills_an_empty_database_and_a_second_time_changes_nothing(year_copy: Database) -> None:
    with year_copy.reading() as session:
        before = {table: session.scalar(text(f"SELECT count(*) FROM {table}")) for table in TABLES}
    assert not demo.seed(year_copy, now=NOW + timedelta(days=1))
    with year_copy.reading() as session:
        assert {table: session.scalar(text(f"SELECT count(*) FROM {table}")) for table in TABLES} == before
        assert min(before.values()) >= 1


TABLES = ("company", "agents", "customers", "interactions", "tickets", "messages", "surveys", "history")


def test_carla_s_card_finds_her_account_her_tickets_and_her_last_score(year: Database) -> None:
    with year.reading() as session:
        (carla,) = customers.with_address(session, "+14155550142")
        assert (carla.name, carla.tier) == ("Carla Mendes", "gold")
        account = customers.account(session, carla.account_id or 0)
        assert account is not None
        assert account.name == "Mendes Café Group"
        unsolved = tickets.unsolved_of_customer(session, carla.id)
        assert [ticket.number for ticket in unsolved][:1] == ["26-4118"]
        last = surveys.last_of_customer(session, carla.id)
        assert last is not None
        assert last.score == 5
        told = history.of_customer(session, carla.id)
        assert told[0].at > told[-1].at
        assert told[0].event().customer_id == carla.id


def test_what_comes_after_the_seed_gets_the_next_numbers(year_copy: Database) -> None:
    with year_copy.begin() as session:
        highest = session.scalar(select(func.max(Ticket.number)).where(Ticket.created_at > NOW - timedelta(days=60)))
        assert highest == f"26-{tickets.next_serial(session) - 1}"
        session.add(Customer(language="en", zone="UTC", since=NOW, currency="USD"))
        session.flush()
        assert session.scalar(select(func.max(Customer.id))) == 201
        assert session.scalar(text("SELECT nextval('history_sequence')")) == history.latest(session) + 1


def test_a_database_with_a_company_of_its_own_is_refused_and_untouched(database: Database) -> None:
    with database.begin() as session:
        session.add(Company(id=1, names={"en": "Quay"}, zone="UTC", currency="EUR", region="DE", created_at=NOW))
    with pytest.raises(demo.NotEmpty, match="data of its own"):
        demo.seed(database, now=NOW)
    with database.reading() as session:
        ours = company.get(session)
        assert ours is not None
        assert ours.names == {"en": "Quay"}
        assert session.scalar(select(func.count()).select_from(Customer)) == 0


def test_a_database_with_anybody_in_it_is_refused_too(database: Database) -> None:
    with database.begin() as session:
        session.add(Customer(language="en", zone="UTC", since=NOW, currency="USD"))
    with pytest.raises(demo.NotEmpty):
        demo.seed(database, now=NOW)


def test_the_phone_s_people_are_those_of_the_company(book: Book, tmp_path: Path) -> None:
    demo.write_people(tmp_path / "people.json")
    known = {phone["address"] for phone in book.rows(Address)}
    numbers = [person["number"] for person in phone_people.PEOPLE]
    assert [number for number in numbers if number not in known] == ["+16505550100", "anonymous"]
    assert personas.OUR_NUMBER not in known

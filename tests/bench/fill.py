"""A company in use with years of contacts, written by SQL: a million take a minute."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy import text

from callcenter.domain.agents import Role, Status
from callcenter.storage.administration.access import Token, hash_of
from callcenter.storage.administration.company import Company, Number, Queue
from callcenter.storage.agents.agents import Agent
from callcenter.storage.database import Database
from tests.bench.sizes import SEED

DIRECT, WITH_MENU = "+14155550100", "+14155550101"
CONTACTS_A_CUSTOMER = 20
GROUP = 500


@dataclass(frozen=True)
class Staff:
    """Ids of agents and of leaders; each one's token is `token_of(id)`."""

    agents: list[int]
    leaders: list[int]


def token_of(agent_id: int) -> str:
    return f"token-of-the-measures-{agent_id}"


def number_of(customer: int) -> str:
    return f"+1415{2_000_000 + customer:07d}"


def staff(url: str, *, agents: int, leaders: int = 1, status: Status = Status.AVAILABLE) -> Staff:
    """One queue behind two numbers, one of them with a menu, and people with tokens."""
    database, now = Database(url, pool=2), datetime.now(UTC)
    with database.begin() as session:
        names = {"en": "Harbor Home", "zh": "海港家居"}
        ours = {"zone": "America/Los_Angeles", "currency": "USD", "region": "US"}
        session.add(Company(id=1, names=names, created_at=now, **ours))
        names = {"en": "Delivery", "zh": "配送"}
        queue = Queue(
            key="delivery", names=names, routing={"skills": {"delivery": 1}}, zone="UTC", hours={}, holidays=[]
        )
        session.add(queue)
        session.flush()
        menu = {"1": queue.id}
        session.add_all(
            Number(e164=number, language="en", menu=keys, queue_id=queue.id, sms_queue_id=queue.id)
            for number, keys in ((DIRECT, {}), (WITH_MENU, menu))
        )
        people = [_person(f"agent{n}", Role.AGENT, status, now) for n in range(agents)]
        leading = [_person(f"leader{n}", Role.SUPERVISOR, Status.UNAVAILABLE, now) for n in range(leaders)]
        session.add_all([*people, *leading])
        session.flush()
        for one in (*people, *leading):
            key = hash_of(token_of(one.id))
            session.add(Token(name=one.username, hash=key, role=one.role, agent_id=one.id, created_at=now))
        made = Staff([one.id for one in people], [one.id for one in leading])
    database.close()
    return made


def _person(name: str, role: Role, status: Status, now: datetime) -> Agent:
    return Agent(
        username=name,
        name=name.title(),
        password_hash="",
        role=role,
        language="en",
        zone="America/Los_Angeles",
        languages=["en", "zh"],
        skills={"delivery": 3},
        status=status,
        status_since=now,
        state_since=now,
        idle_since=now - timedelta(hours=1),
        created_at=now,
    )


# Every 500 customers share their contacts as unevenly as the next 500, so that a longer history has more customers,
# not busier ones: on average 20 contacts each, the busiest of 500 some 450.
CUSTOMERS = """
INSERT INTO customers (name, language, zone, tier, place, since, value_minor, currency, version)
SELECT 'Customer ' || n, CASE WHEN n % 5 = 0 THEN 'zh' ELSE 'en' END, 'America/Los_Angeles', 'standard', '',
       now() - interval '2 years', (random() * 100000)::int, 'USD', 1
FROM generate_series(1, :customers) AS n;
INSERT INTO customer_addresses (customer_id, kind, address, since, verified_at)
SELECT n, 'phone', '+1415' || lpad((2000000 + n)::text, 7, '0'), now(), now() FROM generate_series(1, :customers) AS n;
"""
SOMEBODY = """least(:customers, 1 + :group * floor(random() * ceil(:customers / :group.0))::int
              + floor(least(:group, :customers) * random() ^ 2)::int)"""
TICKETS = f"""
INSERT INTO tickets (number, subject, status, priority, type, cause, responsible, customer_id, queue_id, owner_id, version,
                     created_at, changed_at)
SELECT 'T-' || n, 'Where is my parcel?', CASE WHEN n % 30 = 0 THEN 'open' ELSE 'solved' END, 'normal', 'question', '',
       'unknown', {SOMEBODY}, 1, 1 + n % :agents, 1, at, at
FROM (SELECT n, now() - random() * interval '2 years' AS at FROM generate_series(1, :tickets) AS n) AS made;
"""
INTERACTIONS = f"""
INSERT INTO interactions (channel, direction, state, language, our_address, their_address, customer_id, queue_id, agent_id,
    ticket_id, created_at, joined_at, accepted_at, answered_at, ended_at, ended_by, result, finished_at)
SELECT CASE WHEN n % 3 = 0 THEN 'sms' ELSE 'voice' END, 'inbound', 'ended', 'en', '{DIRECT}',
       '+1415' || lpad((2000000 + customer)::text, 7, '0'), customer, 1, 1 + n % :agents, ticket, at,
       at + interval '20 s', at + interval '50 s', at + interval '55 s', at + interval '300 s', 'customer', 'served',
       at + interval '330 s'
FROM (SELECT n, at, tickets.id AS ticket, coalesce(tickets.customer_id, somebody) AS customer
      FROM (SELECT n, now() - random() * interval '2 years' AS at, {SOMEBODY} AS somebody,
                   CASE WHEN n % 2 = 0 THEN 1 + floor(random() * :tickets)::int END AS wanted
            FROM generate_series(1, :interactions) AS n) AS drawn
      LEFT JOIN tickets ON tickets.id = drawn.wanted) AS made;
"""
PARTS = """
INSERT INTO calls (id, menu_keys, held_seconds, held_times)
SELECT id, '[]', 10, 1 FROM interactions WHERE channel = 'voice';
INSERT INTO wrap_ups (id, outcome, note) SELECT id, 'solved', 'The parcel comes on Thursday.' FROM interactions;
"""
SURVEYS = f"""
INSERT INTO surveys (interaction_id, ticket_id, customer_id, agent_id, queue_id, language, channel, our_address, their_address,
                     state, due_at, asked_at, score, comment, answered_at, end_reason, created_at)
SELECT id, ticket_id, customer_id, agent_id, queue_id, 'en', 'sms', '{DIRECT}', their_address, 'answered', ended_at, ended_at,
       1 + id % 5, '', ended_at + interval '1 h', '', ended_at
FROM interactions WHERE id % 5 = 0;
"""
HISTORY = """
INSERT INTO history (sequence, at, kind, version, actor, interaction_id, ticket_id, customer_id, agent_id, data)
SELECT nextval('history_sequence'), at, kind, 1, 'customer', id, ticket_id, customer_id, agent_id, data::jsonb
FROM interactions, LATERAL (VALUES
    (created_at, 'CallReceived', '{"queue_id": 1}'),
    (ended_at, 'CallEnded', '{"by": "customer", "result": "served", "waited_seconds": 35, "talked_seconds": 245}'))
    AS told (at, kind, data) ORDER BY id;
"""


def past(url: str, *, interactions: int, agents: int, customers: int | None = None) -> None:
    """So many ended interactions over two years, with tickets, surveys and events, as the database is after a night."""
    sizes = {
        "interactions": interactions,
        "tickets": max(1, interactions * 3 // 10),
        "customers": customers or max(1, interactions // CONTACTS_A_CUSTOMER),
        "agents": agents,
        "group": GROUP,
    }
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("set synchronous_commit = off")
        connection.execute(f"select setseed({SEED % 1000 / 1000})")
        for statements in (CUSTOMERS, TICKETS, INTERACTIONS, PARTS, SURVEYS, HISTORY):
            for statement in statements.split(";\n"):
                if statement.strip():
                    connection.execute(_with(statement, sizes))
        connection.execute("vacuum analyze")


def _with(statement: str, sizes: dict[str, int]) -> bytes:
    """The sizes written into the statement: our own whole numbers, and a few hundred thousand rows at once."""
    for name, value in sizes.items():
        statement = statement.replace(f":{name}", str(value))
    return statement.encode()


def floor_callers(url: str, tables: str, *, customers: int) -> None:
    """The floor's tables, with as many callers as we have customers."""
    database = Database(url, pool=1)
    with database.begin() as session:
        session.execute(text(tables))
        rows = [{"id": n, "number": number_of(n)} for n in range(1, customers + 1)]
        session.execute(text("INSERT INTO floor_callers (id, number) VALUES (:id, :number)"), rows)
    database.close()

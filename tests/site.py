"""The app on the tests' own servers: wiring, application, signed-in clients."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from callcenter import passwords
from callcenter.app import COOKIE, create_app
from callcenter.domain.agents import Role
from callcenter.settings import Settings
from callcenter.storage.administration.company import Company, Queue
from callcenter.storage.agents.agents import Agent, Team
from callcenter.storage.database import Database
from callcenter.wiring import Wiring
from tests.again import Again, Clock
from tests.servers import SPARED

# The dear part of a password's hash is of no interest here, and is paid at each signing in.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "harbour lights"
HASH = passwords.hashed(PASSWORD)
SignIn = Callable[[str], FlaskClient]
_built: dict[tuple[str, str], Flask] = {}


class Compiled(BytecodeCache):
    """Templates that one application of this process has compiled are not compiled again for the next."""

    def __init__(self) -> None:
        self.code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


@dataclass(frozen=True)
class People:
    """The same people as everywhere, by id."""

    alice: int
    bo: int
    sam: int
    robin: int


@pytest.fixture
def settings(database_url: str, redis_url: str) -> Settings:
    return _settings(database_url, redis_url)


@cache  # they cannot be changed, and the environment is read and everything validated each time they are made
def _settings(database_url: str, redis_url: str) -> Settings:
    return Settings(
        callcenter_env="test",
        database_url=database_url,
        redis_url=redis_url,
        secret_key="a key for tests alone",
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token="token for tests",
        twilio_api_url="http://127.0.0.1:9",
        database_pool=5,
    )


@pytest.fixture(scope="session")
def _databases() -> Iterator[dict[str, Database]]:
    databases: dict[str, Database] = {}
    yield databases
    for database in databases.values():
        database.close()


@pytest.fixture
def wiring(settings: Settings, _databases: dict[str, Database]) -> Iterator[Wiring]:
    """A new one a test, on the connections and compiled statements of the tests before."""
    url = settings.database_url
    if url not in _databases:
        _databases[url] = Database(url, pool=settings.database_pool, name=SPARED)
    database = _databases[url]
    database.kept.forget()
    built = Wiring(settings, database=database)
    yield built
    built.background.close()
    if database.engine.pool.checkedout():  # type: ignore[attr-defined]  # left behind: not for the next test
        database.close()


@pytest.fixture
def people(wiring: Wiring, again: Again) -> People:
    """Harbor Home with one queue and four people who sign in with PASSWORD."""
    clock = Clock(wiring.clock())
    return again("people", clock, lambda: _people(wiring.database, clock.now))


def _people(database: Database, now: datetime) -> People:
    with database.begin() as session:
        session.add(
            Company(
                id=1,
                names={"en": "Harbor Home", "zh": "海港家居"},
                zone="America/Los_Angeles",
                currency="USD",
                region="US",
                created_at=now,
            )
        )
        team = Team(name="Delivery")
        names = {"en": "Delivery", "zh": "配送"}
        queue = Queue(
            key="delivery", names=names, routing={"skills": {"delivery": 1}}, zone="UTC", hours={}, holidays=[]
        )
        session.add_all([team, queue])
        session.flush()
        rows = [
            _agent(name, role, team_id=team.id, work_began=now)
            for name, role in (
                ("Alice Moreau", Role.AGENT),
                ("Bo Chen", Role.AGENT),
                ("Sam Keller", Role.SUPERVISOR),
                ("Robin Hale", Role.ADMINISTRATOR),
            )
        ]
        session.add_all(rows)
        session.flush()
        return People(*(row.id for row in rows))


def _agent(name: str, role: Role, *, team_id: int, work_began: object) -> Agent:
    first = name.split()[0].lower()
    return Agent(
        username=first,
        email=f"{first}@harbor.example",
        name=name,
        password_hash=HASH,
        role=role,
        team_id=team_id,
        language="en",
        zone="America/Los_Angeles",
        languages=["en", "zh"],
        skills={"delivery": 3},
        status_since=work_began,
        state_since=work_began,
        idle_since=work_began,
        created_at=work_began,
    )


@pytest.fixture
def app(request: pytest.FixtureRequest, settings: Settings, wiring: Wiring) -> Flask:
    """The application on this test's wiring, built once for the same settings. A test that changes it or uses its live
    line is marked `own_app`: built for that test alone, or, as `own_app("errors")`, for all tests that say the same word."""
    mark = request.node.get_closest_marker("own_app")
    if mark and not mark.args:
        return build(settings, wiring)
    key = (settings.model_dump_json(), mark.args[0] if mark else "")
    if key not in _built:
        _built[key] = build(settings, wiring)
    _built[key].extensions["callcenter"] = wiring
    _built[key].config["TESTING"] = True
    return _built[key]


def build(settings: Settings, wiring: Wiring) -> Flask:
    """A new application."""
    built = create_app(settings, wiring=wiring)
    built.jinja_env.bytecode_cache = COMPILED
    built.config["TESTING"] = True
    return built


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that has not signed in, with CSRF tokens as in production."""
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask, wiring: Wiring, people: People, again: Again) -> SignIn:
    """A client signed in as "alice", "bo", "sam" or "robin"."""

    def sign_in(name: str) -> FlaskClient:
        browser = app.test_client()
        with _turned(wiring) as clock:
            agent = ("agents", str(getattr(people, name)))
            session = again(f"{name} signs in", clock, lambda: _session(browser, name), seen=agent)
        browser.set_cookie(COOKIE, session)
        return browser

    return sign_in


@contextmanager
def _turned(wiring: Wiring) -> Iterator[Clock]:
    """The test's clock; where time is the machine's, it stands still meanwhile."""
    before = wiring.clock
    wiring.clock = clock = before if isinstance(before, Clock) else Clock(before())
    yield clock
    wiring.clock = before


def _session(browser: FlaskClient, name: str) -> str:
    """What the browser keeps after signing in."""
    answer = browser.post("/sign-in", data={"name": name, "password": PASSWORD, "csrf_token": csrf_token(browser)})
    assert answer.status_code == 302, answer.text
    kept = browser.get_cookie(COOKIE)
    assert kept is not None
    return kept.value


def csrf_token(browser: FlaskClient) -> str:
    """What the browser's next page would carry for its posts, without the page."""
    with browser.session_transaction() as kept:
        raw = kept.setdefault("csrf_token", secrets.token_hex(20))
    return URLSafeTimedSerializer(str(browser.application.secret_key), salt="wtf-csrf-token").dumps(raw)

"""A real PostgreSQL and Redis for tests: started once per process, emptied before each test."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from callcenter import embedded
from callcenter.push import CHANNEL
from tests import template

BARE = "bare"  # a database without tables
# Our functions need this role; one that takes it on and puts it off again forgets all that was planned each time.
AS_ADMINISTRATOR = "-c timezone=UTC -c session_replication_role=replica"
SPARED = "callcenter tests"  # connections reused from test to test


@pytest.fixture(scope="session")
def data_of_servers() -> Iterator[Path]:
    """Not below pytest's own folders: those are closed to the user who runs PostgreSQL for root."""
    folder = Path(tempfile.mkdtemp(prefix="callcenter-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def _postgres(data_of_servers: Path) -> Iterator[embedded.EmbeddedServer]:
    template.lay(data_of_servers)
    with embedded.postgres(data_of_servers, durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def _redis(data_of_servers: Path) -> Iterator[embedded.EmbeddedServer]:
    with embedded.redis(data_of_servers) as server:
        yield server


@pytest.fixture
def postgres_server(_postgres: embedded.EmbeddedServer) -> embedded.EmbeddedServer:
    """To stop, start and kill; the next test finds it running again."""
    _postgres.start()
    return _postgres


@pytest.fixture
def redis_server(_redis: embedded.EmbeddedServer) -> embedded.EmbeddedServer:
    """To stop, start and kill; the next test finds it running again, and empty."""
    _redis.start()
    return _redis


@pytest.fixture
def bare_database_url(postgres_server: embedded.EmbeddedServer) -> str:
    """A database without tables, for the tests of migrations."""
    return template.clone(postgres_server, "template1", BARE)


@pytest.fixture
def database_url(postgres_server: embedded.EmbeddedServer, _administrator: "Administrator") -> str:
    """An empty database at the newest migration, without other connections."""
    url = template.url_of(postgres_server, template.EMPTY)
    _administrator.ask(url, "select tests.empty_tables(%s)", SPARED)
    return url


@pytest.fixture(scope="session")
def _in_redis(_redis: embedded.EmbeddedServer) -> Iterator[redis.Redis]:
    """One connection a process; a new one after the server's stop."""
    with redis.Redis.from_url(_redis.url) as client:
        yield client


@pytest.fixture
def redis_url(redis_server: embedded.EmbeddedServer, _in_redis: redis.Redis) -> str:
    """An empty Redis."""
    _in_redis.flushall()
    return redis_server.url


class Administrator:
    """One connection per process and database, with statements planned once; reconnects after a server restart."""

    def __init__(self) -> None:
        self._connections: dict[str, psycopg.Connection] = {}

    def ask(self, url: str, statement: str, *values: object) -> Any:
        """The one value of the answer."""
        return self.rows(url, statement, values)[0][0]

    def rows(self, url: str, statement: str, values: Any = None) -> list[Any]:
        return self.do(url, statement, values).fetchall()

    def do(self, url: str, statement: str, values: Any = None) -> psycopg.Cursor[Any]:
        try:
            return self._connections[url].execute(statement.encode(), values)
        except (KeyError, psycopg.OperationalError):
            self.close(url)
            address = url.replace("+psycopg", "")
            self._connections[url] = psycopg.connect(address, autocommit=True, options=AS_ADMINISTRATOR)
            return self._connections[url].execute(statement.encode(), values)

    def close(self, *urls: str) -> None:
        for url in urls or tuple(self._connections):
            if url in self._connections:
                self._connections.pop(url).close()


@pytest.fixture(scope="session")
def _administrator() -> Iterator[Administrator]:
    administrator = Administrator()
    yield administrator
    administrator.close()


@pytest.fixture
def web_listens(redis_url: str) -> Iterator[redis.client.PubSub]:
    """As a web process that takes pushes on to browsers."""
    client = redis.Redis.from_url(redis_url)
    listener = client.pubsub()
    listener.subscribe(CHANNEL)
    assert listener.get_message(timeout=5)
    yield listener
    listener.close()
    client.close()

"""A real PostgreSQL and Redis for the tests: started once a test process, and emptied before each test."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
import redis

from callcenter import embedded
from callcenter.storage.database import migrate

HOUSE, BARE = "house", "bare"  # the databases: with all tables, and without any
# Deleting a few rows costs a tenth of truncating, which writes new files for the table and all that refer to it.
EMPTY = """
select pg_terminate_backend(pid, 10000) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend';
set session_replication_role = replica;  -- history lets nobody empty it but us, and references are not followed
do $$
declare
    found regclass;
    filled boolean;
begin
    for found in
        select oid from pg_class
        where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and relname <> 'alembic_version'
    loop
        execute format('select exists (select from %s)', found) into filled;
        if filled and pg_relation_size(found) < 1000000 then
            execute format('delete from %s', found);
        elsif filled then
            execute format('truncate %s cascade', found);
        end if;
    end loop;
    perform setval(format('%I', sequencename)::regclass, start_value, false)
        from pg_sequences where last_value is not null;
end $$
"""


@pytest.fixture(scope="session")
def data_of_servers() -> Iterator[Path]:
    """Not below pytest's own folders: those are closed to the user who runs PostgreSQL for root."""
    folder = Path(tempfile.mkdtemp(prefix="callcenter-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def _postgres(data_of_servers: Path) -> Iterator[embedded.Server]:
    with embedded.postgres(data_of_servers, durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def _redis(data_of_servers: Path) -> Iterator[embedded.Server]:
    with embedded.redis(data_of_servers) as server:
        yield server


@pytest.fixture(scope="session")
def _house(_postgres: embedded.Server) -> str:
    _administer(_postgres, f"create database {HOUSE}")
    url = _url(_postgres, HOUSE)
    migrate(url)
    return url


@pytest.fixture
def postgres_server(_postgres: embedded.Server) -> embedded.Server:
    """To stop, start and kill; the next test finds it running again."""
    _postgres.start()
    return _postgres


@pytest.fixture
def redis_server(_redis: embedded.Server) -> embedded.Server:
    """To stop, start and kill; the next test finds it running again, and empty."""
    _redis.start()
    return _redis


@pytest.fixture
def bare_database_url(postgres_server: embedded.Server) -> str:
    """A database without tables, for the tests of migrations."""
    _administer(postgres_server, f"drop database if exists {BARE} with (force)")
    _administer(postgres_server, f"create database {BARE}")
    return _url(postgres_server, BARE)


@pytest.fixture
def database_url(postgres_server: embedded.Server, _house: str) -> str:
    """A database at the newest migration, with no row in it and nobody else connected."""
    _administer(postgres_server, EMPTY, database=HOUSE)
    return _house


@pytest.fixture
def redis_url(redis_server: embedded.Server) -> str:
    """An empty Redis."""
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.url


def _administer(server: embedded.Server, statement: LiteralString, *, database: LiteralString = "postgres") -> None:
    with psycopg.connect(_url(server, database).replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement)


def _url(server: embedded.Server, database: str) -> str:
    return server.url.replace("/callcenter?", f"/{database}?", 1)

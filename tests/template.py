"""A PostgreSQL cluster built once and copied by every test process: an empty database, and one with the demo company.

It is in `.build/template/`, named by its inputs (code of demo, storage and domain, migrations, locked packages) and by
the day, since the demo year ends when it is written."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from callcenter import demo, embedded
from callcenter.embedded.owner import for_postgres
from callcenter.storage.database import Database, migrate

PROJECT = Path(__file__).parents[1]
TEMPLATES = PROJECT / ".build" / "template"
MADE_FROM = (
    "callcenter/demo",
    "callcenter/domain",
    "callcenter/storage",
    "migrations",
    "requirements.lock",
    "tests/template.py",
)
EMPTY, SEEDED = "empty", "seeded"  # the databases: with all tables, and with the demo's company in them
# A function of its own a database, written out for its tables, so that its statements are planned once a connection.
# Deleting a few rows costs a tenth of truncating, which writes new files for the table and all that refer to it.
EMPTYING = """
create schema tests;
do $make$
declare
    each regclass;
    body text := '';
begin
    for each in
        select oid from pg_class
        where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and relname <> 'alembic_version'
    loop
        body := body || format(
            'if exists (select from %1$s) then
                if pg_relation_size(%1$L) < 1000000 then delete from %1$s; else truncate %1$s cascade; end if;
            end if;', each);
    end loop;
    execute format($function$
        create function tests.empty_tables(spared text) returns void language plpgsql as $$
        begin
            perform pg_terminate_backend(pid, 10000) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
                and not (application_name = spared and state = 'idle');
            set local session_replication_role = replica;  -- history lets only us empty it; references are not followed
            %s
            perform setval(format('%%I', sequencename)::regclass, start_value, false)
                from pg_sequences where last_value is not null;
        end $$
    $function$, body);
end $make$
"""


def lay(data: Path) -> None:
    """Copy the cluster into a data folder in which no server has run yet."""
    owner, target = for_postgres(), data / "postgresql"
    shutil.copytree(_made(), target)
    for made in (target, *target.rglob("*")):
        owner.take(made)


def url_of(server: embedded.EmbeddedServer, database: str) -> str:
    return server.url.replace("/callcenter?", f"/{database}?", 1)


def administer(server: embedded.EmbeddedServer, statement: str, *, database: str = "postgres") -> None:
    """Run statements as the superuser, outside a transaction."""
    with psycopg.connect(url_of(server, database).replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement.encode())


def clone(server: embedded.EmbeddedServer, template: str, name: str) -> str:
    """A fresh copy of `template` named `name`, replacing an older one and its connections. Returns its URL."""
    names = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
    with psycopg.connect(url_of(server, "postgres").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {name} with (force)").format(**names))
        # Copying the files costs a third of the default, which writes every page to the log as well.
        connection.execute(sql.SQL("create database {name} template {template} strategy file_copy").format(**names))
    return url_of(server, name)


def _made() -> Path:
    """The newest template, made now where it is missing; one process makes it while others wait."""
    TEMPLATES.mkdir(parents=True, exist_ok=True)
    folder = TEMPLATES / _key()
    with _alone():
        if not folder.exists():
            for older in TEMPLATES.iterdir():
                if older.is_dir():
                    shutil.rmtree(older)
            _make(folder)
    return folder


def _key() -> str:
    digest = hashlib.sha256(str(datetime.now(UTC).date()).encode())
    for place in MADE_FROM:
        path = PROJECT / place
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(file.relative_to(PROJECT).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone() -> Iterator[None]:
    with (TEMPLATES / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(folder: Path) -> None:
    """Built in a temporary folder, then renamed: an interrupted run leaves no partial template."""
    data = Path(tempfile.mkdtemp(prefix="callcenter-template-"))
    data.chmod(0o755)
    try:
        with embedded.postgres(data, durable=False) as server:
            administer(server, f"create database {EMPTY}")
            migrate(url_of(server, EMPTY))
            administer(server, EMPTYING, database=EMPTY)
            seeded = Database(clone(server, EMPTY, SEEDED), pool=1)
            demo.seed(seeded, now=datetime.now(UTC))
            seeded.close()
            administer(server, "vacuum analyze", database=SEEDED)
            administer(server, "checkpoint")
        beside = folder.with_name(f"new-{os.getpid()}")
        shutil.copytree(data / "postgresql", beside)
        beside.rename(folder)
    finally:
        shutil.rmtree(data)


if __name__ == "__main__":
    _made()

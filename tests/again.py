"""Repeats a fixture's rows with one statement: the same rows, ids and numbers, with times relative to now."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any, TypeVar

import pytest
import redis

from callcenter.storage.database import Database
from callcenter.wiring import Wiring
from tests.servers import Administrator

T = TypeVar("T")
Told = tuple[str | None, ...]
Key = tuple[str, str]  # table and id
Rows = dict[Key, Told]
STEP = 900  # seconds; a day begins, somewhere, at the end of one: what was written in one is written again in it alone

TABLES = """
    select relname, array_agg(attname::text order by attnum), array_agg(format_type(atttypid, atttypmod) order by attnum)
    from pg_class join pg_attribute on attrelid = pg_class.oid
    where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'alembic_version'
        and attnum > 0 and not attisdropped and attgenerated = ''
    group by relname order by relname
"""
SEQUENCES = "select sequencename::text, last_value from pg_sequences where schemaname = 'public'"
TIME, NUMBER = "timestamp with time zone", "double precision"
SINCE = "since now: "
COUNTED = (
    "bigint",
    "integer",
    "double precision",
    "numeric",
    "jsonb",
)  # where a time may stand as POSIX seconds or as text


_numbers = count()


@dataclass
class Clock:
    """A clock that tests can set."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[str, ...]
    kinds: tuple[str, ...]

    @property
    def select(self) -> str:
        values = map(_told, self.columns, self.kinds)
        return f"select '{self.name}' as name, id::text, array[{', '.join(values)}] as told from {self.name}"

    def is_as(self, id_: str, row: Told) -> str:
        """A condition: the row is there, and but for its times it is this."""
        columns = zip(self.columns, row, self.kinds, strict=True)
        known = [(name, _literal(value, kind)) for name, value, kind in columns if kind not in (TIME, NUMBER)]
        names, values = (", ".join(each) for each in zip(*known, strict=True))
        return f"(select ({names}) is not distinct from ({values}) from {self.name} where id = {id_})"

    def update(self, id_: str, old: Told, row: Told) -> str:
        columns = zip(self.columns, old, row, self.kinds, strict=True)
        changes = (f"{name} = {_literal(value, kind)}" for name, before, value, kind in columns if value != before)
        return f"update {self.name} set {', '.join(changes)} where id = {id_};"

    def insert(self, rows: list[Told]) -> str:
        values = ", ".join(f"({', '.join(map(_literal, row, self.kinds))})" for row in rows)
        return f"insert into {self.name} ({', '.join(self.columns)}) overriding system value values {values};"


def _told(column: str, kind: str) -> str:
    """A column as text; its times, and numbers that are POSIX seconds of these days, as what lies between now and them."""
    if kind == TIME:
        return f"({column} - %(now)s::timestamptz)::text"
    if kind == NUMBER:
        since = f"{column} - extract(epoch from %(now)s::timestamptz)::float8"
        return f"case when abs({since}) < 1000000 then '{SINCE}' || ({since})::text else {column}::text end"
    return f"{column}::text"


def _literal(value: str | None, kind: str) -> str:
    if value is None:
        return "null"
    if kind == NUMBER and value.startswith(SINCE):
        return f"extract(epoch from moment)::float8 + '{value.removeprefix(SINCE)}'::float8"
    quoted = "'" + value.replace("'", "''") + "'"
    return f"moment + interval {quoted}" if kind == TIME else f"{quoted}::{kind}"


@dataclass(frozen=True)
class State:
    tables: list[Table]
    rows: Rows
    sequences: dict[str, int | None]


@dataclass(frozen=True)
class Written:
    """`made`: what came of it; `passed`: on the clock meanwhile; `only_at`: the moment, where a value depends on it."""

    statement: str
    made: Any
    passed: timedelta
    in_redis: list[tuple[Any, int, Any]]
    only_at: datetime | None


class Again:
    """One a test. What was asked of it so far in this test is where the next begins; what changes must stand as it stood then."""

    def __init__(
        self,
        database: Database,
        administrator: Administrator,
        in_redis: redis.Redis,
        written: dict[Any, Written | None],
    ) -> None:
        self._database, self._administrator, self._redis, self._written = database, administrator, in_redis, written
        self._path: tuple[str, ...] = ()

    def __call__(self, name: str, clock: Clock, make: Callable[[], T], *, seen: Key | None = None) -> T:
        """What `make` returns, which tests must not change. It is written down where it is asked for a second time.

        `seen`: a row that `make` may read without changing it.
        """
        now = clock.now
        self._path = (*self._path, name)
        key = (self._database.url, *self._path, int(now.timestamp()) // STEP)
        if key not in self._written:
            self._written[key] = None
            return self._made(make)
        written = self._written[key]
        if written is None:
            self._written[key] = written = self._write_down(clock, make, seen)
        elif not self._is_repeated(written, now):
            return self._made(make)
        clock.now = now + written.passed
        made: T = written.made
        return made

    def _made(self, make: Callable[[], T]) -> T:
        made = make()
        self._database.kept.forget()  # as it is where rows are written again
        return made

    def _is_repeated(self, written: Written, now: datetime) -> bool:
        if written.only_at not in (None, now):
            return False
        if not self._administrator.ask(self._database.url, written.statement, now):
            return False
        self._restore(written.in_redis)
        return True

    def _write_down(self, clock: Clock, make: Callable[[], Any], seen: Key | None) -> Written:
        now, function = clock.now, f"tests.again_{next(_numbers)}"
        before = stands(self._administrator, self._database.url, now)
        made = self._made(make)
        after = stands(self._administrator, self._database.url, now)
        self._administrator.do(self._database.url, _function(function, before, after, seen))
        only_at = now if _tells(now, before, after) else None
        return Written(f"select {function}(%s)", made, clock.now - now, list(self._dumped()), only_at)

    def _dumped(self) -> Iterator[tuple[Any, int, Any]]:
        for key in self._redis.scan_iter():
            yield key, max(0, self._redis.pttl(key)), self._redis.dump(key)

    def _restore(self, entries: list[tuple[Any, int, Any]]) -> None:
        if entries:
            pipeline = self._redis.pipeline(transaction=False)
            for key, milliseconds, value in entries:
                pipeline.restore(key, milliseconds, value, replace=True)
            pipeline.execute()


def stands(administrator: Administrator, url: str, now: datetime) -> State:
    """All rows, with times relative to `now`, and the sequences."""
    tables = _tables(administrator, url)
    everything = " union all ".join(table.select for table in tables)
    found = administrator.rows(url, everything, {"now": now})
    return State(
        tables, {(name, id_): tuple(told) for name, id_, told in found}, dict(administrator.rows(url, SEQUENCES))
    )


@cache
def _tables(administrator: Administrator, url: str) -> list[Table]:
    return [Table(name, tuple(columns), tuple(kinds)) for name, columns, kinds in administrator.rows(url, TABLES)]


def _changed(table: Table, before: State, after: State) -> list[str]:
    """Ids of rows that are new or otherwise than before."""
    return [
        id_ for (name, id_), row in after.rows.items() if name == table.name and before.rows.get((name, id_)) != row
    ]


def _function(name: str, before: State, after: State, seen: Key | None) -> str:
    """True once all is written; false, and nothing is done, where what it changes stands otherwise than it stood before."""
    assert before.rows.keys() <= after.rows.keys(), "what a fixture deletes is not written down"
    asked, body = [], []
    for sequence, value in after.sequences.items():
        old = before.sequences[sequence]
        if value != old:
            stands = "not is_called" if old is None else f"is_called and last_value = {old}"
            asked.append(f"(select {stands} from {sequence})")
            body.append(f"perform setval('{sequence}', {value});")
    for table in after.tables:
        if seen and table.name == seen[0]:
            asked.append(table.is_as(seen[1], before.rows[seen]))
        new = []
        for id_ in _changed(table, before, after):
            row, old_row = after.rows[table.name, id_], before.rows.get((table.name, id_))
            if old_row is None:
                new.append(row)
            else:
                asked.append(table.is_as(id_, old_row))
                body.append(table.update(id_, old_row, row))
        if new:
            body.append(table.insert(new))
    return f"""
        create function {name}(moment timestamptz) returns boolean language plpgsql as $again$
        begin
            if ({" and ".join(asked) or "true"}) is not true then
                return false;
            end if;
            set local session_replication_role = replica;  -- references are not followed
            {" ".join(body)}
            return true;
        end $again$
    """


def _tells(now: datetime, before: State, after: State) -> bool:
    """Whether a value other than a time contains the time of writing."""
    told = re.compile(rf"(?<!\d){str(int(now.timestamp()))[:5]}|{now:%Y-%m-%d}")
    return any(
        kind in COUNTED and value is not None and told.search(value)
        for table in after.tables
        for id_ in _changed(table, before, after)
        for value, kind in zip(after.rows[table.name, id_], table.kinds, strict=True)
    )


@pytest.fixture(scope="session")
def _written() -> dict[Any, Written | None]:
    return {}


@pytest.fixture
def again(
    wiring: Wiring, _administrator: Administrator, _in_redis: redis.Redis, _written: dict[Any, Written | None]
) -> Again:
    return Again(wiring.database, _administrator, _in_redis, _written)

"""Counts SQL statements and commits of a block by table and calling function, against `expected.json`.

`pytest tests/statements --write-statements` stores the current counts. Rows and times are not checked."""

import gc
import inspect
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from callcenter.storage.administration import settings_cache
from callcenter.storage.database import KEPT
from callcenter.wiring import Wiring

EXPECTED = Path(__file__).with_name("expected.json")
OURS = Path(__file__).parents[2]
PACKAGES = tuple(str(OURS / name) + "/" for name in ("callcenter", "workers"))
STORAGE = str(OURS / "callcenter" / "storage") + "/"
CACHED = " (cached for a second)"
MANY = " (executemany)"
WRITTEN = r"\b(INSERT(?= INTO)|UPDATE(?= \w+ SET)|DELETE(?= FROM)) (?:INTO |FROM )?(\w+)"
TABLE = r"\b(?:FROM|INTO) (?!AS\b|unnest\b|generate_series\b)(\w+)"
OPTION = "--write-statements"
REMEDY = (
    f"If this is meant: pytest tests/statements {OPTION}, and commit tests/statements/expected.json with the change."
)


@dataclass(frozen=True)
class Statement:
    """`head`: verb and first table; `caller`: the function that asked for it, and for whom where that is in storage."""

    head: str
    caller: str
    sql: str = ""

    @property
    def line(self) -> str:
        return f"{self.head}: {self.caller}"


@dataclass
class Counts:
    """`commits`: transactions that may have written, a statement with autocommit among them; `rollbacks`: ends of reading."""

    statements: list[Statement] = field(default_factory=list)
    commits: int = 0
    rollbacks: int = 0

    def to_data(self) -> dict[str, Any]:
        """Sorted: within one flush SQLAlchemy writes unrelated tables in any order."""
        lines = sorted(statement.line for statement in self.statements)
        return {"commits": self.commits, "rollbacks": self.rollbacks, "statements": lines}

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> "Counts":
        parts = (line.partition(": ") for line in data["statements"])
        return cls([Statement(head, caller) for head, _, caller in parts], data["commits"], data["rollbacks"])


@contextmanager
def recording(engine: Engine) -> Iterator[Counts]:
    """What this thread asks of the engine inside the block; other threads are not counted."""
    counts, thread = Counts(), threading.get_ident()

    def on_statement(_c: object, _cursor: object, sql: str, _parameters: object, _context: object, many: bool) -> None:
        if threading.get_ident() == thread:
            caller, is_cached = _caller()
            head = head_of(sql) + (MANY if many else "")
            head += CACHED if is_cached and head.startswith("SELECT") else ""
            counts.statements.append(Statement(head, caller, " ".join(sql.split())))

    def on_commit(_connection: Connection) -> None:
        counts.commits += threading.get_ident() == thread

    def on_rollback(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
            on_commit(connection)  # the connection is returned; PostgreSQL has committed each statement
        else:
            counts.rollbacks += threading.get_ident() == thread

    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": on_statement,
        "commit": on_commit,
        "rollback": on_rollback,
    }
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield counts
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)


def head_of(sql: str) -> str:
    """ "SELECT agents", "INSERT history": what a statement does, or writes before it selects, and to which table first."""
    outer = sql = re.sub(r"\bextract\s*\(\s*\w+ FROM\b", "(", " ".join(sql.split()), flags=re.IGNORECASE)
    while (simpler := re.sub(r"\([^()]*\)", " ", outer)) != outer:
        outer = simpler
    verb = re.search(r"\b(SELECT|INSERT|UPDATE|DELETE)\b", outer, re.IGNORECASE)
    if verb is None:
        return sql.split()[0].upper()
    if verb[1].upper() == "SELECT" and (written := re.search(WRITTEN, sql)):
        return f"{written[1]} {written[2]}"
    said = outer[verb.start() :]
    if verb[1].upper() == "UPDATE":
        return f"UPDATE {said.split()[1]}"
    table = re.search(TABLE, said) or re.search(TABLE, sql) or re.search(r"^\S+ (\w+)", sql)
    return f"{verb[1].upper()} {table[1] if table else ''}".strip()


def _caller() -> tuple[str, bool]:
    """The innermost function of ours, with the first outside of storage; and whether a cache of a second lies between."""
    names: list[str] = []
    is_cached, is_outside = False, False
    frame = inspect.currentframe()
    while frame := frame.f_back if frame else None:
        code = frame.f_code
        is_cached = is_cached or code.co_filename == settings_cache.__file__
        is_ours = code.co_filename.startswith(PACKAGES) and code.co_filename != settings_cache.__file__
        if is_ours and not is_outside and not code.co_name.startswith("<"):
            is_outside = not code.co_filename.startswith(STORAGE)
            if is_outside or not names:
                names.append(f"{_module(code.co_filename)}.{code.co_qualname.replace('.<locals>', '')}")
    return " < ".join(names) or "the test itself", is_cached


def _module(path: str) -> str:
    return str(Path(path).relative_to(OURS).with_suffix("")).removeprefix("callcenter/").replace("/", ".")


class Statements:
    """`with statements("accept an offer"):` counts the block and holds it against what is written down."""

    def __init__(self, wiring: Wiring, *, write: bool) -> None:
        """From here on cached settings do not expire, however slow the machine."""
        self.engine = wiring.database.engine
        self.write = write
        self.faults: list[str] = []
        self._seen: dict[str, Counts] = {}
        with wiring.reading() as session:
            cache = session.info[KEPT]
        cache.forget()
        cache.until = float("inf")

    @contextmanager
    def __call__(self, act: str, *, but: str = "") -> Iterator[None]:
        """`but`: what is different from the first time in this test; the count must not be."""
        gc.disable()  # a row still in memory is not read again, so the collector must not decide the count
        try:
            with recording(self.engine) as found:
                yield
        finally:
            gc.enable()
        first = self._seen.setdefault(act, found)
        if self.write and first is found:
            _write(act, found)
        expected = Counts.of_data(_read().get(act, Counts().to_data())) if first is found else first
        if fault := difference(f"{act}, {but}" if but else act, expected=expected, found=found):
            self.faults.append(fault)

    def check(self) -> None:
        """Every act of the test at once, so that one does not hide the others."""
        if self.faults:
            pytest.fail("\n\n".join((*self.faults, REMEDY)), pytrace=False)


def difference(act: str, *, expected: Counts, found: Counts) -> str:
    """What rose or fell, with the statements that came or went; "" where nothing did."""
    before, after = Counter(s.head for s in expected.statements), Counter(s.head for s in found.statements)
    ends = [
        f"  {getattr(found, name)} {name}, {getattr(expected, name)} were expected"
        for name in ("commits", "rollbacks")
        if getattr(found, name) != getattr(expected, name)
    ]
    if before == after and not ends:
        return ""
    title = f"{act}: {len(found.statements)} statements, {len(expected.statements)} were expected"
    added = _more(after - before, found.statements, expected.statements)
    gone = _more(before - after, expected.statements, found.statements)
    if gone and not added:
        title += " (better: write the lower figure down, so that it stays)"
    return "\n".join([title, *_told("added", added), *_told("gone", gone), *ends])


def _more(rise: Counter[str], those: Sequence[Statement], these: Sequence[Statement]) -> list[Statement]:
    """The statements behind a rise: of one head, those whose function did not ask as often on the other side."""
    left, news = Counter(s.line for s in these), []
    for statement in those:
        if left[statement.line]:
            left[statement.line] -= 1
        elif rise[statement.head]:
            news.append(statement)
    return news


def _told(word: str, statements: Sequence[Statement]) -> Iterator[str]:
    for line, group in groupby(sorted(statements, key=lambda s: s.line), key=lambda s: s.line):
        same = list(group)
        yield f"  {word} {len(same)} x {line}" if len(same) > 1 else f"  {word} {line}"
        if same[0].sql:
            yield f"      {same[0].sql}"


def _read() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(EXPECTED.read_text()) if EXPECTED.exists() else {}
    return data


def _write(act: str, counts: Counts) -> None:
    data = _read() | {act: counts.to_data()}
    EXPECTED.write_text(json.dumps(dict(sorted(data.items())), indent=1) + "\n")


@pytest.fixture
def statements(request: pytest.FixtureRequest, wiring: Wiring) -> Statements:
    return Statements(wiring, write=request.config.getoption(OPTION))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="write down how many SQL statements each act runs")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption(OPTION) and config.getoption("numprocesses", None):
        raise pytest.UsageError(f"{OPTION} writes one file: leave out -n.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """At the end of a test that counts: a failure of the test, not of its tidying up."""
    result = yield
    counted = getattr(item, "funcargs", {}).get("statements")
    if isinstance(counted, Statements):
        counted.check()
    return result

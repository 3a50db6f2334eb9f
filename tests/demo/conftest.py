"""The demo year, generated once per process: its rows, a database to read, and copies to write."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from callcenter import demo, embedded
from callcenter.demo import seeding
from callcenter.demo.book import Book
from callcenter.storage.database import Database
from tests import template
from tests.servers import Administrator

NOW = datetime(2026, 11, 19, 22, 26, tzinfo=UTC)  # a Thursday afternoon in San Francisco
YEAR, COPY = "year", "year_copy"  # databases


@pytest.fixture(scope="session")
def book() -> Book:
    """Its rows, to read only."""
    return seeding.write(NOW)


@pytest.fixture(scope="session")
def _year(_postgres: embedded.EmbeddedServer, _administrator: Administrator, book: Book) -> str:
    """The database's address. It is seeded as any other is, except that the rows are not made a second time."""
    _postgres.start()
    # `seeded` has no connections, so it can be copied at any time; `empty` belongs to the previous test.
    url = template.clone(_postgres, template.SEEDED, YEAR)
    _administrator.ask(url, "select tests.empty_tables('')")
    _administrator.close(url)
    opened = Database(url, pool=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seeding, "write", {NOW: book}.__getitem__)
        assert demo.seed(opened, now=NOW)
    opened.close()
    return url


@pytest.fixture
def year(postgres_server: embedded.EmbeddedServer, _year: str) -> Iterator[Database]:
    """The database of the year, to read only."""
    yield from _opened(_year)


@pytest.fixture
def year_copy(postgres_server: embedded.EmbeddedServer, _year: str) -> Iterator[Database]:
    """A copy of it for one test."""
    yield from _opened(template.clone(postgres_server, YEAR, COPY))


def _opened(url: str) -> Iterator[Database]:
    database = Database(url, pool=2)
    yield database
    database.close()

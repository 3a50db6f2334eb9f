"""PostgreSQL and Redis from their wheels as child processes, if no server address is configured."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from callcenter.embedded.errors import EmbeddedError
from callcenter.embedded.place import data_folder
from callcenter.embedded.postgres_server import PostgresServer
from callcenter.embedded.redis_server import RedisServer
from callcenter.embedded.server import EmbeddedServer

__all__ = ["EmbeddedError", "EmbeddedServer", "Urls", "data_folder", "postgres", "redis", "servers"]


@dataclass(frozen=True)
class Urls:
    database_url: str
    redis_url: str


@contextmanager
def servers(data: Path) -> Iterator[Urls]:
    with postgres(data) as database, redis(data) as memory:
        yield Urls(database_url=database.url, redis_url=memory.url)


@contextmanager
def postgres(data: Path, *, durable: bool = True) -> Iterator[EmbeddedServer]:
    """`durable=False` is for tests: faster, but data is lost if the machine stops."""
    with PostgresServer(data, durable=durable).running() as server:
        yield server


@contextmanager
def redis(data: Path) -> Iterator[EmbeddedServer]:
    """Without persistence: durable data is in PostgreSQL."""
    with RedisServer(data).running() as server:
        yield server

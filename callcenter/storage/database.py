"""One engine a process, sessions on it, and the migrations. No question about a noun is asked here."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Identity,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from callcenter.domain.attachments import AttachmentState
from callcenter.domain.channels import AddressKind, Channel, Medium
from callcenter.domain.interactions import State
from callcenter.domain.messages import MessageStatus
from callcenter.domain.states import (
    ApprovalState,
    BookState,
    CallbackState,
    Direction,
    GrantState,
    LongJobState,
    OfferState,
    Party,
    ProposalState,
    RequestState,
    SurveyState,
    Way,
)
from callcenter.domain.tickets import Priority, TicketStatus

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
CODES = (  # closed sets, as which columns are read
    *(
        AddressKind,
        AttachmentState,
        Channel,
        Direction,
        Medium,
        MessageStatus,
        Party,
        Priority,
        State,
        TicketStatus,
        Way,
    ),
    *(ApprovalState, BookState, CallbackState, GrantState, LongJobState, OfferState, ProposalState, RequestState),
    SurveyState,
)
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Code(TypeDecorator[StrEnum]):
    """A text that is one of a closed set: read as the set's own."""

    impl = String
    cache_ok = True

    def __init__(self, codes: type[StrEnum]) -> None:
        super().__init__()
        self.codes = codes

    def result_processor(self, _dialect: Dialect, _coltype: object) -> Callable[[str | None], StrEnum | None]:
        """A look into a table, as every row that is read goes through it."""
        members: dict[str | None, StrEnum | None] = {None: None, **{code.value: code for code in self.codes}}
        return members.__getitem__


class Row(DeclarativeBase):
    """A table's row: bigint id, times with zone, JSON as jsonb."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        **dict[Any, Any]({codes: Code(codes) for codes in CODES}),
    }

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)


# A row is locked against change, not against being referred to: else two works that each wrote something of one agent
# (a ticket's owner, who changed it) could wait for each other.
NO_KEY = {"key_share": True}
KEPT = "kept"  # where a session finds what `storage.kept` keeps for a moment


@dataclass(slots=True)
class Kept:
    """One a database. What this process itself changes is forgotten at once."""

    until: float = 0.0
    values: dict[Hashable, Any] = field(default_factory=dict)

    def forget(self) -> None:
        self.values.clear()


class Database:
    """Connections to one PostgreSQL. A statement runs at most 15 s, so that nobody waits for a lost one."""

    def __init__(self, url: str, *, pool: int = 20, name: str = "callcenter") -> None:
        """`name`: as which PostgreSQL lists our connections; whoever operates it sees whose they are."""
        self.url = url
        self.engine: Engine = create_engine(
            url,
            pool_size=pool,
            max_overflow=pool,
            pool_timeout=10,
            pool_use_lifo=True,  # few connections that know our statements, rather than many that have seen each once
            connect_args={
                "connect_timeout": 5,
                "options": "-c timezone=UTC -c statement_timeout=15000",
                "application_name": name,
            },
        )
        event.listen(self.engine, "connect", _remember_statements)
        event.listen(self.engine, "checkout", _still_there)
        self.kept = Kept()
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, info={KEPT: self.kept})
        self._at_once = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back on any error."""
        with self._sessions.begin() as session:
            yield session

    @contextmanager
    def at_once(self) -> Iterator[Connection]:
        """For one statement that is a transaction by itself, and costs no more than itself."""
        with self._at_once.connect() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that cannot write, so that looking never changes anything."""
        with self._sessions() as session:
            session.connection(execution_options={"postgresql_readonly": True})
            yield session

    def close(self) -> None:
        self.engine.dispose()


def _remember_statements(connection: psycopg.Connection[Any], _record: object) -> None:
    """Prepare what is asked a second time; all we have to ask are some hundreds of statements."""
    connection.prepare_threshold = 2
    connection.prepared_max = 500


def _still_there(connection: psycopg.Connection[Any], _record: object, _proxy: object) -> None:
    """Replace an idle connection whose server has gone: that is heard from the socket, without asking.

    A question each time ("pre-ping") would cost a round trip a transaction.
    """
    try:
        connection.pgconn.consume_input()  # its last words, if it left any,
        connection.pgconn.consume_input()  # and that it has closed
    except psycopg.OperationalError as error:
        raise DisconnectionError from error


AWAY = ("08", "53", "57P")  # classes of SQLSTATE: the connection is lost; no room; the server shuts down or starts


def is_away(error: DBAPIError) -> bool:
    """Whether the database is away, and not just this statement refused."""
    state = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or (
        isinstance(error, OperationalError) and (state is None or state.startswith(AWAY))
    )


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def migrate(url: str, revision: str = "head") -> None:
    command.upgrade(alembic_config(url), revision)


def newest_revision() -> str | None:
    return ScriptDirectory.from_config(alembic_config("")).get_current_head()


def is_connected(session: Session, name: str) -> bool:
    """Whether a process of this name has a connection to this database."""
    found = text(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name LIMIT 1"
    )
    return session.scalar(found, {"name": name}) is not None


def current_revision(session: Session) -> str | None:
    """The revision this database is at; None before the first migration."""
    known = session.scalar(text("SELECT to_regclass('alembic_version')"))
    return session.scalar(text("SELECT version_num FROM alembic_version")) if known else None

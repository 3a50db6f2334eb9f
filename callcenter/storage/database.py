"""Engine, sessions and migrations. Queries are in the nouns' own files."""

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import ceil
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
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from callcenter.domain.agents import AgentState, Role, Status
from callcenter.domain.attachments import AttachmentState
from callcenter.domain.channels import AddressKind, Channel, Medium
from callcenter.domain.interactions import EndedBy, Outcome, Result, State
from callcenter.domain.messages import MessageStatus
from callcenter.domain.states import (
    ApprovalState,
    BookState,
    BudgetCycle,
    BudgetScope,
    CallbackState,
    Direction,
    GrantState,
    LedgerKind,
    LongJobState,
    OfferState,
    Party,
    ProposalKind,
    ProposalState,
    RequestState,
    SurveyState,
    Way,
)
from callcenter.domain.tickets import Priority, ResponsibleParty, TicketStatus, TicketType

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
CODES = (  # closed sets, as the types of columns
    *(
        AddressKind,
        AttachmentState,
        Channel,
        Direction,
        EndedBy,
        Medium,
        MessageStatus,
        Outcome,
        Party,
        Priority,
        Result,
        State,
        TicketStatus,
        Way,
    ),
    *(AgentState, ResponsibleParty, Role, Status, TicketType),
    *(BudgetCycle, BudgetScope, LedgerKind, ProposalKind),
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
    """A text column of one closed set."""

    impl = String
    cache_ok = True

    def __init__(self, codes: type[StrEnum]) -> None:
        super().__init__()
        self.codes = codes

    def result_processor(self, _dialect: Dialect, _coltype: object) -> Callable[[str | None], StrEnum | None]:
        members: dict[str | None, StrEnum | None] = {None: None, **{code.value: code for code in self.codes}}
        # A dict look-up: it runs for every row that is read.
        return members.__getitem__


class Row(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        **dict[Any, Any]({codes: Code(codes) for codes in CODES}),
    }

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)


def one_of(column: str, codes: type[StrEnum]) -> str:
    """The condition of a check: this column holds one of these."""
    return f"{column} IN ({', '.join(repr(code.value) for code in codes)})"


# Locks a row against change, not against foreign keys to it: otherwise two transactions that each refer to one agent
# (as a ticket's owner, as its editor) could deadlock.
NO_KEY = {"key_share": True}
KEPT = "kept"  # the session's key for the cache of `administration.settings_cache`


@dataclass(slots=True)
class Kept:
    """The settings cache of one database."""

    until: float = 0.0
    values: dict[Hashable, Any] = field(default_factory=dict)

    def forget(self) -> None:
        self.values.clear()


LONGEST_ANSWER = 20.0  # seconds: longer than the server's own limit of a statement
_deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Limits all database work in this block together; past the limit it raises as if the database were away."""
    token = _deadline.set(min(_deadline.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _deadline.reset(token)


def seconds_left() -> float:
    """Of the block of `within` around this; infinite without one."""
    return _deadline.get() - time.monotonic()


class Bounded(psycopg.Connection[Any]):
    """Limits the wait for each answer: a frozen server acknowledges packets, so no socket option notices."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        end = min(_deadline.get(), time.monotonic() + (timeout or LONGEST_ANSWER))
        try:
            return super().wait(gen, interval, max(0.0, end - time.monotonic()))
        except psycopg.OperationalError:
            if time.monotonic() >= end:
                self.pgconn.finish()  # a late answer must not meet the next question
            raise


# The connection to a host that vanished fails after seconds, not after the kernel's quarter of an hour.
LINK = {"tcp_user_timeout": 3000, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}


class Database:
    """Connections to one PostgreSQL."""

    def __init__(self, url: str, *, pool: int = 20, name: str = "callcenter") -> None:
        """`name`: the connections' application name in PostgreSQL."""
        self.url = url
        self.engine: Engine = create_engine(
            url,
            pool_size=pool,
            max_overflow=pool,
            pool_timeout=10,
            pool_use_lifo=True,  # few connections with our statements prepared, rather than many
            connect_args={
                "connect_timeout": 4,
                # A lost statement blocks a request for 15 s at most; a lost client blocks rows for a minute.
                "options": "-c timezone=UTC -c statement_timeout=15000 -c idle_in_transaction_session_timeout=60000",
                "application_name": name,
                **LINK,
            },
        )
        event.listen(self.engine, "do_connect", _connect)
        event.listen(self.engine, "connect", _remember_statements)
        event.listen(self.engine, "checkout", _still_there)
        self.kept = Kept()
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, info={KEPT: self.kept})
        self._at_once = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def begin(self) -> Iterator[Session]:
        with self._sessions.begin() as session:
            yield session

    @contextmanager
    def at_once(self) -> Iterator[Connection]:
        """For one statement that is a transaction by itself."""
        with self._at_once.connect() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._sessions() as session:
            session.connection(execution_options={"postgresql_readonly": True})
            yield session

    def close(self) -> None:
        self.engine.dispose()


def _connect(_dialect: Dialect, _record: object, args: Any, options: Any) -> Bounded:
    limit = min(options["connect_timeout"], max(1, ceil(min(seconds_left(), LONGEST_ANSWER))))
    return Bounded.connect(*args, **{**options, "connect_timeout": limit})


def _remember_statements(connection: psycopg.Connection[Any], _record: object) -> None:
    # Prepared at the second use; the system has some hundreds of statements.
    connection.prepare_threshold = 2
    connection.prepared_max = 500


def _still_there(connection: psycopg.Connection[Any], _record: object, _proxy: object) -> None:
    # The socket shows it; a query each time ("pre-ping") would cost a round trip per transaction.
    try:
        connection.pgconn.consume_input()  # the server's last message, if any,
        connection.pgconn.consume_input()  # and the end of the connection
    except psycopg.OperationalError as error:
        raise DisconnectionError from error


AWAY = ("08", "53", "57P")  # SQLSTATE classes: connection lost; no room; server shuts down or starts


def is_away(error: DBAPIError | PoolTimeout) -> bool:
    if isinstance(error, PoolTimeout):
        return True
    """Whether the database is away, not only this statement refused."""
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


def current_revision(session: Session) -> str | None:
    """None before the first migration."""
    known = session.scalar(text("SELECT to_regclass('alembic_version')"))
    return session.scalar(text("SELECT version_num FROM alembic_version")) if known else None

"""What monitoring asks: counts, each by a partial index, and the server itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from callcenter.domain.interactions import LIVE
from callcenter.storage import history
from callcenter.storage.calls.interactions import Interaction


@dataclass(frozen=True, slots=True)
class MonitoringCounts:
    """`interactions`: {(channel, state): count}."""

    interactions: Mapping[tuple[str, str], int]
    unpublished: int


def now(session: Session, at: datetime) -> MonitoringCounts:
    counted = select(Interaction.channel, Interaction.state, func.count().label("n"))
    counted = counted.where(Interaction.state.in_(LIVE)).group_by(Interaction.channel, Interaction.state)
    return MonitoringCounts(
        interactions={(row.channel, row.state): row.n for row in session.execute(counted)},
        unpublished=history.is_behind(session, now=at, by=timedelta(0)),
    )


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """`version`: the major one. `connections`: how many it allows. `size`: of our database, in bytes."""

    version: int
    connections: int
    size: int


def server(session: Session) -> ServerFacts:
    asked = text(
        "SELECT current_setting('server_version_num')::int / 10000, current_setting('max_connections')::int,"
        " pg_database_size(current_database())"
    )
    return ServerFacts(*session.execute(asked).one())


def last_active(session: Session, name: str) -> tuple[int, float | None]:
    """(connections of this name, seconds since one of them last asked or got an answer; None if it may not be seen)."""
    asked = text(
        "SELECT count(*), extract(epoch FROM clock_timestamp() - max(greatest(query_start, state_change)))::float8"
        " FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name"
    )
    count, seconds = session.execute(asked, {"name": name}).one()
    return count, None if seconds is None else max(0.0, seconds)

"""Counts for monitoring; each uses a partial index."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
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

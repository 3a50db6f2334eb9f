"""Counts for whoever watches the machine; each is answered by a partial index."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.domain.interactions import LIVE
from callcenter.storage import history
from callcenter.storage.interactions import Interaction
from callcenter.storage.messages import Message
from callcenter.storage.surveys import Survey


@dataclass(frozen=True, slots=True)
class Figures:
    """`interactions`: {(channel, state): count}; `due`: {what: count}."""

    interactions: Mapping[tuple[str, str], int]
    untold: int
    due: Mapping[str, int]


def now(session: Session, at: datetime) -> Figures:
    counted = select(Interaction.channel, Interaction.state, func.count().label("n"))
    counted = counted.where(Interaction.state.in_(LIVE)).group_by(Interaction.channel, Interaction.state)
    messages = select(func.count()).select_from(Message).where(Message.next_try_at <= at)
    surveys = select(func.count()).select_from(Survey).where(Survey.state == "planned", Survey.due_at <= at)
    return Figures(
        interactions={(row.channel, row.state): row.n for row in session.execute(counted)},
        untold=history.is_behind(session, now=at, by=timedelta(0)),
        due={"messages": session.scalar(messages) or 0, "surveys": session.scalar(surveys) or 0},
    )

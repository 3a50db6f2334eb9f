"""A unit of work: one transaction, its moment, and its events."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from callcenter.domain.events import Event
from callcenter.storage import history
from callcenter.storage.database import Row

Followers = Callable[[Event], Sequence[Callable[["Work", Any], object]]]


def _nobody(_event: Event) -> tuple[()]:
    return ()


class Work:
    """`now` is one moment for all its rows."""

    def __init__(self, session: Session, now: datetime, *, followers: Followers = _nobody) -> None:
        self.session = session
        # Actions after an event, in the same transaction.
        self._followers = followers
        self.now = now
        self.recorded: list[Event] = []
        self._about: list[Row] = []

    def record(self, event: Event, *about: Row) -> None:
        """Published after the commit."""
        self.recorded.append(event)
        # They stay in the session, so that followers need not read them again.
        self._about += about

    def write(self) -> list[tuple[int, Event]]:
        """Runs followers, flushes, writes the events; returns them with their ids."""
        for event in self.recorded:  # followers' events come last, and have followers too
            for follow in self._followers(event):
                follow(self, event)
        self.session.flush()
        return list(zip(history.add(self.session, self.recorded, at=self.now), self.recorded, strict=True))

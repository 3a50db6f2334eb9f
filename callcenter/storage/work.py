"""One unit of work: a session in a transaction, the moment it happens at, and what it records."""

from datetime import datetime

from sqlalchemy.orm import Session

from callcenter.domain.events import Event
from callcenter.storage.history import History, row_of


class Work:
    """`now` is one moment for the whole work, so that what belongs together has one time."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self.recorded: list[tuple[History, Event]] = []

    def record(self, event: Event) -> None:
        """Write what happened into history, with this work; it is told after the commit."""
        row = row_of(event, at=self.now)
        self.session.add(row)
        self.recorded.append((row, event))

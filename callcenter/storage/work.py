"""One unit of work: a session in a transaction, the moment it happens at, and what it records."""

from datetime import datetime

from sqlalchemy.orm import Session

from callcenter.domain.events import Event
from callcenter.storage import history


class Work:
    """`now` is one moment for the whole work, so that what belongs together has one time."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self.recorded: list[Event] = []

    def record(self, event: Event) -> None:
        """What happened goes into history with this work; it is told after the commit."""
        self.recorded.append(event)

    def write(self) -> list[tuple[int, Event]]:
        """The end of this work: all that is still to be written, then what was recorded, with its ids."""
        self.session.flush()
        return list(zip(history.add(self.session, self.recorded, at=self.now), self.recorded, strict=True))

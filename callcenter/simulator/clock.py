"""Simulated time: time stamps are real; waits and speech are divided by `speed`."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

LETTERS_A_SECOND = 15.0
HANZI_A_SECOND = 4.5


@dataclass(frozen=True)
class SimulatedClock:
    """`speed` 10 makes ten seconds last one; `patience` caps the speed-up of waits for a person."""

    speed: float = 1.0
    patience: float = float("inf")

    def now(self) -> datetime:
        return datetime.now(UTC)

    def real(self, seconds: float) -> float:
        """Simulated seconds to real seconds."""
        return seconds / self.speed

    def for_person(self, seconds: float) -> float:
        """Like `real`, for waits in which a person may press, speak or answer."""
        return seconds / min(self.speed, self.patience)

    def sleep(self, seconds: float) -> None:
        time.sleep(self.real(seconds))


def rfc2822(moment: datetime) -> str:
    """Twilio's time stamp: `Fri, 20 Aug 2010 01:13:42 +0000`."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0))


def reading_seconds(text: str) -> float:
    """Seconds a voice takes to read a text: 15 letters, or 4.5 Chinese characters, a second."""
    hanzi = sum(1 for letter in text if "\u2e80" <= letter <= "\u9fff")
    return hanzi / HANZI_A_SECOND + (len(text) - hanzi) / LETTERS_A_SECOND

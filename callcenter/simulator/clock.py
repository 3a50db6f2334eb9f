"""Time at the telephone company: real for time stamps, divided by `speed` wherever somebody waits or speaks."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

LETTERS_A_SECOND = 15.0
HANZI_A_SECOND = 4.5


@dataclass(frozen=True)
class Clock:
    """`speed` 10 makes ten seconds of speech last one; `patience` is the most by which a wait for a person is cut."""

    speed: float = 1.0
    patience: float = float("inf")

    def now(self) -> datetime:
        return datetime.now(UTC)

    def real(self, seconds: float) -> float:
        """Real seconds that so many pretended seconds last."""
        return seconds / self.speed

    def for_person(self, seconds: float) -> float:
        """The same where somebody may press, speak or answer: hands are not sixty times as fast."""
        return seconds / min(self.speed, self.patience)

    def sleep(self, seconds: float) -> None:
        time.sleep(self.real(seconds))


def rfc2822(moment: datetime) -> str:
    """Twilio's time stamp: `Fri, 20 Aug 2010 01:13:42 +0000`."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0))


def reading_seconds(text: str) -> float:
    """How long a voice needs for a text: 15 letters, or 4.5 Chinese characters, a second."""
    hanzi = sum(1 for letter in text if "\u2e80" <= letter <= "\u9fff")
    return hanzi / HANZI_A_SECOND + (len(text) - hanzi) / LETTERS_A_SECOND

"""The current time; in test mode a set one, the same in every process."""

import mmap
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]
_SECONDS = struct.Struct("d")


def utc_now() -> datetime:
    return datetime.now(UTC)


class SetClock:
    """The machine's time plus seconds in a file that all processes map."""

    def __init__(self, file: Path) -> None:
        with file.open("r+b") as opened:
            opened.truncate(_SECONDS.size)
            self._shared = mmap.mmap(opened.fileno(), _SECONDS.size)

    def __call__(self) -> datetime:
        return utc_now() + timedelta(seconds=self._ahead)

    def forward(self, seconds: float) -> datetime:
        _SECONDS.pack_into(self._shared, 0, self._ahead + seconds)
        return self()

    @property
    def _ahead(self) -> float:
        ahead: float = _SECONDS.unpack_from(self._shared)[0]
        return ahead


def of(file: Path | None) -> Clock:
    return SetClock(file) if file else utc_now

"""The simulator's state behind one lock. Holds no carrier rules."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from callcenter.simulator import message_player, people, state
from callcenter.simulator.clock import SimulatedClock, rfc2822
from callcenter.simulator.exchange import numbers
from callcenter.simulator.exchange.callbacks import StatusCallbacks
from callcenter.simulator.faults import Faults
from callcenter.simulator.hub import Hub
from callcenter.simulator.settings import SimulatorSettings

if TYPE_CHECKING:
    from callcenter.simulator.exchange.calls import CarrierCall
    from callcenter.simulator.exchange.conferences import Conference
    from callcenter.simulator.exchange.messages import CarrierMessage
    from callcenter.simulator.exchange.numbers import Application, CarrierNumber
    from callcenter.simulator.exchange.queues import CarrierQueue
    from callcenter.simulator.exchange.recordings import Recording


T = TypeVar("T")
MOST_KEPT = 4000
MOST_FILES = 100


@dataclass
class Books:
    """Resources by sid (queues by name). `windows`: end of the WhatsApp window by (theirs, ours)."""

    numbers: dict[str, "CarrierNumber"] = field(default_factory=dict)
    applications: dict[str, "Application"] = field(default_factory=dict)
    calls: dict[str, "CarrierCall"] = field(default_factory=dict)
    conferences: dict[str, "Conference"] = field(default_factory=dict)
    queues: dict[str, "CarrierQueue"] = field(default_factory=dict)
    messages: dict[str, "CarrierMessage"] = field(default_factory=dict)
    recordings: dict[str, "Recording"] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    opted_out: set[tuple[str, str]] = field(default_factory=set)
    windows: dict[tuple[str, str], datetime] = field(default_factory=dict)


def forget_oldest(book: "dict[str, T]", is_past: "Callable[[T], bool]", most: int = MOST_KEPT) -> None:
    """Above `most` entries, delete the oldest `most // 2` that are past."""
    if len(book) > most:
        for sid in [sid for sid, entry in book.items() if is_past(entry)][: most // 2]:
            del book[sid]


class Carrier:
    """Take `lock` to read or change `books`; never hold it while a request goes out."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self.clock = SimulatedClock(settings.speed, settings.patience)
        self.lock = threading.RLock()
        self.books = Books()
        self.people = people.load(settings.people_file)
        self.faults = Faults(seed=settings.seed)
        self.hub = Hub()
        self.log: deque[dict[str, Any]] = deque(maxlen=5000)
        self.logged = 0
        self.debugger: deque[dict[str, Any]] = deque(maxlen=1000)
        self.closing = threading.Event()
        self.base_url = f"http://{settings.host}:{settings.port}"
        self.music: dict[str, float] = {}
        self.callbacks = StatusCallbacks(self)
        self._unsaved = threading.Event()
        numbers.open_books(self)
        if settings.state_file:
            state.load(self, settings.state_file)
            threading.Thread(target=self._keep_saving, name="state", daemon=True).start()

    def forget_old(self) -> None:
        with self.lock:
            forget_oldest(self.books.calls, lambda call: call.is_over)
            forget_oldest(self.books.conferences, lambda conference: conference.status == "completed")
            forget_oldest(self.books.messages, lambda message: not message.is_under_way)
            forget_oldest(self.books.recordings, lambda recording: recording.ended is not None)
            forget_oldest(self.books.files, lambda _: True, MOST_FILES)

    def later(self, act: Callable[[], object]) -> None:
        self.callbacks.later(act)

    def answer_message(self, message: "CarrierMessage") -> bool:
        return message_player.answer(self, message)

    def save(self) -> None:
        """Mark as changed; written at most once a second."""
        self._unsaved.set()

    def _keep_saving(self) -> None:
        while not self.closing.wait(1.0):
            self._write()

    def _write(self) -> None:
        if self.settings.state_file and self._unsaved.is_set():
            self._unsaved.clear()
            state.save(self, self.settings.state_file)

    def close(self) -> None:
        """Wake and release every waiting thread. Calls end without a callback."""
        self.closing.set()
        with self.lock:
            for call in self.books.calls.values():
                call.wake.notify_all()
        self.callbacks.close()
        self.hub.close()
        self._write()

    def complain(self, code: int, message: str, *, call_sid: str = "", url: str = "") -> None:
        entry = {
            "code": code,
            "message": message,
            # At Twilio these two codes are warnings, all others errors.
            "level": "warning" if code in (12200, 16025) else "error",
            "call_sid": call_sid,
            "url": url,
            "at": rfc2822(self.clock.now()),
        }
        self.debugger.append(entry)

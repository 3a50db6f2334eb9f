"""One customer: calls, presses keys, waits within their patience, talks, redials; or texts and replies."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from callcenter.simulator.crowd import sayings
from callcenter.simulator.crowd.line import ControlClient, Gone

LOOK_EVERY = 1.0
HEARS_OUT = 12.0
MEAN_PATIENCE = 180.0
MEAN_TALK = 120.0
MOST_REDIALS = 2
MOST_REPLIES = 3


@dataclass
class CrowdCustomer:
    """`waited`: longest wait so far in simulated seconds, for the survey reply."""

    name: str
    number: str
    language: str
    is_rude: bool
    random: Random
    waited: float = 0.0

    def say(self, kind: Mapping[str, tuple[str, ...]]) -> str:
        return self.random.choice(kind[self.language])

    @property
    def patience(self) -> float:
        mean = MEAN_PATIENCE * (0.4 if self.is_rude else 1.0)
        return max(20.0, self.random.expovariate(1 / mean))


def call(line: ControlClient, customer: CrowdCustomer, to: str) -> None:
    for attempt in range(MOST_REDIALS + 1):
        sid = line.dial(customer.number, customer.name, to)
        if Talk(line, customer, sid).live():
            return
        if customer.random.random() < 0.4 or attempt == MOST_REDIALS:
            return
        line.pause(customer.random.uniform(30, 300))


@dataclass
class Talk:
    """One call of one customer, polled every second. Times in simulated seconds."""

    line: ControlClient
    customer: CrowdCustomer
    sid: str
    seen: int = 0
    age: float = 0.0
    quiet: float = 0.0
    patience: float = 0.0
    until: float | None = None
    has_opened: bool = False

    def live(self) -> bool:
        """Play the call to its end. True if an agent answered."""
        self.patience = self.customer.patience
        try:
            while not (now := self.line.call(self.sid))["is_over"]:
                self._react(now)
                self.line.pause(LOOK_EVERY)
                self.age += LOOK_EVERY
                self.quiet += LOOK_EVERY
        except Gone:
            if self.line.stopping.is_set():
                self._leave()
                raise
        return self.until is not None

    def _react(self, now: dict[str, Any]) -> None:
        news = now["transcript"][self.seen :]
        self.seen = len(now["transcript"])
        if self.until is None and any(line["type"] == "joined" for line in news):
            self.customer.waited = max(self.customer.waited, self.age)
            self.until = self.age + max(15.0, self.customer.random.expovariate(1 / MEAN_TALK))
        if self.until is not None:
            self._talk(news, is_held=now["hold"])
        elif now["listening"]:
            self._choose(now["transcript"])
        elif self.age > self.patience:
            self.customer.waited = max(self.customer.waited, self.age)
            self._leave()

    def _choose(self, transcript: list[dict[str, Any]]) -> None:
        menu = _menu(transcript)
        if self.quiet < self.customer.random.uniform(1, 3):
            return
        # Listening without a menu means voicemail.
        if not menu:
            self._leave_word()
            return
        is_over = self.quiet > HEARS_OUT
        key = sayings.key_for(self.customer.random, menu, self.customer.language, is_over=is_over)
        if key or is_over:
            self.quiet = 0.0
        if key:
            self.line.act(self.sid, "digits", digits=key)

    def _leave_word(self) -> None:
        self._say(sayings.OPENINGS)
        self.line.pause(2)
        self._leave()

    def _talk(self, news: list[dict[str, Any]], *, is_held: bool) -> None:
        heard = any(line["type"] == "heard" for line in news)
        if is_held:
            return
        if self.age > (self.until or 0):
            self.line.act(self.sid, "say", text=sayings.GOODBYES[self.customer.language])
            self.line.pause(2)
            self._leave()
        elif not self.has_opened:
            self.has_opened = True
            self._say(sayings.OPENINGS)
        elif heard or self.quiet > self.customer.random.uniform(8, 25):
            self.line.pause(self.customer.random.uniform(1, 3))
            self._say(sayings.RUDE if self.customer.is_rude else sayings.TALK)

    def _say(self, kind: Mapping[str, tuple[str, ...]]) -> None:
        self.quiet = 0.0
        self.line.act(self.sid, "say", text=self.customer.say(kind))

    def _leave(self) -> None:
        self.line.act(self.sid, "hangup")


def _menu(transcript: list[dict[str, Any]]) -> str:
    pressed = max((at for at, line in enumerate(transcript) if line["type"] == "pressed"), default=-1)
    return " ".join(line["text"] for line in transcript[pressed + 1 :] if line["type"] == "menu")


def answer(line: ControlClient, customer: CrowdCustomer, sid: str) -> None:
    line.pause(customer.random.uniform(3, 9))
    taken = customer.random.random() < 0.85
    line.act(sid, "answer" if taken else "reject")
    if taken:
        Talk(line, customer, sid).live()


def text(line: ControlClient, customer: CrowdCustomer, to: str) -> None:
    """Write, then reply to what comes back, up to MOST_REPLIES times."""
    line.text(customer.number, to, customer.say(sayings.RUDE if customer.is_rude else sayings.TEXTS))
    seen = len(line.messages(customer.number))
    replies, patience = 0, customer.patience * 2
    while patience > 0 and replies < MOST_REPLIES:
        line.pause(5)
        patience -= 5
        thread = line.messages(customer.number)
        news = [m for m in thread[seen:] if m["direction"] != "inbound" and not sayings.is_survey(m["body"])]
        seen = len(thread)
        if news:
            line.pause(customer.random.uniform(5, 40))
            line.text(customer.number, to, customer.say(sayings.REPLIES))
            seen, replies, patience = seen + 1, replies + 1, customer.patience

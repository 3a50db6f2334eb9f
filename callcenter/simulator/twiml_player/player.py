"""Runs one leg through its TwiML: fetch, play, follow links, fall back, hang up. The verbs are elsewhere."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from callcenter.simulator.clock import reading_seconds
from callcenter.simulator.exchange import calls, endings, fields
from callcenter.simulator.exchange.calls import CarrierCall
from callcenter.simulator.exchange.sources import Source
from callcenter.simulator.exchange.webhooks import WebhookRequest
from callcenter.simulator.twiml_player import document, schema
from callcenter.simulator.twiml_player.document import Document, InvalidTwiml

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier

Verb = Callable[["Player", Element, Document], None]
APOLOGY = "We are sorry, an application error has occurred. Goodbye."
MOST_DOCUMENTS = 10_000
ANY = frozenset(schema.VERBS)


class CallOver(Exception):
    """The leg has ended, or the simulator is closing."""


class Jump(Exception):
    """REST redirects the leg."""


class Follow(Exception):
    """A verb leads to another document."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.url)
        self.source = source


class LeftQueue(Exception):
    """The Leave verb ran in a queue."""


class Interrupted(Exception):
    """Playback must stop: a key was pressed, a conference started."""


class Player:
    def __init__(self, carrier: "Carrier", call: CarrierCall, verbs: Mapping[str, Verb]) -> None:
        self.carrier = carrier
        self.call = call
        self._verbs = verbs
        self._interrupts: list[Callable[[], bool]] = []

    def run(self, source: Source) -> None:
        try:
            for _ in range(MOST_DOCUMENTS):
                following = self._play_top(source)
                if following is None:
                    break
                source = following
            endings.hang_up(self.carrier, self.call, by="company")
        except CallOver:
            return

    def _play_top(self, source: Source) -> Source | None:
        try:
            self.play(self.fetch(source))
        except Follow as follow:
            return follow.source
        except Jump:
            with self.carrier.lock:
                jump, self.call.jump = self.call.jump, None
            return jump
        return None

    def play(self, page: Document) -> None:
        for verb in page.verbs:
            self.check()
            if verb.tag != "Reject" and not self.call.answered:
                self._answer(verb)
            self._verbs[verb.tag](self, verb, page)

    def _answer(self, verb: Element) -> None:
        if verb.tag == "Dial" and verb.get("answerOnBridge") == "true":
            return
        if not calls.answer(self.carrier, self.call):
            raise CallOver

    def fetch(self, source: Source, allowed: frozenset[str] = ANY) -> Document:
        """Like `get`; on refusal plays the fallback address, or ends the call."""
        try:
            return self.get(source, allowed)
        except InvalidTwiml as refused:
            self.check()
            return self._fall_back(source, refused.code, allowed)

    def get(self, source: Source, allowed: frozenset[str] = ANY) -> Document:
        body, content_type, error = source.twiml.encode(), "", 0
        if not source.twiml:
            if not source.url:
                self.carrier.complain(11100, "Invalid URL format", call_sid=self.call.sid)
                raise InvalidTwiml(11100)
            answer = self.carrier.callbacks.fetch(self._request(source))
            body, content_type, error = answer.body, answer.content_type, answer.error
        if error:
            raise InvalidTwiml(error)
        self.check()
        return document.read(self.carrier, source, body, content_type, call_sid=self.call.sid, allowed=allowed)

    def _request(self, source: Source) -> WebhookRequest:
        with self.carrier.lock:
            params = fields.of_call(self.carrier, self.call) | dict(source.params)
        return WebhookRequest(source.url, params, source.method, event="twiml", call_sid=self.call.sid)

    def _fall_back(self, source: Source, code: int, allowed: frozenset[str]) -> Document:
        """Try the fallback address once; else play Twilio's apology and end the call."""
        url, method = self.call.fallback
        if url:
            error = {"ErrorCode": str(code), "ErrorUrl": source.url}
            try:
                return self.get(Source(url, method, params={**source.params, **error}), allowed)
            except InvalidTwiml:
                pass
        if not self.call.answered:
            calls.answer(self.carrier, self.call)
        self.say(APOLOGY, "en-US")
        endings.hang_up(self.carrier, self.call, by="company")
        raise CallOver

    def inform(self, source: Source) -> None:
        """Request an action in the background, in order; its answer is discarded."""
        self.carrier.callbacks.send(self.call.sid, self._request(source))

    def play_aside(
        self,
        source: Source,
        allowed: frozenset[str],
        figures: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """Play a document outside the call's flow (wait music, screening). Every request carries `figures`. Raises
        InvalidTwiml."""
        for _ in range(MOST_DOCUMENTS):
            try:
                self.play(self.get(replace(source, params={**figures(), **source.params}), allowed))
            except Follow as follow:
                source = follow.source
                continue
            return

    def say(self, text: str, language: str) -> None:
        """Speak at reading speed; inside a Gather the page labels it a menu."""
        words = " ".join(text.split())
        kind = "menu" if self.call.listening else "announcement"
        calls.note(self.carrier, self.call, kind, text=words, language=language)
        self.wait(reading_seconds(words))

    def check(self) -> None:
        """Raise CallOver, Jump or Interrupted if due."""
        if self.call.is_over or self.carrier.closing.is_set():
            raise CallOver
        if self.call.jump is not None:
            raise Jump
        if any(is_due() for is_due in self._interrupts):
            raise Interrupted

    def wait(
        self, seconds: float | None, until: Callable[[], bool] = lambda: False, *, for_person: bool = False
    ) -> bool:
        """Wait simulated seconds, or for ever; True as soon as `until` holds."""
        real = self.carrier.clock.for_person if for_person else self.carrier.clock.real
        patience = None if seconds is None else real(seconds)
        with self.carrier.lock:

            def is_ready() -> bool:
                self.check()
                return until()

            return bool(self.call.wake.wait_for(is_ready, patience))

    @contextmanager
    def interrupted_by(self, is_due: Callable[[], bool]) -> Iterator[None]:
        """Leave the block as soon as `is_due` holds."""
        self._interrupts.append(is_due)
        try:
            yield
        except Interrupted:
            if not is_due():
                raise
        finally:
            self._interrupts.remove(is_due)

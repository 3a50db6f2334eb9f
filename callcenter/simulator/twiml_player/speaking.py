"""Output to the leg: Say, Play, Pause."""

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from callcenter.simulator.exchange import calls
from callcenter.simulator.exchange.webhooks import WebhookRequest
from callcenter.simulator.twiml_player.document import Document

if TYPE_CHECKING:
    from callcenter.simulator.twiml_player.player import Player

BYTES_A_SECOND = 16_000
UNKNOWN_MUSIC_SECONDS = 30.0
FOR_EVER = 1000


def say(player: "Player", verb: Element, _page: Document) -> None:
    for _ in range(_times(verb)):
        player.say(verb.text or "", verb.get("language", "en-US"))


def play(player: "Player", verb: Element, page: Document) -> None:
    url = urljoin(page.source.url, (verb.text or "").strip())
    if verb.get("digits"):
        player.wait(len(verb.get("digits", "")) * 0.5)
        return
    # Audio from the document's own host is fetched, as Twilio does; other audio lasts 30 s.
    seconds = _length(player, url, page)
    if not seconds:
        return
    calls.note(player.carrier, player.call, "music", text=url)
    for _ in range(_times(verb)):
        player.wait(seconds, for_person=True)


def pause(player: "Player", verb: Element, _page: Document) -> None:
    player.wait(float(verb.get("length", "1")))


def _times(verb: Element) -> int:
    loop = int(verb.get("loop", "1"))
    return loop if loop > 0 else FOR_EVER


def _length(player: "Player", url: str, page: Document) -> float:
    if urlsplit(url).netloc != urlsplit(page.source.url).netloc:
        return UNKNOWN_MUSIC_SECONDS
    known = player.carrier.music.get(url)
    if known is None:
        request = WebhookRequest(url, {}, "GET", event="music", call_sid=player.call.sid)
        answer = player.carrier.callbacks.fetch(request)
        # The debugger has it already.
        if answer.error:
            return 0.0
        known = player.carrier.music[url] = max(1.0, len(answer.body) / BYTES_A_SECOND)
    return known

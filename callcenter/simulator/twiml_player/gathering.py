"""Input from the leg: Gather takes keys or speech, Record a voice message."""

import threading
from collections.abc import Callable, Sized
from functools import partial
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from callcenter.simulator.exchange import calls, recordings, speech
from callcenter.simulator.exchange.calls import Watch
from callcenter.simulator.exchange.recordings import Recording
from callcenter.simulator.twiml_player.document import Document
from callcenter.simulator.twiml_player.player import CallOver, Follow, Player

if TYPE_CHECKING:
    from callcenter.simulator.exchange.calls import CarrierCall

OWN_KEYS_AFTER = 0.05


def gather(player: Player, verb: Element, page: Document) -> None:
    """Listen while nested verbs play, then `timeout` seconds after each key."""
    call = player.call
    wants = verb.get("input", "dtmf").split()

    def has_begun() -> bool:
        return bool(call.digits) or ("speech" in wants and bool(call.speech))

    _listen(player, True)
    try:
        with player.interrupted_by(has_begun):
            player.play(Document(page.source, tuple(verb)))
        _take(player, verb, wants)
    finally:
        _listen(player, False)
    _conclude(verb, page, "".join(call.digits), list(call.speech) if "speech" in wants else [])


def _listen(player: Player, on: bool) -> None:
    call = player.call
    with player.carrier.lock:
        call.listening = on
        if on:
            call.digits.clear()
            call.speech.clear()
        keys = call.keys.popleft() if on and call.keys else ""
    if keys:
        timer = threading.Timer(OWN_KEYS_AFTER, _press, (player, call, keys))
        timer.daemon = True
        timer.start()


def _press(player: Player, call: "CarrierCall", keys: str) -> None:
    if not call.is_over:
        speech.press(player.carrier, call, keys)


def _take(player: Player, verb: Element, wants: list[str]) -> None:
    call, most = player.call, int(verb.get("numDigits", "0"))
    finish = verb.get("finishOnKey", "#")
    patience = verb.get("timeout", "5")
    seconds = 5.0 if patience == "auto" else float(patience)

    def is_complete() -> bool:
        keys = list(call.digits)
        ended = bool(finish) and any(key in finish for key in keys)
        return ended or (most > 0 and len(keys) >= most) or ("speech" in wants and bool(call.speech))

    while not is_complete():
        count = len(call.digits)
        if not player.wait(seconds, until=partial(_has_grown, call.digits, count, is_complete), for_person=True):
            return


def _conclude(verb: Element, page: Document, keys: str, words: list[str]) -> None:
    finish = verb.get("finishOnKey", "#")
    most = int(verb.get("numDigits", "0")) or None
    ended_by = next((key for key in keys if finish and key in finish), "")
    digits = keys.partition(ended_by)[0][:most] if ended_by else keys[:most]
    link = page.source.link
    if digits or (verb.get("actionOnEmptyResult") == "true" and not words):
        params = {"Digits": digits, "FinishedOnKey": ended_by, "msg": "Gather End"}
        raise Follow(link(verb.get("action", ""), verb.get("method", ""), params))
    if words:
        language = verb.get("language", "en-US")
        heard = {"SpeechResult": " ".join(words), "Confidence": "0.91873", "Language": language}
        raise Follow(link(verb.get("action", ""), verb.get("method", ""), heard))


def record(player: Player, verb: Element, page: Document) -> None:
    """Record until a key, `timeout` seconds of silence or hang-up."""
    call = player.call
    address, method = verb.get("recordingStatusCallback", ""), verb.get("recordingStatusCallbackMethod", "POST")
    events = frozenset(verb.get("recordingStatusCallbackEvent", "completed").split())
    if verb.get("playBeep", "true") == "true":
        calls.note(player.carrier, call, "beep")
    target = page.source.link(address).url if address else ""
    taken = recordings.start(player.carrier, call, source="RecordVerb", watch=Watch(target, method, events))
    _listen(player, True)
    try:
        _until_silent(player, verb)
    except CallOver:
        link = page.source.link(verb.get("action", ""), verb.get("method", ""), _result(taken, "hangup"))
        player.inform(link)
        raise
    finally:
        _listen(player, False)
        if taken.status != "completed":
            recordings.change(player.carrier, taken, "stopped")
    if call.speech or call.digits:
        key = "".join(call.digits)[-1:]
        raise Follow(page.source.link(verb.get("action", ""), verb.get("method", ""), _result(taken, key)))


def _until_silent(player: Player, verb: Element) -> None:
    call, silence = player.call, float(verb.get("timeout", "5"))
    finish = verb.get("finishOnKey", "1234567890*#")

    def is_ended() -> bool:
        return any(key in finish for key in call.digits)

    spoken = -1
    while not is_ended() and spoken != len(call.speech):
        spoken = len(call.speech)
        player.wait(silence, until=partial(_has_grown, call.speech, spoken, is_ended), for_person=True)


def _has_grown(heard: Sized, seen: int, is_complete: Callable[[], bool]) -> bool:
    return len(heard) != seen or is_complete()


def _result(taken: Recording, digits: str) -> dict[str, str]:
    return {
        "RecordingUrl": taken.url,
        "RecordingSid": taken.sid,
        "RecordingDuration": str(taken.seconds),
        "Digits": digits,
    }

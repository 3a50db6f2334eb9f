"""Where the leg goes next: Redirect, Hangup, Reject, Leave; and Message."""

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from callcenter.simulator.exchange import endings, messages
from callcenter.simulator.twiml_player.document import Document
from callcenter.simulator.twiml_player.player import CallOver, Follow, LeftQueue

if TYPE_CHECKING:
    from callcenter.simulator.twiml_player.player import Player


def redirect(_player: "Player", verb: Element, page: Document) -> None:
    raise Follow(page.source.link((verb.text or "").strip(), verb.get("method", "")))


def hang_up(player: "Player", _verb: Element, _page: Document) -> None:
    endings.hang_up(player.carrier, player.call, by="company")
    raise CallOver


def reject(player: "Player", verb: Element, _page: Document) -> None:
    """As the first verb: refuse without answering, as busy or as no-answer (reason `rejected`)."""
    status = "completed" if player.call.answered else "busy"
    if verb.get("reason", "rejected") == "rejected" and status == "busy":
        status = "no-answer"
    endings.hang_up(player.carrier, player.call, by="company", status=status)
    raise CallOver


def leave(_player: "Player", _verb: Element, _page: Document) -> None:
    raise LeftQueue


def message(player: "Player", verb: Element, page: Document) -> None:
    call = player.call
    ours, theirs = (call.to, call.from_) if call.direction == "inbound" else (call.from_, call.to)
    callback = verb.get("statusCallback", "")
    messages.send(
        player.carrier,
        from_=verb.get("from", ours),
        to=verb.get("to", theirs),
        body=messages.text_of(verb),
        direction="outbound-call",
        callback=page.source.link(callback).url if callback else "",
    )

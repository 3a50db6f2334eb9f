"""Enqueue: the caller waits in a Twilio queue and hears the wait document in a loop."""

from dataclasses import replace
from xml.etree.ElementTree import Element

from callcenter.simulator.exchange import calls, endings, queues
from callcenter.simulator.exchange.queues import CarrierQueue
from callcenter.simulator.twiml_player import schema
from callcenter.simulator.twiml_player.document import Document, InvalidTwiml
from callcenter.simulator.twiml_player.player import CallOver, Follow, Jump, LeftQueue, Player


def enqueue(player: Player, verb: Element, page: Document) -> None:
    """Wait until Leave, a REST redirect or hang-up; `action` receives the result."""
    name = (verb.text or "").strip() or "default"
    action = page.source.link(verb.get("action", ""), verb.get("method", ""))
    queue = queues.enter(player.carrier, name, player.call)
    if queue is None:
        raise Follow(replace(action, params={"QueueResult": "queue-full"}))

    calls.note(player.carrier, player.call, "waiting")

    def result(word: str) -> dict[str, str]:
        waited = queues.leave(player.carrier, queue, player.call)
        return {"QueueResult": word, "QueueSid": queue.sid, "QueueTime": str(waited)}

    try:
        _wait(player, verb, page, queue)
    except LeftQueue:
        params = result("leave")
        if verb.get("action"):
            raise Follow(replace(action, params=params)) from None
    except (Jump, CallOver) as why:
        params = result("hangup" if isinstance(why, CallOver) else "redirected")
        if verb.get("action"):
            player.inform(replace(action, params=params))
        raise
    except InvalidTwiml:
        queues.leave(player.carrier, queue, player.call)
        endings.hang_up(player.carrier, player.call, by="company")
        raise CallOver from None


def _wait(player: Player, verb: Element, page: Document, queue: CarrierQueue) -> None:
    url = verb.get("waitUrl")
    if not url:
        calls.note(player.carrier, player.call, "silence" if url == "" else "music")
        player.wait(None)
        return
    while True:
        source = page.source.link(url, verb.get("waitUrlMethod", ""))
        player.play_aside(
            source,
            schema.WAITING_IN_QUEUE,
            lambda: queues.figures(player.carrier, queue, player.call),
        )
        player.wait(1)

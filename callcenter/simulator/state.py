"""State that survives a restart: webhook addresses, opt-outs, WhatsApp windows, recent messages."""

import contextlib
import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callcenter.simulator.exchange import numbers
from callcenter.simulator.exchange.media import Media
from callcenter.simulator.exchange.messages import CarrierMessage

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier

MESSAGES_KEPT = 2000


def save(carrier: "Carrier", path: Path) -> None:
    with carrier.lock:
        kept = {
            "numbers": {
                n.phone_number: {key: getattr(n, key) for key in numbers.NUMBER_SETTINGS}
                for n in carrier.books.numbers.values()
            },
            "applications": {
                a.sid: {key: getattr(a, key) for key in numbers.APPLICATION_SETTINGS}
                for a in carrier.books.applications.values()
            },
            "opted_out": sorted(carrier.books.opted_out),
            "windows": [(*pair, until) for pair, until in carrier.books.windows.items()],
            "messages": [asdict(m) for m in list(carrier.books.messages.values())[-MESSAGES_KEPT:]],
        }
        # Atomic: a killed simulator leaves the previous file intact.
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(kept, ensure_ascii=False, default=str), "utf-8")
        fresh.replace(path)


def load(carrier: "Carrier", path: Path) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        return
    kept = json.loads(path.read_text("utf-8"))
    for number in carrier.books.numbers.values():
        _apply(number, kept["numbers"].get(number.phone_number, {}))
    for application in carrier.books.applications.values():
        _apply(application, kept["applications"].get(application.sid, {}))
    carrier.books.opted_out.update((theirs, ours) for theirs, ours in kept["opted_out"])
    for theirs, ours, until in kept.get("windows", []):
        carrier.books.windows[theirs, ours] = datetime.fromisoformat(until)
    for entry in kept["messages"]:
        message = CarrierMessage(**_with_times(entry))
        message.media = [_media(item) for item in entry["media"]]
        carrier.books.messages[message.sid] = message


def _media(entry: dict[str, Any] | str) -> Media:
    # Earlier versions stored only the address.
    if isinstance(entry, str):
        return Media(type="image/jpeg", url=entry)
    return Media(**_with_times(entry))


def _apply(thing: object, values: dict[str, str]) -> None:
    for name, value in values.items():
        setattr(thing, name, value)


def _with_times(entry: dict[str, Any]) -> dict[str, Any]:
    for name in ("created", "updated", "sent"):
        with contextlib.suppress(KeyError, TypeError):
            entry[name] = datetime.fromisoformat(entry[name])
    return entry

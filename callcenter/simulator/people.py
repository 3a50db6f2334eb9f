"""People with telephones: customers, auto-answering desk telephones, agents' names."""

import json
from dataclasses import asdict, dataclass, field, fields
from hashlib import md5
from pathlib import Path
from typing import Any

from callcenter.simulator.exchange import whatsapp
from callcenter.simulator.exchange.fields import country


@dataclass
class PhoneUser:
    """Two people may share a number; a withheld number is `anonymous`.

    `whatsapp_id` replaces the number of a person who `hides_number`; `reads`: sends read receipts."""

    name: str
    number: str = ""
    language: str = "en"
    note: str = ""
    id: str = ""
    identity: str = ""
    answers_after: float | None = None
    keys: str = ""
    busy: bool = False
    unreachable: bool = False
    landline: bool = False
    whatsapp_id: str = ""
    hides_number: bool = False
    reads: bool = True

    def __post_init__(self) -> None:
        if not self.whatsapp_id and self.number.startswith("+"):
            self.whatsapp_id = made_up_id(self.number)

    @property
    def address(self) -> str:
        return f"client:{self.identity}" if self.identity else self.number

    @property
    def whatsapp_addresses(self) -> tuple[str, ...]:
        names = (self.number, self.whatsapp_id) if self.number.startswith("+") else ()
        return tuple(whatsapp.PREFIX + name for name in names)

    @property
    def addresses(self) -> tuple[str, ...]:
        return (self.address, *self.whatsapp_addresses)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def made_up_id(number: str) -> str:
    """A stable WhatsApp id derived from the number."""
    land, digest = country(number), md5(number.encode(), usedforsecurity=False).hexdigest()
    return f"{land if land.isalpha() else 'ZZ'}.{10**19 + int(digest, 16) % (9 * 10**19)}"


@dataclass
class People:
    entries: list[PhoneUser] = field(default_factory=list)

    def put(self, entry: dict[str, Any]) -> PhoneUser:
        """Add a person, or replace by id. Raises TypeError for unknown keys."""
        person = PhoneUser(**{key: value for key, value in entry.items() if value is not None})
        person.id = person.id or f"person-{len(self.entries) + 1}"
        same = [at for at, other in enumerate(self.entries) if other.id == person.id]
        if same:
            self.entries[same[0]] = person
        else:
            self.entries.append(person)
        return person

    def at(self, address: str) -> PhoneUser | None:
        return next((person for person in self.entries if address in person.addresses), None)

    def sender(self, address: str) -> str:
        """The From address; on WhatsApp the id if the person hides their number."""
        owners = [person for person in self.entries if address in person.whatsapp_addresses]
        if not owners:
            return address
        hides = any(person.hides_number for person in owners)
        return owners[0].whatsapp_addresses[1 if hides else 0]

    def phone_of(self, address: str) -> str:
        """The number of the person at an address; the bare address if unknown."""
        person = self.at(address) if whatsapp.channel(address) == "whatsapp" else None
        return person.number if person else whatsapp.bare(address)

    def by_id(self, person_id: str) -> PhoneUser | None:
        return next((person for person in self.entries if person.id == person_id), None)

    def name_of(self, address: str) -> str:
        person = self.at(address)
        return person.name if person else ""


DEMO_PEOPLE: list[dict[str, Any]] = [
    {"name": "Carla Mendes", "number": "+14155550142", "language": "en", "note": "gold"},
    {"name": "李雷", "number": "+8613855500163", "language": "zh", "note": "银卡"},
    {"name": "Tom Becker", "number": "+12125550178", "language": "en", "note": "standard"},
    {"name": "王芳", "number": "+8613955500121", "language": "zh", "note": "金卡"},
    {"name": "Mary Okafor", "number": "+16465550119", "language": "en", "note": "silver"},
    {"name": "A number we do not know", "number": "+16505550100", "language": "en"},
    {"name": "Number withheld", "number": "anonymous", "language": "en", "note": "caller’s number is hidden"},
    {"name": "Mallory", "number": "+15105550166", "language": "en", "note": "two people share it"},
    {"name": "Malin", "number": "+15105550166", "language": "en", "note": "two people share it"},
]


def load(path: Path | None) -> People:
    """The people of a JSON list, or the demo's. Ignores unknown keys."""
    known = {part.name for part in fields(PhoneUser)}
    people = People()
    entries = json.loads(path.read_text("utf-8")) if path and path.exists() else DEMO_PEOPLE
    for entry in entries:
        people.put({key: value for key, value in entry.items() if key in known})
    return people

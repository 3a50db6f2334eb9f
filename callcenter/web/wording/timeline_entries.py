"""One timeline entry, and the names that its sentence needs. The sentences: `web/timeline`."""

from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _

from callcenter.storage.messages.messages import Message


@dataclass(frozen=True)
class TimelineEntry:
    """`kind`: colour of the line: "" (most), bad, give, ok."""

    icon: str
    strong: str
    text: str = ""
    quote: str = ""
    kind: str = ""
    at: datetime | None = None
    time: str = ""


@dataclass(frozen=True)
class TimelineNames:
    """Names and texts by id, read once for all rows. `reader`: shown as "You"."""

    agents: dict[int, str]
    queues: dict[int, str]
    messages: dict[int, Message]
    comments: dict[int, str]
    reader: int | None = None
    currencies: dict[int, str] = field(default_factory=dict)  # by customer, of prices
    language: str = field(default="en")
    departments: dict[str, str] = field(default_factory=dict)

    def agent(self, agent_id: int | None) -> str:
        if agent_id is not None and agent_id == self.reader:
            return _("You")
        return self.agents.get(agent_id or 0, _("Somebody"))

    def actor(self, label: str) -> str:
        """Name of an actor label: "agent:7", "customer", "token:…", "system"."""
        kind, _sep, id_ = label.partition(":")
        if kind == "agent" and id_.isdigit():
            return self.agent(int(id_))
        if kind == "customer":
            return _("The customer")
        return id_ if kind == "token" else _("The system")

    def queue(self, queue_id: int | None) -> str:
        return self.queues.get(queue_id or 0, "")

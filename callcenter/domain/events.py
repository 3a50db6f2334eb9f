"""Events, in the past tense: rows of `history` with ids and facts."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, TypedDict

from callcenter.domain.upcasts import UPCASTS


class Subjects(TypedDict, total=False):
    interaction_id: int | None
    ticket_id: int | None
    customer_id: int | None
    agent_id: int | None


# These fields have columns of their own; the others go into `data`.
SUBJECTS = ("interaction_id", "ticket_id", "customer_id", "agent_id", "actor")


@dataclass(frozen=True, kw_only=True)
class Event:
    interaction_id: int | None = None
    ticket_id: int | None = None
    customer_id: int | None = None
    agent_id: int | None = None  # the agent concerned
    actor: str = "system"  # "agent:7", "token:<name>", "customer" or "system"

    kinds: ClassVar[dict[str, type["Event"]]] = {}
    version: ClassVar[int] = 1  # of the data; raised together with a line in UPCASTS

    def __init_subclass__(cls) -> None:
        Event.kinds[cls.__name__] = cls

    @property
    def kind(self) -> str:
        return type(self).__name__

    @staticmethod
    def read(kind: str, version: int, subjects: Subjects, data: Mapping[str, Any]) -> "Event":
        """Reads an event of any version; unknown fields are dropped."""
        while upcast := UPCASTS.get((kind, version)):
            data, version = upcast(data), version + 1
        known = Event.kinds[kind]
        names = {f.name for f in fields(known)}
        return known(**subjects, **{name: value for name, value in data.items() if name in names})

    def data(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in SUBJECTS}


@dataclass(frozen=True, kw_only=True)
class CallReceived(Event):
    queue_id: int | None = None  # set if the number has no menu


@dataclass(frozen=True, kw_only=True)
class MenuChosen(Event):
    digit: str
    queue_id: int


@dataclass(frozen=True, kw_only=True)
class QueueEntered(Event):
    """`place` and `expected_seconds`: as announced."""

    queue_id: int
    place: int | None = None
    expected_seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class OfferMade(Event):
    offer_id: int
    seconds: int


@dataclass(frozen=True, kw_only=True)
class OfferEnded(Event):
    offer_id: int
    outcome: str  # accepted, declined, expired, withdrawn, transferred or failed (no leg came up)
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class InteractionAccepted(Event):
    offer_id: int
    waited_seconds: int = 0


@dataclass(frozen=True, kw_only=True)
class CallConnected(Event):
    """Customer and agent hear each other."""

    waited_seconds: int = 0


@dataclass(frozen=True, kw_only=True)
class DeskTelephoneToRing(Event):
    offer_id: int


@dataclass(frozen=True, kw_only=True)
class CallerLeftAlone(Event):
    """The agent's leg is gone; the caller waits again, at the old place."""

    offer_id: int


@dataclass(frozen=True, kw_only=True)
class CallHeld(Event):
    pass


@dataclass(frozen=True, kw_only=True)
class CallResumed(Event):
    held_seconds: int


@dataclass(frozen=True, kw_only=True)
class CallEnded(Event):
    by: str  # customer, agent or system
    result: str  # served, abandoned, left_in_menu, closed or failed
    waited_seconds: int = 0
    talked_seconds: int = 0


@dataclass(frozen=True, kw_only=True)
class ConversationStarted(Event):
    queue_id: int
    channel: str = "sms"


@dataclass(frozen=True, kw_only=True)
class ConversationEnded(Event):
    by: str
    result: str = "served"


@dataclass(frozen=True, kw_only=True)
class WrapUpExtended(Event):
    seconds: int


@dataclass(frozen=True, kw_only=True)
class WrapUpFinished(Event):
    outcome: str  # empty if the time ran out
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class NoteWritten(Event):
    note: str


@dataclass(frozen=True, kw_only=True)
class MessageReceived(Event):
    message_id: int


@dataclass(frozen=True, kw_only=True)
class MessageQueued(Event):
    message_id: int


@dataclass(frozen=True, kw_only=True)
class MessageStatusChanged(Event):
    message_id: int
    status: str
    error_code: int | None = None


@dataclass(frozen=True, kw_only=True)
class AttachmentFetched(Event):
    message_id: int
    attachment_id: int
    state: str  # `domain.attachments.AttachmentState`


@dataclass(frozen=True, kw_only=True)
class CustomerCreated(Event):
    pass


@dataclass(frozen=True, kw_only=True)
class CustomerChanged(Event):
    changed: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class CustomerRecognised(Event):
    """An agent identified the customer; the number alone did not."""


@dataclass(frozen=True, kw_only=True)
class CustomerOptedOut(Event):
    """No more messages to addresses of this kind."""

    version = 2
    address_kind: str = "phone"


@dataclass(frozen=True, kw_only=True)
class CustomerOptedIn(Event):
    version = 2
    address_kind: str = "phone"


@dataclass(frozen=True, kw_only=True)
class TicketOpened(Event):
    number: str


@dataclass(frozen=True, kw_only=True)
class TicketChanged(Event):
    changed: dict[str, Any]  # {field: [before, after]}


@dataclass(frozen=True, kw_only=True)
class TicketSolved(Event):
    pass


@dataclass(frozen=True, kw_only=True)
class CommentWritten(Event):
    comment_id: int


@dataclass(frozen=True, kw_only=True)
class SurveyPlanned(Event):
    survey_id: int
    due_at: str


@dataclass(frozen=True, kw_only=True)
class SurveySent(Event):
    survey_id: int
    message_id: int


@dataclass(frozen=True, kw_only=True)
class SurveyCancelled(Event):
    survey_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(Event):
    survey_id: int
    score: int
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class StatusChanged(Event):
    status: str
    before: str
    reason: str = ""  # the kind of break, or why the system changed it


@dataclass(frozen=True, kw_only=True)
class StateChanged(Event):
    state: str  # `domain.agents.AgentState`
    before: str


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    pass


@dataclass(frozen=True, kw_only=True)
class SignedOut(Event):
    reason: str = ""

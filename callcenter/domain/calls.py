"""Reports of a telephone leg, and our answers, as values. `telephony/twiml.py` renders the answers."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, kw_only=True)
class IncomingCall:
    """`caller` is E.164, or None if withheld or malformed."""

    sid: str
    caller: str | None
    called: str


class CallStatus(StrEnum):
    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


RANK = {
    CallStatus.QUEUED: 0,
    CallStatus.INITIATED: 1,
    CallStatus.RINGING: 2,
    CallStatus.IN_PROGRESS: 3,
    CallStatus.COMPLETED: 9,
    CallStatus.BUSY: 9,
    CallStatus.FAILED: 9,
    CallStatus.NO_ANSWER: 9,
    CallStatus.CANCELED: 9,
}
OVER = 9


@dataclass(frozen=True, kw_only=True)
class LegReport:
    """Reports on one leg may arrive in any order."""

    sid: str
    status: CallStatus
    sequence: int | None = None


@dataclass(frozen=True, kw_only=True)
class ConferenceReport:
    """`label`: the participant's. `sequence` counts within the conference.

    `call_status` is set when a participant leaves; in-progress: the leg left only the conference.
    """

    conference_sid: str
    name: str
    event: str
    sequence: int
    call_sid: str | None = None
    label: str | None = None
    reason: str | None = None
    call_status: str | None = None


@dataclass(frozen=True, kw_only=True)
class MenuChoice:
    digit: str
    label: str


@dataclass(frozen=True, kw_only=True)
class OfferMenu:
    """`choices` in reading order; `other_language` is on key 9. `again`: without the greeting."""

    interaction_id: int
    language: str
    company: str
    name: str | None
    choices: tuple[MenuChoice, ...]
    other_language: str | None = None
    again: bool = False
    wrong_key: bool = False


@dataclass(frozen=True, kw_only=True)
class Wait:
    """The caller waits in the interaction's conference. `company`: the name to say first."""

    interaction_id: int
    language: str
    company: str = ""


@dataclass(frozen=True, kw_only=True)
class AskForCallback:
    """Key 1 takes a callback; any other key keeps waiting."""

    interaction_id: int
    language: str
    expected_seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class SayPromised:
    """`until` is in the zone that is spoken."""

    interaction_id: int
    language: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class TakeMessage:
    interaction_id: int
    language: str


@dataclass(frozen=True, kw_only=True)
class JoinAgain:
    """The conference ended and the agent is still connected: pause, then check whether the call is over."""

    interaction_id: int


@dataclass(frozen=True, kw_only=True)
class TellPlace:
    """`place` and `expected_seconds` are None if unknown. `star`: the * key opens the callback offer.

    `passed_to`: the queue that the caller overflowed to.
    """

    interaction_id: int
    language: str
    place: int | None
    expected_seconds: int | None
    first: bool = True
    star: bool = False
    passed_to: str = ""


@dataclass(frozen=True, kw_only=True)
class JoinAgent:
    interaction_id: int
    agent_id: int
    # Labels the participant: the agent's previous leg may still be in the conference.
    leg_id: int
    language: str


@dataclass(frozen=True, kw_only=True)
class AskAgentToPress:
    """An agent at a desk telephone presses 1 to accept, which voicemail cannot."""

    interaction_id: int
    agent_id: int
    offer_id: int
    language: str


@dataclass(frozen=True, kw_only=True)
class SayClosed:
    """`opens`: the next opening in the queue's zone; None if unknown."""

    interaction_id: int
    language: str
    opens: datetime | None


@dataclass(frozen=True, kw_only=True)
class Apologise:
    """Our side failed. The caller never hears an error page."""

    language: str
    reason: str = "failed"


@dataclass(frozen=True, kw_only=True)
class HangUp:
    pass


Answer = (
    OfferMenu
    | Wait
    | AskForCallback
    | SayPromised
    | TakeMessage
    | TellPlace
    | JoinAgent
    | JoinAgain
    | AskAgentToPress
    | SayClosed
    | Apologise
    | HangUp
)


@dataclass(frozen=True, kw_only=True)
class Connection:
    """Parameters of the browser's Device.connect, which its leg sends back."""

    interaction_id: int
    offer_id: int
    params: dict[str, str] = field(default_factory=dict)

"""What reaches us from a telephone line, and what we answer: values only. `telephony/twiml.py` says it to Twilio."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, kw_only=True)
class IncomingCall:
    """A first request about a call. `caller` is E.164, or None where withheld or malformed."""

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
    """One report on one leg of a call, in whatever order it came."""

    sid: str
    status: CallStatus
    sequence: int | None = None


@dataclass(frozen=True, kw_only=True)
class ConferenceReport:
    """One conference event. `label` is the participant's, `sequence` counts within the conference.

    `call_status`: how the call is of one who left; "in-progress" has only left the conference.
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
    """Greet and ask for a key; `again`: without the greeting, it was heard already.

    `choices` are in the order they are read; `other_language` is offered on key 9.
    """

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
    """Into the conference named after the interaction, there to wait for an agent. `company`: first say who calls."""

    interaction_id: int
    language: str
    company: str = ""


@dataclass(frozen=True, kw_only=True)
class AskForCallback:
    """Led out of waiting, or before it: 1 for a callback in place of waiting, anything else waits on."""

    interaction_id: int
    language: str
    expected_seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class SayPromised:
    """We call back until `until`, in the zone in which it is told."""

    interaction_id: int
    language: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class TakeMessage:
    """Waited too long: what they say is recorded."""

    interaction_id: int
    language: str


@dataclass(frozen=True, kw_only=True)
class JoinAgain:
    """The agent's conference ended round them: wait a moment, then ask whether the call is over."""

    interaction_id: int


@dataclass(frozen=True, kw_only=True)
class TellPlace:
    """While waiting: place in the queue and expected minutes, None where not known well enough to tell.

    `star`: the key brings the offer of a callback. `passed_to`: the queue they were passed on to.
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
    """The agent's leg enters the conference, under a label of its own: the line before it may linger there."""

    interaction_id: int
    agent_id: int
    leg_id: int
    language: str


@dataclass(frozen=True, kw_only=True)
class AskAgentToPress:
    """An agent on a desk telephone: press 1 to take it, so that a voicemail cannot."""

    interaction_id: int
    agent_id: int
    offer_id: int
    language: str


@dataclass(frozen=True, kw_only=True)
class SayClosed:
    """After hours. `opens`: when we open again, in the queue's own zone; None where that is not known."""

    interaction_id: int
    language: str
    opens: datetime | None


@dataclass(frozen=True, kw_only=True)
class Apologise:
    """Something failed on our side. The caller never hears an error page."""

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
    """What a browser passes to Device.connect, and what its leg brings back to us."""

    interaction_id: int
    offer_id: int
    params: dict[str, str] = field(default_factory=dict)

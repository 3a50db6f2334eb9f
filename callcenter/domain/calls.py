"""What a telephone leg reports, and what we answer: values only. `telephony/twiml.py` renders answers for Twilio."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, kw_only=True)
class IncomingCall:
    """The first request about a call. `caller` is E.164, or None if withheld or malformed."""

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
    """One report on one leg of a call; reports may come in any order."""

    sid: str
    status: CallStatus
    sequence: int | None = None


@dataclass(frozen=True, kw_only=True)
class ConferenceReport:
    """One conference event. `label` is the participant's, `sequence` counts within the conference.

    `call_status`: the call's status when a participant leaves; "in-progress": they left only the conference.
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
    """Greet and ask for a key. `again`: without the greeting, which the caller has heard.

    `choices` are in reading order; `other_language` is offered on key 9.
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
    """The caller joins the conference named after the interaction and waits. `company`: say its name first."""

    interaction_id: int
    language: str
    company: str = ""


@dataclass(frozen=True, kw_only=True)
class AskForCallback:
    """Before or during the wait: 1 takes a callback in place of waiting, any other key goes on waiting."""

    interaction_id: int
    language: str
    expected_seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class SayPromised:
    """Say that we call back by `until`, in the zone that is spoken."""

    interaction_id: int
    language: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class TakeMessage:
    """The caller waited too long: record a message."""

    interaction_id: int
    language: str


@dataclass(frozen=True, kw_only=True)
class JoinAgain:
    """The conference ended and the agent is still on the line: wait a moment, then ask whether the call is over."""

    interaction_id: int


@dataclass(frozen=True, kw_only=True)
class TellPlace:
    """While waiting: place in the queue and expected minutes, None if not known well enough to say.

    `star`: the * key leads to the callback offer. `passed_to`: the queue that the caller was moved to.
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
    """The agent's leg enters the conference, under a label of its own: the agent's previous leg may still be there."""

    interaction_id: int
    agent_id: int
    leg_id: int
    language: str


@dataclass(frozen=True, kw_only=True)
class AskAgentToPress:
    """An agent on a desk telephone presses 1 to take the call, so that a voicemail cannot."""

    interaction_id: int
    agent_id: int
    offer_id: int
    language: str


@dataclass(frozen=True, kw_only=True)
class SayClosed:
    """After hours. `opens`: the next opening in the queue's zone; None if not known."""

    interaction_id: int
    language: str
    opens: datetime | None


@dataclass(frozen=True, kw_only=True)
class Apologise:
    """Something failed on our side: apologise. The caller never hears an error page."""

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
    """What a browser passes to Device.connect, and what its leg sends back to us."""

    interaction_id: int
    offer_id: int
    params: dict[str, str] = field(default_factory=dict)

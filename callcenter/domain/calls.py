"""Reports of a telephone leg, and our answers. `telephony/twiml.py` renders the answers."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, kw_only=True)
class IncomingCall:
    sid: str
    caller: str | None  # E.164; None if withheld or malformed
    called: str
    since: datetime | None = None  # the first try, if the database was away


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
    is_asked: bool = False  # we asked, no report came


@dataclass(frozen=True, kw_only=True)
class ConferenceReport:
    conference_sid: str
    name: str
    event: str
    sequence: int  # counts within the conference
    call_sid: str | None = None
    label: str | None = None  # the participant's
    reason: str | None = None
    call_status: str | None = None  # when a participant leaves; in-progress: the leg left only the conference


@dataclass(frozen=True, kw_only=True)
class MenuChoice:
    digit: str
    label: str


@dataclass(frozen=True, kw_only=True)
class OfferMenu:
    interaction_id: int
    language: str
    company: str
    name: str | None
    choices: tuple[MenuChoice, ...]  # in reading order
    other_language: str | None = None  # on key 9
    again: bool = False  # without the greeting
    wrong_key: bool = False


@dataclass(frozen=True, kw_only=True)
class Wait:
    """The caller waits in the interaction's conference."""

    interaction_id: int
    language: str
    company: str = ""  # the name to say first


@dataclass(frozen=True, kw_only=True)
class AskForCallback:
    """Key 1 takes a callback; any other key keeps waiting."""

    interaction_id: int
    language: str
    expected_seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class SayPromised:
    interaction_id: int
    language: str
    until: datetime  # in the zone that is spoken


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
    interaction_id: int
    language: str
    place: int | None  # None if unknown
    expected_seconds: int | None  # None if unknown
    first: bool = True
    star: bool = False  # the * key opens the callback offer
    passed_to: str = ""  # the queue that the caller overflowed to


@dataclass(frozen=True, kw_only=True)
class JoinAgent:
    interaction_id: int
    agent_id: int
    # Labels the participant: the agent's previous leg may still be in the conference.
    leg_id: int
    language: str


@dataclass(frozen=True, kw_only=True)
class AskAgentToPress:
    """At a desk telephone, 1 accepts the call; voicemail cannot press it."""

    interaction_id: int
    agent_id: int
    offer_id: int
    language: str


@dataclass(frozen=True, kw_only=True)
class SayClosed:
    interaction_id: int
    language: str
    opens: datetime | None  # in the queue's zone; None if unknown


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
    """Parameters of the browser's Device.connect."""

    interaction_id: int
    offer_id: int
    params: dict[str, str] = field(default_factory=dict)  # what its leg sends back

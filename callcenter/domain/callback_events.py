"""What can happen to callbacks, and to those who wait too long or are passed on; like `events`."""

from dataclasses import dataclass
from typing import Any

from callcenter.domain.events import Event


@dataclass(frozen=True, kw_only=True)
class CallbackPromised(Event):
    """`promised_until` was told to the customer. `source`: key, offered, max_wait, agent or api."""

    callback_id: int
    queue_id: int
    promised_until: str
    source: str


@dataclass(frozen=True, kw_only=True)
class CustomerToCall(Event):
    """It is the customer's turn to be dialled: the telephone company is to do it."""

    callback_id: int


@dataclass(frozen=True, kw_only=True)
class CallerToBringBack(Event):
    """An agent has taken the call while the caller was asked something outside of the conference."""


@dataclass(frozen=True, kw_only=True)
class CallbackTried(Event):
    """They were not reached. `outcome`: no-answer, busy, failed, refused or left; `next_try_at` "" after the last attempt."""

    callback_id: int
    outcome: str
    tries: int
    next_try_at: str = ""


@dataclass(frozen=True, kw_only=True)
class LineToEnd(Event):
    """An agent's line is still up in a call that is no longer theirs."""


@dataclass(frozen=True, kw_only=True)
class CallbackKept(Event):
    """Customer and agent speak. `how`: called (we called) or called_us (they were faster)."""

    callback_id: int
    in_time: bool
    how: str = "called"


@dataclass(frozen=True, kw_only=True)
class CallbackFailed(Event):
    callback_id: int
    tries: int


@dataclass(frozen=True, kw_only=True)
class CallbackCancelled(Event):
    callback_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class CallbackChanged(Event):
    """`changed`: {field: [before, after]}."""

    callback_id: int
    changed: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Overflowed(Event):
    """Waited longer than the queue allows. `way`: queue, callback or voicemail; `queue_id`: where to."""

    way: str
    waited_seconds: int
    queue_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class VoicemailLeft(Event):
    url: str
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Transferred(Event):
    """`agent_id` is who passed it on; `queue_id` or `to_agent_id` is where to."""

    reason: str
    queue_id: int | None = None
    to_agent_id: int | None = None

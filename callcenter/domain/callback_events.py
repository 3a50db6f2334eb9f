"""Events about callbacks, overflow and transfers."""

from dataclasses import dataclass
from typing import Any

from callcenter.domain.events import Event


@dataclass(frozen=True, kw_only=True)
class CallbackPromised(Event):
    callback_id: int
    queue_id: int
    promised_until: str
    source: str  # key, offered, max_wait, agent or api


@dataclass(frozen=True, kw_only=True)
class CustomerToCall(Event):
    callback_id: int


@dataclass(frozen=True, kw_only=True)
class CallerToBringBack(Event):
    """An agent took the call while the caller was in a menu outside the conference."""


@dataclass(frozen=True, kw_only=True)
class CallbackTried(Event):
    callback_id: int
    outcome: str  # no-answer, busy, failed, refused or left
    tries: int
    next_try_at: str = ""  # empty after the last attempt


@dataclass(frozen=True, kw_only=True)
class LegToEnd(Event):
    """An agent's leg is up in a call that the agent no longer serves."""


@dataclass(frozen=True, kw_only=True)
class CallbackKept(Event):
    callback_id: int
    in_time: bool
    how: str = "called"  # called (we called) or called_us (the customer called first)


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
    callback_id: int
    changed: dict[str, Any]  # {field: [before, after]}


@dataclass(frozen=True, kw_only=True)
class Overflowed(Event):
    way: str  # queue, callback or voicemail
    waited_seconds: int
    queue_id: int | None = None  # the target


@dataclass(frozen=True, kw_only=True)
class VoicemailLeft(Event):
    url: str
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Transferred(Event):
    """`agent_id` transferred it."""

    reason: str
    queue_id: int | None = None  # the target, or `to_agent_id`
    to_agent_id: int | None = None

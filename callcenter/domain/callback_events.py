"""Events about callbacks, overflow and transfers."""

from dataclasses import dataclass
from typing import Any

from callcenter.domain.events import Event


@dataclass(frozen=True, kw_only=True)
class CallbackPromised(Event):
    """`source`: key, offered, max_wait, agent or api."""

    callback_id: int
    queue_id: int
    promised_until: str
    source: str


@dataclass(frozen=True, kw_only=True)
class CustomerToCall(Event):
    """The provider dials the customer now."""

    callback_id: int


@dataclass(frozen=True, kw_only=True)
class CallerToBringBack(Event):
    """An agent took the call while the caller was in a menu outside the conference."""


@dataclass(frozen=True, kw_only=True)
class CallbackTried(Event):
    """`outcome`: no-answer, busy, failed, refused or left. `next_try_at` is empty after the last attempt."""

    callback_id: int
    outcome: str
    tries: int
    next_try_at: str = ""


@dataclass(frozen=True, kw_only=True)
class LineToEnd(Event):
    """An agent's leg is still up in a call that the agent no longer serves."""


@dataclass(frozen=True, kw_only=True)
class CallbackKept(Event):
    """`how`: called (we called) or called_us (the customer called first)."""

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
    """`way`: queue, callback or voicemail. `queue_id`: the target queue."""

    way: str
    waited_seconds: int
    queue_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class VoicemailLeft(Event):
    url: str
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Transferred(Event):
    """`agent_id` transferred it; `queue_id` or `to_agent_id` is the target."""

    reason: str
    queue_id: int | None = None
    to_agent_id: int | None = None

"""Events about set-up: queues, hours, skills, the company's settings; and what-if runs."""

from dataclasses import dataclass
from typing import Any

from callcenter.domain.events import Event


@dataclass(frozen=True, kw_only=True)
class QueueChanged(Event):
    """A queue is new, changed, or no longer in use. `changed`: {field: [before, after]}."""

    queue_id: int
    changed: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class HoursChanged(Event):
    """A queue's opening hours changed: `changed` as in `QueueChanged`."""

    queue_id: int
    changed: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class SkillsChanged(Event):
    """An agent's skills or capacity changed. `changed`: {"skills.billing": [before, after], …}."""

    changed: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class RoutingChanged(Event):
    """The company's routing numbers, skills or kinds of break changed. `changed` as in `QueueChanged`."""

    changed: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class WhatIfAsked(Event):
    """A supervisor asks to play past days again with a change."""

    what_if_id: int


@dataclass(frozen=True, kw_only=True)
class WhatIfEnded(Event):
    """`state`: done or failed."""

    what_if_id: int
    state: str


@dataclass(frozen=True, kw_only=True)
class RuleWordsChanged(Event):
    """A department, cause, company's system or team's department changed. `changed` as in `QueueChanged`."""

    changed: dict[str, Any]

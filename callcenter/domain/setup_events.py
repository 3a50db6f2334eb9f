"""Events about set-up and what-if runs."""

from dataclasses import dataclass
from typing import Any

from callcenter.domain.events import Event


@dataclass(frozen=True, kw_only=True)
class QueueChanged(Event):
    """New, changed, or no longer in use."""

    queue_id: int
    changed: dict[str, Any]  # {field: [before, after]}


@dataclass(frozen=True, kw_only=True)
class HoursChanged(Event):
    queue_id: int
    changed: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class SkillsChanged(Event):
    changed: dict[str, Any]  # {"skills.billing": [before, after], …}


@dataclass(frozen=True, kw_only=True)
class RoutingChanged(Event):
    changed: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class WhatIfAsked(Event):
    what_if_id: int


@dataclass(frozen=True, kw_only=True)
class WhatIfEnded(Event):
    what_if_id: int
    state: str  # done or failed


@dataclass(frozen=True, kw_only=True)
class RuleWordsChanged(Event):
    """A department, cause, company system or a team's department."""

    changed: dict[str, Any]

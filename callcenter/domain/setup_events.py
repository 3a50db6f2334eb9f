"""Events about queues, hours, skills, the company's settings, and what-if runs."""

from dataclasses import dataclass
from typing import Any

from callcenter.domain.events import Event


@dataclass(frozen=True, kw_only=True)
class QueueChanged(Event):
    """New, changed, or no longer in use. `changed`: {field: [before, after]}."""

    queue_id: int
    changed: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class HoursChanged(Event):
    queue_id: int
    changed: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class SkillsChanged(Event):
    """Skills or capacity. `changed`: {"skills.billing": [before, after], …}."""

    changed: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class RoutingChanged(Event):
    """The company's routing numbers, skills or kinds of break."""

    changed: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class WhatIfAsked(Event):
    what_if_id: int


@dataclass(frozen=True, kw_only=True)
class WhatIfEnded(Event):
    """`state`: done or failed."""

    what_if_id: int
    state: str


@dataclass(frozen=True, kw_only=True)
class RuleWordsChanged(Event):
    """A department, cause, company system or a team's department."""

    changed: dict[str, Any]

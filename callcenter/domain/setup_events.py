"""What an administrator changed: queues, hours, skills, the company's numbers; and what a leader tried out on past days."""

from dataclasses import dataclass
from typing import Any

from callcenter.domain.events import Event


@dataclass(frozen=True, kw_only=True)
class QueueChanged(Event):
    """A queue is new, set up anew, or no longer in use. `changed`: {field: [before, after]}."""

    queue_id: int
    changed: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class HoursChanged(Event):
    """A queue opens and closes at other times: `changed` as in `QueueChanged`."""

    queue_id: int
    changed: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class SkillsChanged(Event):
    """What an agent can do, or how much at once. `changed`: {"skills.billing": [before, after], …}."""

    changed: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class RoutingChanged(Event):
    """The company's own numbers, skills or kinds of break. `changed` as in `QueueChanged`."""

    changed: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class WhatIfAsked(Event):
    """A leader wishes to see past days played again with something otherwise."""

    what_if_id: int


@dataclass(frozen=True, kw_only=True)
class WhatIfEnded(Event):
    """`state`: done or failed."""

    what_if_id: int
    state: str


@dataclass(frozen=True, kw_only=True)
class RuleWordsChanged(Event):
    """What rules refer to: a department, a cause, a company's system, a team's department. `changed` as in `QueueChanged`."""

    changed: dict[str, Any]

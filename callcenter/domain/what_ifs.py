"""What-if scenarios, and the past data to play them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from callcenter.domain.errors import N_
from callcenter.domain.queues import NotValid, SettingProblem
from callcenter.domain.routing import CompanyPolicy, QueuePolicy
from callcenter.domain.routing.policy import RingRule, Seconds, Setting

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WORKDAYS = "workdays"
NEW_RINGS = ("skills", "language", "supervisors")
MINUTES_A_DAY = 1440
Span = tuple[float, float]


class WhatIfScenario(Setting):
    """The days to play again, and the change in one queue."""

    weeks: Annotated[int, Field(ge=1, le=8)] = 4
    day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "workdays"]
    percent: Annotated[int, Field(ge=10, le=2_000)] = 100  # of those days' calls, with and without the change
    queue_id: Annotated[int, Field(ge=1, le=2**63 - 1)]
    agents: Annotated[int, Field(ge=-50, le=50)] = 0  # more (or fewer) with the queue's skills
    since: Annotated[int, Field(ge=0, le=MINUTES_A_DAY)] = 0  # minutes of the day, to `until`
    until: Annotated[int, Field(ge=0, le=MINUTES_A_DAY)] = MINUTES_A_DAY
    # An existing one ("2", "3" …), or a new last one: any skills, any language, or with supervisors.
    ring: Annotated[str, Field(pattern=r"^(|[2-9]|skills|language|supervisors)$")] = ""
    ring_after: Seconds | None = None  # seconds
    priority: Annotated[int, Field(ge=0, le=3_600)] | None = None

    @property
    def weekdays(self) -> tuple[int, ...]:
        """0 is Monday."""
        return (0, 1, 2, 3, 4) if self.day == WORKDAYS else (DAYS.index(self.day),)


def check(scenario: WhatIfScenario, policy: QueuePolicy | None, priority: int) -> None:
    """Raises NotValid if nothing would change or the change does not fit."""
    problems: dict[str, SettingProblem] = {}
    # No such queue.
    if policy is None:
        problems["queue_id"] = SettingProblem(N_("Choose one of these."))
    elif not scenario.agents and not scenario.ring and scenario.priority in (None, priority):
        problems["agents"] = SettingProblem(N_("Say what would be otherwise: agents, a ring or the priority."))
    if scenario.agents and scenario.until <= scenario.since:
        problems["until"] = SettingProblem(N_("This must be later than the beginning."))
    if policy is not None and scenario.ring and (wrong := _wrong_ring(scenario, policy)):
        problems |= wrong
    if problems:
        raise NotValid(problems)


def _wrong_ring(scenario: WhatIfScenario, policy: QueuePolicy) -> dict[str, SettingProblem]:
    place = len(policy.rings) if scenario.ring in NEW_RINGS else int(scenario.ring) - 2
    if scenario.ring not in NEW_RINGS and place >= len(policy.rings):
        return {"ring": SettingProblem(N_("This queue has no such ring."))}
    if scenario.ring_after is None:
        return {"ring_after": SettingProblem(N_("Write a number."))}
    before = policy.rings[place - 1].after if place else 0
    after = policy.rings[place + 1].after if place + 1 < len(policy.rings) else None
    if place and scenario.ring_after <= before:
        return {
            "ring_after": SettingProblem(
                N_("The ring before opens after %(seconds)s s: this one must open later."), {"seconds": before}
            )
        }
    if after is not None and scenario.ring_after >= after:
        return {
            "ring_after": SettingProblem(
                N_("The next ring opens after %(seconds)s s: this one must open earlier."), {"seconds": after}
            )
        }
    return {}


def changed(policy: QueuePolicy, scenario: WhatIfScenario) -> QueuePolicy:
    if not scenario.ring or scenario.ring_after is None:
        return policy
    rings = list(policy.rings)
    if scenario.ring in NEW_RINGS:
        rings.append(_new_ring(scenario.ring, scenario.ring_after))
    else:
        place = int(scenario.ring) - 2
        rings[place] = rings[place].model_copy(update={"after": scenario.ring_after})
    return policy.model_copy(update={"rings": tuple(rings)})


def _new_ring(kind: str, after: int) -> RingRule:
    if kind == "skills":
        return RingRule(after=after, skills={}, roles=("agent",))
    if kind == "language":
        return RingRule(after=after, any_language=True, roles=("agent",))
    return RingRule(after=after, roles=("agent", "supervisor"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    queue_id: int
    language: str
    at: float  # seconds after midnight
    waited: float  # seconds until answered or abandoned
    handled: float | None  # seconds to the end of wrap-up; None if not served
    gave_up: bool = False
    tier: str = ""
    extra: float = 0.0  # points beyond the queue's and channel's
    knows: int | None = None  # an agent who knew the caller
    affinity: str = ""  # ticket, account or last


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAgent:
    """A simulated agent."""

    id: int
    skills: Mapping[str, int]
    languages: tuple[str, ...]
    team_id: int | None = None
    role: str = "agent"
    conversations: int = 3
    limits: Mapping[str, Any] = field(default_factory=dict)  # differences from the company's capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueThen:
    id: int
    policy: QueuePolicy
    priority: int
    target_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDay:
    date: str
    calls: tuple[PastCall, ...]
    duty: Mapping[int, tuple[Span, ...]]  # {agent: spans available for calls, in seconds after midnight}


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDays:
    days: tuple[PastDay, ...]
    left_out: Mapping[str, int]  # {reason: days}
    queues: tuple[QueueThen, ...]
    servers: tuple[PastAgent, ...]
    numbers: CompanyPolicy
    delays: tuple[float, ...] = ()  # seconds until an offer was accepted
    missed: float = 0.0  # share of offers not accepted

    def queue(self, queue_id: int) -> QueueThen:
        return next(queue for queue in self.queues if queue.id == queue_id)


class TooLittleKnown(Exception):
    """`reason`: no_days, no_calls, no_duty, too_few."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)

"""The scenario format: agents, queues, customers. Built from YAML, JSON or Python; `Scenario.model_json_schema()`."""

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from callcenter.domain.channels import Channel, Medium
from callcenter.domain.errors import DomainError
from callcenter.domain.routing import CompanyPolicy
from callcenter.simulation.arrivals import Arrivals, Rate
from callcenter.simulation.times import Constant, Duration, Model, Seconds

SHIPPED = Path(__file__).parent / "scenarios"
Skills = dict[str, Annotated[int, Field(ge=1, le=100)]]
Share = Annotated[float, Field(ge=0, le=1)]
Names = Annotated[tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)]
LIVE = CompanyPolicy()


class ScenarioError(DomainError):
    """The message says what to change."""


class ScenarioRing(Model):
    """A wider circle of agents, open after `after` seconds of waiting. `skills` replaces the queue's; {}: none needed."""

    after: Seconds
    skills: Skills | None = None
    any_language: bool = False
    teams: Names = ()
    roles: Names = ()
    groups: Names = Field(default=(), description="Only agents of these groups.")
    agents: tuple[int, ...] = Field(
        default=(), description="Only these agents; they are numbered from 1 in the order of groups."
    )
    tiers: Names = ()
    skip_if_empty: bool = True


class Target(Model):
    """Service level target: percent within seconds."""

    seconds: Seconds = 20.0
    percent: Annotated[float, Field(ge=0, le=100)] = 80.0


class ScenarioQueue(Model):
    """`priority`: points, each worth one second of waiting at aging 1. `aging`: points a second of waiting."""

    name: str = "all"
    skills: Skills = Field(default={})
    prefers: Skills = Field(default={}, description="Nice to have: the best match is asked first.")
    rings: tuple[ScenarioRing, ...] = Field(
        default=(), description="After the first, which is open to agents with the skills."
    )
    priority: Annotated[float, Field(ge=0)] = 0.0
    aging: Annotated[float, Field(gt=0)] = 1.0
    target: Target = Target()


class Capacity(Model):
    """Concurrent work, as in the live app. `total` defaults to conversations + 1."""

    calls: Annotated[int, Field(ge=0)] = 1
    conversations: Annotated[int, Field(ge=0)] = 3
    total: Annotated[int, Field(ge=1)] | None = None
    calls_over: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="A call may come beside so many conversations; default: the policy's."
    )
    both: bool | None = Field(default=None, description="A conversation may come during a call; default: the policy's.")


class Absence(Model):
    """Away from `from` to `until`, repeated every `every` seconds; applies to the first `count` of the group."""

    start: Seconds = Field(alias="from")
    until: Seconds
    every: Annotated[Seconds, Field(gt=0)] | None = None
    count: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Absence":
        if self.until <= self.start:
            raise ValueError("until must be after from")
        if self.every is not None and self.every <= self.until - self.start:
            raise ValueError("every must be longer than the absence")
        return self


class Shift(Absence):
    """Signed in from `from` until `until`, repeated every `every` seconds; away otherwise."""

    count: None = None


class Breaks(Model):
    """Random breaks: `after` is time present, `lasting` time away."""

    after: Duration
    lasting: Duration


class Group(Model):
    """Identical agents."""

    name: str = "agents"
    count: Annotated[int, Field(ge=0, le=100_000)] = 1
    skills: Skills = Field(default={})
    languages: Names = ()
    team: str | None = None
    role: str = "agent"
    capacity: Capacity = Capacity()
    never_answers: bool = False
    delay: Duration | None = Field(
        default=None, description="Until they answer an offer, in place of the offers' delay."
    )
    miss: Share | None = Field(default=None, description="Share of offers they miss, in place of the offers' miss.")
    return_after: Duration | None = Field(default=None, description="In place of the offers' return_after.")
    shift: Shift | None = None
    absences: tuple[Absence, ...] = ()
    breaks: Breaks | None = None


class Preferred(Model):
    """`share` of customers know one agent, drawn from those able to serve them, and wait `hold` seconds for that agent."""

    share: Share = 1.0
    hold: Seconds = 0.0


class CustomerClass(Model):
    """A class of customers. `priority`, `value`: points; `aging` None: the queue's x the channel's, as in the live
    app."""

    name: str
    queue: str | None = Field(default=None, description="May be left out where there is one queue.")
    channel: Channel = Channel.VOICE
    arrivals: Arrivals | None = Field(default=None, description="None: only by a trace.")
    handling: Duration
    patience: Duration | None = Field(default=None, description="None: they wait for ever.")
    skills: Skills = Field(default={}, description="Wanted in addition to the queue's.")
    prefers: Skills = Field(default={})
    language: str | None = None
    tier: str = ""
    priority: Annotated[float, Field(ge=0)] = 0.0
    value: Annotated[float, Field(ge=0)] = 0.0
    aging: Annotated[float, Field(gt=0)] | None = None
    preferred: Preferred | None = None
    cost: Annotated[float, Field(ge=0)] = Field(
        default=1.0, description="Of a second's wait, for cost_linear and cost_quadratic."
    )

    @field_validator("arrivals", mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        if isinstance(value, int | float):
            return {"per_second": value}
        return {"piecewise": value} if isinstance(value, list | tuple) else value


class OfferBehaviour(Model):
    """Offers are missed with probability `miss`, or if the delay exceeds the reservation.

    `misses_allowed`: misses in a row until the agent becomes not ready; None: never."""

    delay: Duration = Constant(value=0)
    miss: Share = 0.0
    reservation: Seconds = float(LIVE.ring_seconds[Medium.VOICE])
    misses_allowed: Annotated[int, Field(ge=1)] | None = LIVE.misses_allowed
    return_after: Duration = Constant(value=60)
    pause: Seconds = Field(
        default=float(LIVE.pauses.no_answer), description="Until the same is asked of the same agent again."
    )


class Policy(Model):
    """Company settings, by default the live app's, except `most` (180 there).

    `head_start`: initial points by channel; `aging`: points a second. `most`: cap on points other than for waiting."""

    most: Annotated[float, Field(ge=0)] | None = Field(default=None, description="None: no cap.")
    head_start: dict[Channel, Annotated[float, Field(ge=0)]] = Field(default=dict(LIVE.head_start))
    aging: dict[Channel, Annotated[float, Field(gt=0)]] = Field(default=dict(LIVE.aging))
    spread_conversations: bool = LIVE.spread_conversations
    calls_over: Annotated[int, Field(ge=0)] = LIVE.calls_over
    conversations_on_calls: bool = LIVE.conversations_on_calls


class Expected(Model):
    """A reference figure. `within`: allowed deviation as a share of it; `most`, `least`: limits."""

    figure: str
    of: str = "all"
    value: float | None = None
    within: Annotated[float, Field(ge=0)] | None = None
    most: float | None = None
    least: float | None = None
    source: str = ""


class Scenario(Model):
    """Times in seconds from the start. Contacts that arrive before `warm_up` are served but not counted."""

    name: str = "scenario"
    about: str = ""
    horizon: Annotated[Seconds, Field(gt=0)] = Field(
        description="No new contacts after it; those who wait are still served."
    )
    warm_up: Seconds | None = Field(default=None, description="Default: a tenth of the horizon.")
    seeds: Annotated[int, Field(ge=1, le=10_000)] = 5
    waits_over: tuple[Seconds, ...] = Field(default=(0.0, 20.0, 60.0, 120.0), description="The t of P(wait > t).")
    queues: tuple[ScenarioQueue, ...] = (ScenarioQueue(),)
    agents: tuple[Group, ...] = Field(min_length=1)
    classes: tuple[CustomerClass, ...] = Field(min_length=1)
    offers: OfferBehaviour = OfferBehaviour()
    policy: Policy = Policy()
    expected: tuple[Expected, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> "Scenario":
        for what, names in (("queue", self.queues), ("class", self.classes), ("group of agents", self.agents)):
            _unlike(what, [one.name for one in names])
        known = {queue.name for queue in self.queues}
        for kind in self.classes:
            if kind.queue is None and len(known) > 1:
                raise ValueError(f"class {kind.name}: say which queue, one of {_list(known)}")
            if kind.queue is not None and kind.queue not in known:
                raise ValueError(f"class {kind.name}: there is no queue {kind.queue}, only {_list(known)}")
            if isinstance(kind.arrivals, Rate) and kind.arrivals.erlangs is not None and not kind.handling.average:
                raise ValueError(f"class {kind.name}: erlangs needs a handling time above 0")
        if self.warm_up is not None and self.warm_up >= self.horizon:
            raise ValueError("warm_up must end before the horizon")
        if not any(group.count for group in self.agents):
            raise ValueError("there are no agents: every count is 0")
        groups = {group.name for group in self.agents}
        for ring in (ring for queue in self.queues for ring in queue.rings):
            if unknown := set(ring.groups) - groups:
                raise ValueError(f"a ring names the group {_list(unknown)}; there are only {_list(groups)}")
        return self

    @property
    def warmed_up(self) -> float:
        return self.horizon / 10 if self.warm_up is None else self.warm_up

    def queue_of(self, kind: CustomerClass) -> ScenarioQueue:
        return next(queue for queue in self.queues if kind.queue in (None, queue.name))

    def with_(self, **changes: Any) -> "Scenario":
        """A copy with changed fields, validated again."""
        return Scenario.model_validate({**dict(self), **changes})


def _unlike(what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"more than one {what} has the name {', '.join(twice)}")


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names))


def of(data: Any) -> Scenario:
    """Validate plain data. Raises ScenarioError with one line for each problem."""
    if not isinstance(data, dict):
        raise ScenarioError("A scenario is a mapping with at least horizon, agents and classes.")
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        lines = [f"  {_place(one['loc'])}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors()]
        raise ScenarioError("The scenario is not right:\n" + "\n".join(lines)) from error


def _place(parts: tuple[int | str, ...]) -> str:
    """ "classes[0].handling.mean" """
    path = ""
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path.lstrip(".") or "scenario"


def load(path: str) -> Scenario:
    """Load a YAML or JSON file, or a shipped scenario by name. Raises ScenarioError."""
    file = Path(path)
    shipped = SHIPPED / f"{path.removesuffix('.yaml')}.yaml"
    if not file.exists() and shipped.parent == SHIPPED and shipped.exists():
        file = shipped
    try:
        return of(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        names = ", ".join(sorted(one.stem for one in SHIPPED.glob("*.yaml")))
        raise ScenarioError(f"There is no scenario to read at {path}. Shipped: {names}.") from error
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path} is not YAML: {error}") from error

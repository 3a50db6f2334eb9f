"""Routing settings of the company and of each queue."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from callcenter.domain.channels import Channel, Medium
from callcenter.domain.routing.people import Limits
from callcenter.domain.routing.waiting import Ring, Skills

Seconds = Annotated[int, Field(ge=0, le=86_400)]
Level = Annotated[int, Field(ge=1, le=5)]
Points = Annotated[float, Field(ge=0, le=3_600)]
Aging = Annotated[float, Field(ge=0.05, le=20)]


class Setting(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RingRule(Setting):
    """A ring that opens after `after` seconds. `skills` None: the queue's; {}: none needed."""

    after: Seconds = 0
    skills: dict[str, Level] | None = None
    any_language: bool = False
    teams: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()
    agents: tuple[int, ...] = ()
    tiers: tuple[str, ...] = ()
    skip_if_empty: bool = True


class Hold(Setting):
    """How many seconds a customer waits for a known agent who is free soon; 0: only if free at once."""

    ticket: Annotated[int, Field(ge=0, le=300)] = 15
    last: Annotated[int, Field(ge=0, le=300)] = 0
    account: Annotated[int, Field(ge=0, le=300)] = 15


class CallbackRule(Setting):
    """A callback in place of waiting. `offered_over`: offered at the start if the expected wait is longer (seconds)."""

    by_key: bool = True
    offered_over: Seconds | None = 180
    window_minutes: Annotated[int, Field(ge=5, le=1440)] = 60
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    spacing_minutes: Annotated[int, Field(ge=1, le=240)] = 15
    first: Literal["agent", "customer"] = "agent"


class QueuePolicy(Setting):
    """After `max_wait` seconds: `overflow` "voicemail", "callback" or "queue" (`overflow_queue`); None: wait on."""

    skills: dict[str, Level] = Field(default_factory=dict)
    prefers: dict[str, Level] = Field(default_factory=dict)
    channels: tuple[Channel, ...] = tuple(Channel)
    rings: tuple[RingRule, ...] = ()
    aging: Aging = 1.0
    hold: Hold = Hold()
    max_wait: Seconds | None = None
    overflow: Literal["voicemail", "callback", "queue"] | None = None
    overflow_queue: int | None = None
    callbacks: CallbackRule = CallbackRule()
    wrap_up: Literal["mandatory", "timed", "none"] = "timed"

    def circles(self) -> tuple[Ring, ...]:
        first = Ring(skills=wanted(self.skills), roles=frozenset({"agent"}))
        return (first, *(self._circle(rule) for rule in self.rings))

    def _circle(self, rule: RingRule) -> Ring:
        return Ring(
            after=float(rule.after),
            skills=wanted(self.skills if rule.skills is None else rule.skills),
            any_language=rule.any_language,
            teams=frozenset(rule.teams),
            roles=frozenset(rule.roles),
            agents=frozenset(rule.agents),
            tiers=frozenset(rule.tiers),
            skip=rule.skip_if_empty,
        )


class Pauses(Setting):
    """Seconds until the same agent gets the same interaction again."""

    declined: Seconds = 120
    busy: Seconds = 30
    no_answer: Seconds = 60


class CompanyPolicy(Setting):
    """The score in points: each second waited adds `aging`; all other reasons are capped at `most`."""

    tiers: dict[str, Points] = Field(default_factory=lambda: {"gold": 60.0, "silver": 30.0})
    broken_promise: Points = 60.0
    repeated_contact: Points = 20.0
    most: Points = 180.0
    # Points at queue entry, so that calls come before text messages.
    head_start: dict[Channel, Points] = Field(default_factory=lambda: {c: c.traits.head_start for c in Channel})
    aging: dict[Channel, Aging] = Field(default_factory=lambda: {c: c.traits.aging for c in Channel})
    # How long an offer stays open.
    ring_seconds: dict[Medium, Annotated[int, Field(ge=5, le=300)]] = Field(
        default_factory=lambda: {Medium.VOICE: 20, Medium.TEXT: 40}
    )
    pauses: Pauses = Pauses()
    misses_allowed: Annotated[int, Field(ge=1, le=10)] = 2
    redial_seconds: Seconds = 60
    spread_conversations: bool = False
    calls_over: Annotated[int, Field(ge=0, le=20)] = 3
    conversations_on_calls: bool = False
    # The expected wait is announced while its mean error is at most this share of the mean wait.
    told_within: Annotated[float, Field(gt=0, le=5)] = 0.75

    def points(
        self, *, priority: float, tier: str, broken_promise: bool, repeats: int, channel: Channel | None = None
    ) -> dict[str, float]:
        """{reason: points}, without zeros."""
        wanted_points = {
            "channel": self.head_start.get(channel, channel.traits.head_start) if channel else 0.0,
            "priority": float(priority),
            "customer_value": self.tiers.get(tier, 0.0),
            "broken_promise": self.broken_promise if broken_promise else 0.0,
            "repeated_contact": self.repeated_contact * repeats,
        }
        left, given = self.most, {}
        for name, points in wanted_points.items():
            given[name] = min(points, left)
            left -= given[name]
        return {name: points for name, points in given.items() if points}

    def aging_of(self, channel: Channel) -> float:
        # A channel newer than these settings has its default.
        return self.aging.get(channel, channel.traits.aging)

    def limits(self, own: Mapping[str, Any], *, conversations: int) -> Limits:
        """The agent's own settings override the company's."""
        return Limits(
            calls=1,
            conversations=conversations,
            total=int(own.get("total", conversations + 1)),
            calls_over=int(own.get("calls_over", self.calls_over)),
            both=bool(own.get("both", self.conversations_on_calls)),
        )


def wanted(skills: Mapping[str, int]) -> Skills:
    return tuple(sorted(skills.items()))

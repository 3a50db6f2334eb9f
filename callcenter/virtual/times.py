"""Durations and arrivals as a scenario writes them: validated, and drawn from a random stream."""

import re
from collections.abc import Callable, Iterator
from itertools import accumulate, count
from math import inf, log, sqrt
from random import Random
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema, model_validator

Draw = Callable[[], float]
UNITS = {"": 1.0, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
WRITTEN = r"^\s*\d+(\.\d+)?\s*(s|sec|m|min|h|d)?\s*$"


def _seconds(value: Any) -> Any:
    if isinstance(value, str) and re.match(WRITTEN, value):
        number, unit = re.findall(r"[\d.]+|[a-z]+", value + " s")[:2]
        return float(number) * UNITS[unit]
    return value


Seconds = Annotated[
    float,
    BeforeValidator(_seconds),
    Field(ge=0, allow_inf_nan=False),
    WithJsonSchema(
        {
            "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": WRITTEN}],
            "description": 'Seconds, or with a unit: "90 s", "15 min", "2 h", "1 d".',
        }
    ),
]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Constant(Model):
    """Always the same. A bare number says the same shorter."""

    distribution: Literal["constant", "deterministic"] = "constant"
    value: Seconds

    @property
    def average(self) -> float:
        return self.value

    def drawn(self, _stream: Random) -> Draw:
        return lambda: self.value


class Exponential(Model):
    distribution: Literal["exponential"]
    mean: Positive | Seconds

    @property
    def average(self) -> float:
        return float(self.mean)

    def drawn(self, stream: Random) -> Draw:
        if not self.mean:
            return lambda: 0.0
        rate, draw = 1 / self.mean, stream.expovariate
        return lambda: draw(rate)


class Spread(Model):
    """By its mean and `cv` (standard deviation / mean) or `sd` (seconds); without either, cv = 1."""

    mean: Seconds
    cv: Annotated[float, Field(gt=0, le=100)] | None = None
    sd: Seconds | None = None

    @model_validator(mode="after")
    def _one_spread(self) -> "Spread":
        if self.cv is not None and self.sd is not None:
            raise ValueError("give cv or sd, not both")
        if self.mean <= 0:
            raise ValueError("mean must be above 0")
        return self

    @property
    def average(self) -> float:
        return self.mean

    @property
    def variation(self) -> float:
        return self.sd / self.mean if self.sd is not None else 1.0 if self.cv is None else self.cv


class Lognormal(Spread):
    distribution: Literal["lognormal"]

    def drawn(self, stream: Random) -> Draw:
        sigma = sqrt(log(1 + self.variation**2))
        mu, draw = log(self.mean) - sigma * sigma / 2, stream.lognormvariate
        return lambda: draw(mu, sigma)


class Gamma(Spread):
    distribution: Literal["gamma"]

    def drawn(self, stream: Random) -> Draw:
        shape = 1 / max(self.variation, 1e-6) ** 2
        draw = stream.gammavariate
        return lambda: draw(shape, self.mean / shape)


class Erlang(Model):
    """The sum of `k` exponential phases of mean / k each."""

    distribution: Literal["erlang"]
    mean: Seconds
    k: Annotated[int, Field(ge=1, le=10_000)]

    @property
    def average(self) -> float:
        return self.mean

    def drawn(self, stream: Random) -> Draw:
        scale, draw = self.mean / self.k, stream.gammavariate
        return (lambda: draw(self.k, scale)) if scale else lambda: 0.0


class Uniform(Model):
    distribution: Literal["uniform"]
    low: Seconds
    high: Seconds

    @model_validator(mode="after")
    def _in_order(self) -> "Uniform":
        if self.high < self.low:
            raise ValueError("high must not be below low")
        return self

    @property
    def average(self) -> float:
        return (self.low + self.high) / 2

    def drawn(self, stream: Random) -> Draw:
        return lambda: stream.uniform(self.low, self.high)


class Empirical(Model):
    """One of the `values` (seconds), each as likely as its weight; without weights all are equally likely."""

    distribution: Literal["empirical"]
    values: tuple[Seconds, ...] = Field(min_length=1)
    weights: tuple[Annotated[float, Field(ge=0)], ...] | None = None

    @model_validator(mode="after")
    def _a_weight_each(self) -> "Empirical":
        if self.weights is not None and (len(self.weights) != len(self.values) or sum(self.weights) <= 0):
            raise ValueError("there must be one weight for each value, not all of them 0")
        return self

    @property
    def average(self) -> float:
        weights = self.weights or (1.0,) * len(self.values)
        return sum(value * weight for value, weight in zip(self.values, weights, strict=True)) / sum(weights)

    def drawn(self, stream: Random) -> Draw:
        sums = list(accumulate(self.weights)) if self.weights else None
        if sums is None:
            return lambda: stream.choice(self.values)
        return lambda: stream.choices(self.values, cum_weights=sums)[0]


def _kind(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return getattr(value, "distribution", None)
    if not isinstance(value, dict):
        return "number"
    kind = value.get("distribution")
    return "constant" if kind == "deterministic" else kind


Number = Annotated[
    Constant,
    BeforeValidator(lambda value: {"value": value}),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": WRITTEN}]}),
]
Duration = Annotated[
    Annotated[Number, Tag("number")]
    | Annotated[Constant, Tag("constant")]
    | Annotated[Exponential, Tag("exponential")]
    | Annotated[Lognormal, Tag("lognormal")]
    | Annotated[Gamma, Tag("gamma")]
    | Annotated[Erlang, Tag("erlang")]
    | Annotated[Uniform, Tag("uniform")]
    | Annotated[Empirical, Tag("empirical")],
    Discriminator(
        _kind,
        custom_error_type="distribution",
        custom_error_message="a number of seconds, or distribution: constant, exponential, lognormal, gamma, erlang, uniform, empirical",
    ),
]
PER = {"per_second": 1.0, "per_minute": 60.0, "per_hour": 3600.0, "per_day": 86_400.0}


class Rate(Model):
    """How many come in so long on average, at random times. Exactly one of the five; `erlangs` = rate x mean handling time."""

    per_second: Annotated[float, Field(ge=0)] | None = None
    per_minute: Annotated[float, Field(ge=0)] | None = None
    per_hour: Annotated[float, Field(ge=0)] | None = None
    per_day: Annotated[float, Field(ge=0)] | None = None
    erlangs: Annotated[float, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _one_of_five(self) -> "Rate":
        if sum(getattr(self, name) is not None for name in (*PER, "erlangs")) != 1:
            raise ValueError("give exactly one of per_second, per_minute, per_hour, per_day, erlangs")
        return self

    def a_second(self, handling: float) -> float:
        if self.erlangs is not None:
            return self.erlangs / handling if handling else 0.0
        return next(getattr(self, name) / length for name, length in PER.items() if getattr(self, name) is not None)


class Piece(Rate):
    """This rate from `from` seconds on."""

    start: Seconds = Field(alias="from", default=0.0)


class Phase(Rate):
    """This rate for a random while of mean `lasting` seconds, exponentially distributed."""

    lasting: Annotated[Seconds, Field(gt=0)]


class Piecewise(Model):
    """A rate that changes at set times; before the first piece nobody comes. `repeat_every`: from the start again after so long."""

    piecewise: tuple[Piece, ...] = Field(min_length=1)
    repeat_every: Annotated[Seconds, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _ascending(self) -> "Piecewise":
        starts = [piece.start for piece in self.piecewise]
        if starts != sorted(set(starts)):
            raise ValueError("the pieces must begin one after the other: `from` ascending")
        if self.repeat_every is not None and starts[-1] >= self.repeat_every:
            raise ValueError("the last piece must begin before repeat_every")
        return self


class Bursts(Model):
    """Phases in turn, each of a random length (a Markov-modulated Poisson process)."""

    phases: tuple[Phase, ...] = Field(min_length=1)


def _manner(value: Any) -> str:
    names = type(value).model_fields if isinstance(value, BaseModel) else value if isinstance(value, dict) else ()
    return next((name for name in ("piecewise", "phases") if name in names), "rate")


Arrivals = Annotated[
    Annotated[Rate, Tag("rate")] | Annotated[Piecewise, Tag("piecewise")] | Annotated[Bursts, Tag("phases")],
    Discriminator(_manner),
]


def stretches(arrivals: Rate | Piecewise | Bursts, handling: float, stream: Random) -> Iterator[tuple[float, float]]:
    """(until, rate a second), one after the other, the last until infinity."""
    if isinstance(arrivals, Rate):
        yield inf, arrivals.a_second(handling)
    elif isinstance(arrivals, Bursts):
        now = 0.0
        for turn in count():
            phase = arrivals.phases[turn % len(arrivals.phases)]
            now += stream.expovariate(1 / phase.lasting)
            yield now, phase.a_second(handling)
    else:
        yield from _pieces(arrivals, handling)


def _pieces(arrivals: Piecewise, handling: float) -> Iterator[tuple[float, float]]:
    pieces, period = arrivals.piecewise, arrivals.repeat_every
    for turn in count() if period else (0,):
        began = turn * (period or 0)
        yield began + pieces[0].start, 0.0
        for index, piece in enumerate(pieces):
            until = pieces[index + 1].start if index + 1 < len(pieces) else (period or inf)
            yield began + until, piece.a_second(handling)


def moments(arrivals: Rate | Piecewise | Bursts, handling: float, stream: Random, horizon: float) -> Iterator[float]:
    """When they come: a Poisson process of the changing rate, up to the horizon."""
    now = 0.0
    for until, rate in stretches(arrivals, handling, stream):
        end = min(until, horizon)
        if rate > 0:
            now += stream.expovariate(rate)
            while now < end:
                yield now
                now += stream.expovariate(rate)
        now = end
        if now >= horizon:
            return

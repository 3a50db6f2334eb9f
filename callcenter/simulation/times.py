"""Durations of a scenario: validated, and drawn from a random stream. In seconds."""

import re
from collections.abc import Callable
from itertools import accumulate
from math import log, sqrt
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
    if isinstance(value, str) and re.match(r"\s*\d", value):
        raise ValueError(f"{value} is not a time: write seconds, or a number with s, min, h or d")
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
    """Always the same; a bare number is short for it."""

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


class MeanAndSpread(Model):
    """`cv`: standard deviation / mean; `sd` in seconds; default cv = 1."""

    mean: Seconds
    cv: Annotated[float, Field(gt=0, le=100)] | None = None
    sd: Seconds | None = None

    @model_validator(mode="after")
    def _one_spread(self) -> "MeanAndSpread":
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


class Lognormal(MeanAndSpread):
    distribution: Literal["lognormal"]

    def drawn(self, stream: Random) -> Draw:
        sigma = sqrt(log(1 + self.variation**2))
        mu, draw = log(self.mean) - sigma * sigma / 2, stream.lognormvariate
        return lambda: draw(mu, sigma)


class Gamma(MeanAndSpread):
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
    """One of `values` (seconds), with probability proportional to its weight; default equal weights."""

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
        custom_error_message="seconds, a number with s, min, h or d, or distribution: constant, exponential, lognormal, gamma, erlang, uniform, empirical",
    ),
]

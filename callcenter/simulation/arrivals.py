"""Arrival processes: Poisson with a constant rate, a rate that changes at set times, or bursts."""

from collections.abc import Iterator
from itertools import count
from math import inf
from random import Random
from typing import Annotated, Any

from pydantic import BaseModel, Discriminator, Field, Tag, model_validator

from callcenter.simulation.times import Model, Seconds

PER = {"per_second": 1.0, "per_minute": 60.0, "per_hour": 3600.0, "per_day": 86_400.0}


class Rate(Model):
    """Mean arrivals per period, at random times. Exactly one of the five; `erlangs` = rate x mean handling time."""

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
    start: Seconds = Field(alias="from", default=0.0)


class Phase(Rate):
    """This rate for an exponentially distributed time with mean `lasting` seconds."""

    lasting: Annotated[Seconds, Field(gt=0)]


class Piecewise(Model):
    """A rate that changes at set times, 0 before the first piece. `repeat_every`: seconds until it starts again."""

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
    """Successive phases of random length (a Markov-modulated Poisson process)."""

    phases: tuple[Phase, ...] = Field(min_length=1)


def _manner(value: Any) -> str:
    names = type(value).model_fields if isinstance(value, BaseModel) else value if isinstance(value, dict) else ()
    return next((name for name in ("piecewise", "phases") if name in names), "rate")


Arrivals = Annotated[
    Annotated[Rate, Tag("rate")] | Annotated[Piecewise, Tag("piecewise")] | Annotated[Bursts, Tag("phases")],
    Discriminator(_manner),
]


def stretches(arrivals: Rate | Piecewise | Bursts, handling: float, stream: Random) -> Iterator[tuple[float, float]]:
    """Yields (until, rate a second) in order, the last until infinity."""
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
    """Arrival times in seconds up to the horizon."""
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

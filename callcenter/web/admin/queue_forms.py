"""A queue's settings as form fields and back; adds, moves and removes rings and holidays."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from callcenter.domain import languages, public_holidays, queues
from callcenter.domain.opening_hours import DAYS
from callcenter.domain.queues import QueueSettings
from callcenter.web.plumbing.forms import Values, flat

PLAIN = ("priority", "target_percent", "target_seconds", "wrap_up_seconds", "wrap_up_limit_seconds", "zone")
CALLBACK = ("window_minutes", "attempts", "spacing_minutes", "first")
HOLD = ("ticket", "last", "account")
LISTS = ("teams", "roles", "agents", "tiers")
RINGS = "policy.rings"
MOST_RINGS = 8
NEXT_RING_AFTER = 30


def values_of(settings: QueueSettings) -> Values:
    data = settings.model_dump(mode="json")
    rings, hours = data["policy"].pop("rings"), data.pop("hours")
    values = flat(data)
    values["round_the_clock"] = ["" if hours else "yes"]
    for day in DAYS:
        values[f"hours.{day}"] = [queues.written(hours.get(day, []))]
    return _with_rings(values, [_ring_values(ring) for ring in rings])


def _ring_values(ring: Mapping[str, Any]) -> Values:
    # None: the ring takes the queue's skills.
    own = ring["skills"] is not None
    return flat({**ring, "skills": ring["skills"] or {}, "own_skills": own})


def read(values: Values) -> QueueSettings:
    """Raises pydantic's ValidationError."""
    return QueueSettings.model_validate(
        {
            "names": {code: values.one(f"names.{code}") for code in languages.SERVED},
            "greetings": {code: values.one(f"greetings.{code}") for code in languages.SERVED},
            **{name: values.one(name) for name in PLAIN},
            "hours": _hours(values),
            "holidays": values.get("holidays", []),
            "policy": _policy(values),
        }
    )


def _hours(values: Values) -> dict[str, list[list[str]]]:
    if values.one("round_the_clock"):
        return {}
    return {day: queues.read_spans(values.one(f"hours.{day}")) for day in DAYS}


def _policy(values: Values) -> dict[str, Any]:
    return {
        "skills": _levels(values.under("policy.skills")),
        "prefers": _levels(values.under("policy.prefers")),
        "channels": values.get("policy.channels", []),
        "aging": values.one("policy.aging"),
        "hold": {kind: values.one(f"policy.hold.{kind}") for kind in HOLD},
        "max_wait": values.number("policy.max_wait"),
        "overflow": values.number("policy.overflow"),
        "overflow_queue": values.number("policy.overflow_queue"),
        "callbacks": {
            "by_key": bool(values.one("policy.callbacks.by_key")),
            "offered_over": values.number("policy.callbacks.offered_over"),
            **{name: values.one(f"policy.callbacks.{name}") for name in CALLBACK},
        },
        "wrap_up": values.one("policy.wrap_up"),
        "rings": [_ring(ring) for ring in rings_of(values)],
    }


def _levels(values: Values) -> dict[str, str]:
    return {skill: values.one(skill) for skill in values if values.one(skill) not in ("", "0")}


def _ring(values: Values) -> dict[str, Any]:
    return {
        "after": values.one("after"),
        "skills": _levels(values.under("skills")) if values.one("own_skills") else None,
        "any_language": bool(values.one("any_language")),
        "skip_if_empty": bool(values.one("skip_if_empty")),
        **{name: values.get(name, []) for name in LISTS},
    }


def rings_of(values: Values) -> list[Values]:
    """In order, at most MOST_RINGS."""
    count = min(_whole(values.one("rings")), MOST_RINGS)
    return [values.under(f"{RINGS}.{place}") for place in range(count)]


def _whole(text: str) -> int:
    """A number of at most 5 digits, else 0."""
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _with_rings(values: Values, rings: list[Values]) -> Values:
    found = Values({name: value for name, value in values.items() if not name.startswith(f"{RINGS}.")})
    for place, ring in enumerate(rings):
        found |= Values({f"{RINGS}.{place}.{name}": value for name, value in ring.items()})
    found["rings"] = [str(len(rings))]
    return found


def act(values: Values, name: str, language: str) -> Values:
    """The form after add-ring, remove-ring-1, up-ring-1, down-ring-1, add-holidays or add-day. Saves nothing."""
    if name == "add-holidays":
        return _with_holidays(values, language)
    if name == "add-day":
        return _with_day(values)
    verb, _, place = name.partition("-ring")
    number = _whole(place.strip("-"))
    change = RING_ACTS.get(verb)
    return _with_rings(values, change(rings_of(values), number)) if change else values


def _with_holidays(values: Values, language: str) -> Values:
    year = _whole(values.one("holidays_year"))
    days = public_holidays.of(values.one("country"), year, language) if 2000 <= year <= 2100 else {}
    return _with_days(values, [day.isoformat() for day in days])


def _with_day(values: Values) -> Values:
    return _with_days(values, [values.one("own_day")] if values.one("own_day") else [])


def _with_days(values: Values, days: list[str]) -> Values:
    return Values({**values, "holidays": sorted({*values.get("holidays", []), *days}), "own_day": [""]})


def _add(rings: list[Values], _: int) -> list[Values]:
    last = rings[-1].one("after") if rings else "0"
    after = _whole(last) + NEXT_RING_AFTER
    fresh = Values({"after": [str(after)], "roles": ["agent"], "skip_if_empty": ["yes"]})
    return [*rings, fresh][:MOST_RINGS]


def _remove(rings: list[Values], place: int) -> list[Values]:
    return [ring for number, ring in enumerate(rings) if number != place]


def _up(rings: list[Values], place: int) -> list[Values]:
    if not 1 <= place < len(rings):
        return rings
    upper, lower = rings[place - 1], rings[place]
    # The seconds keep their place: they must increase.
    first = Values({**lower, "after": upper.get("after", [])})
    second = Values({**upper, "after": lower.get("after", [])})
    return [*rings[: place - 1], first, second, *rings[place + 1 :]]


def _down(rings: list[Values], place: int) -> list[Values]:
    return _up(rings, place + 1)


RING_ACTS: dict[str, Callable[[list[Values], int], list[Values]]] = {
    "add": _add,
    "remove": _remove,
    "up": _up,
    "down": _down,
}


def focus_after(name: str, rings: int) -> str:
    """Name of the control to focus after an act."""
    verb, _, place = name.partition("-ring")
    number = _whole(place.strip("-"))
    match verb:
        case "add" if name == "add-ring":
            return f"{RINGS}.{rings - 1}.after"
        case "up":
            return f"up-ring-{number - 1}" if number > 1 else "down-ring-0"
        case "down":
            return f"down-ring-{number + 1}" if number + 2 < rings else f"up-ring-{rings - 1}"
        case "remove":
            return "add-ring"
        case _:
            return ""


def holiday_names(values: Values, language: str) -> list[tuple[str, str]]:
    """(day, its name in the chosen country) for the chosen days."""
    country = values.one("country")
    return [(day, _name(day, country, language)) for day in values.get("holidays", [])]


def _name(text: str, country: str, language: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return ""
    return public_holidays.of(country, day.year, language).get(day, "")

"""A queue's settings, and their validation field by field."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import Field

from callcenter.domain import languages
from callcenter.domain.errors import N_, Invalid
from callcenter.domain.opening_hours import DAYS, Week
from callcenter.domain.routing.policy import QueuePolicy, Seconds, Setting

KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
CLOCK = re.compile(r"(\d{1,2})(?::?(\d{2}))?")
BETWEEN = re.compile(r"\s*(?:-|–|—|~|至|to)\s*")
DIVIDERS = re.compile(r"\s*[,;，；、]\s*")
MINUTES_A_DAY = 1440
LONGEST_GREETING = 500
Name = Annotated[str, Field(max_length=80)]


@dataclass(frozen=True, slots=True)
class SettingProblem:
    text: str  # a gettext id
    values: Mapping[str, Any] = field(default_factory=dict)


class NotValid(Invalid):
    def __init__(self, problems: Mapping[str, SettingProblem]) -> None:
        path, first = next(iter(problems.items()))
        # By field path, such as "policy.rings.1.after".
        self.problems = dict(problems)
        super().__init__(first.text, field=path, **first.values)


class QueueSettings(Setting):
    """A queue's editable settings. An empty week means always open; `holidays` are closed ISO days."""

    names: dict[str, Name]
    greetings: dict[str, Annotated[str, Field(max_length=LONGEST_GREETING)]] = Field(default_factory=dict)
    policy: QueuePolicy = QueuePolicy()
    priority: Annotated[int, Field(ge=0, le=3_600)] = 0
    target_percent: Annotated[int, Field(ge=1, le=100)] = 80
    target_seconds: Annotated[int, Field(ge=1, le=86_400)] = 20
    wrap_up_seconds: Seconds = 90
    wrap_up_limit_seconds: Seconds = 300
    zone: str
    hours: Week = Field(default_factory=dict)
    holidays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueReferences:
    """What settings may refer to."""

    queues: frozenset[int] = frozenset()
    skills: frozenset[str] = frozenset()
    teams: frozenset[int] = frozenset()
    agents: frozenset[int] = frozenset()


def check(settings: QueueSettings, known: QueueReferences) -> None:
    """Raises NotValid with all problems at once."""
    found = dict(
        [*_names(settings), *_hours(settings), *_skills(settings.policy, known), *_rings(settings.policy, known)]
    )
    found |= dict(_waiting(settings, known))
    if found:
        raise NotValid(found)


Found = Iterable[tuple[str, SettingProblem]]


def _names(settings: QueueSettings) -> Found:
    for language in languages.SERVED:
        if not settings.names.get(language, "").strip():
            yield f"names.{language}", SettingProblem(N_("The queue needs a name in this language."))


def _hours(settings: QueueSettings) -> Found:
    if settings.zone not in available_timezones():
        yield "zone", SettingProblem(N_("There is no such time zone; one is America/Los_Angeles."))
    if settings.hours and not any(settings.hours.values()):
        yield "hours", SettingProblem(N_("Write the hours of at least one day, or choose round the clock."))
    for day, spans in settings.hours.items():
        wrong = _wrong_spans(spans) if day in DAYS else SettingProblem(N_("There is no such day of the week."))
        if wrong:
            yield f"hours.{day}", wrong
    for place, day in enumerate(settings.holidays):
        if not _is_day(day):
            yield f"holidays.{place}", SettingProblem(N_("%(day)s is not a day; write it as 2026-12-25."), {"day": day})


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _wrong_spans(spans: Sequence[Sequence[str]]) -> SettingProblem | None:
    ended = -1
    for span in spans:
        minutes = [_minutes(text) for text in span]
        if len(minutes) != 2 or None in minutes:
            return SettingProblem(N_("Write hours as 09:00–12:30, several with a comma between."))
        start, end = minutes[0] or 0, minutes[1] or 0
        if start >= end:
            return SettingProblem(
                N_("%(span)s ends before it begins. Hours past midnight belong to the next day."), _told(span)
            )
        if start < ended:
            return SettingProblem(N_("%(span)s begins before the hours before it have ended."), _told(span))
        ended = end
    return None


def _told(span: Sequence[str]) -> dict[str, str]:
    return {"span": "–".join(span)}


def _minutes(text: str) -> int | None:
    if not re.fullmatch(r"\d{2}:\d{2}", text):
        return None
    hour, minute = int(text[:2]), int(text[3:])
    total = 60 * hour + minute
    return total if minute < 60 and total <= MINUTES_A_DAY else None


def _skills(policy: QueuePolicy, known: QueueReferences) -> Found:
    for kind in ("skills", "prefers"):
        for skill in getattr(policy, kind):
            if skill not in known.skills:
                yield f"policy.{kind}.{skill}", SettingProblem(N_("There is no skill %(skill)s."), {"skill": skill})
    if not policy.channels:
        yield "policy.channels", SettingProblem(N_("Choose at least one channel."))


def _rings(policy: QueuePolicy, known: QueueReferences) -> Found:
    before = 0
    for place, ring in enumerate(policy.rings):
        path = f"policy.rings.{place}"
        # A ring that opens no later than the ring before it has no effect.
        if ring.after <= before:
            text = N_("This ring must open later than the one before it, which opens after %(seconds)s s.")
            yield f"{path}.after", SettingProblem(text, {"seconds": before})
        before = max(before, ring.after)
        for skill in ring.skills or {}:
            if skill not in known.skills:
                yield f"{path}.skills.{skill}", SettingProblem(N_("There is no skill %(skill)s."), {"skill": skill})
        if not set(ring.teams) <= known.teams:
            yield f"{path}.teams", SettingProblem(N_("One of these teams is gone."))
        if not set(ring.agents) <= known.agents:
            yield f"{path}.agents", SettingProblem(N_("One of these people no longer works here."))


def _waiting(settings: QueueSettings, known: QueueReferences) -> Found:
    policy = settings.policy
    if policy.max_wait is not None and policy.overflow is None:
        yield "policy.overflow", SettingProblem(N_("Choose what happens after the longest wait."))
    if policy.overflow is not None and policy.max_wait is None:
        yield "policy.max_wait", SettingProblem(N_("Say after how many seconds this happens."))
    if policy.overflow == "queue" and policy.overflow_queue not in known.queues:
        yield "policy.overflow_queue", SettingProblem(N_("Choose another queue that is in use."))
    if settings.wrap_up_limit_seconds < settings.wrap_up_seconds and policy.wrap_up == "timed":
        yield "wrap_up_limit_seconds", SettingProblem(N_("The limit cannot be shorter than the time itself."))


def read_spans(text: str) -> list[list[str]]:
    """Reads "9-12:30, 13-18" as [["09:00", "12:30"], ["13:00", "18:00"]]; unreadable parts stay."""
    plain = text.replace("：", ":").strip()
    return [_span(part) for part in DIVIDERS.split(plain) if part]


def _span(text: str) -> list[str]:
    return [_clock(part.strip()) for part in BETWEEN.split(text)]


def _clock(text: str) -> str:
    found = CLOCK.fullmatch(text)
    return f"{int(found[1]):02d}:{found[2] or '00'}" if found else text


def written(spans: Iterable[Sequence[str]]) -> str:
    """The inverse of `read_spans`."""
    return ", ".join("–".join(span) for span in spans)

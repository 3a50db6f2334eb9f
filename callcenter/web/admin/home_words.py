"""Words of the administrator's home: one sentence for each fact, and what to do about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import format_decimal
from flask_babel import gettext as _

from callcenter.domain import languages
from callcenter.domain.errors import N_
from callcenter.reports.administration.findings import Finding
from callcenter.reports.administration.steps import Step
from callcenter.web.admin import stuck
from callcenter.web.admin.home_sentences import SENTENCES, STEPS, SUBJECTS, TASKS, Sentence
from callcenter.web.wording import formats, language

LINKS = {
    "admin.queues": N_("Queues"),
    "admin.skills": N_("Skills"),
    "admin.stuck": N_("Stuck work"),
    "budgets.index": N_("Budgets"),
    "rules.index": N_("Rules"),
    "wallboard.index": N_("Wallboard"),
}
SPOKEN = {"en": "English", "zh": "简体中文"}
MOST_NAMED = 3
GIGABYTE, MEGABYTE = 1 << 30, 1 << 20
A_MINUTE_AND_A_HALF = 90


@dataclass(frozen=True, slots=True)
class Line:
    """`kind`: a verdict, or the progress of a step. `url` with its word `link`: the page where it is done, if there is one."""

    kind: str
    key: str
    name: str
    text: str
    advice: str
    command: str
    url: str
    link: str


def line(finding: Finding) -> Line:
    subject = finding.fact.subject
    return _line(finding.verdict, subject, SUBJECTS[subject], SENTENCES[finding.fact], finding.values)


def step(one: Step) -> Line:
    subject = one.fact.step
    return _line(one.progress, subject, TASKS[subject], STEPS[one.fact], one.values)


def _line(kind: str, key: str, name: str, sentence: Sentence, values: Mapping[str, Any]) -> Line:
    shown = {name: _shown(name, value) for name, value in values.items()}
    return Line(
        kind=kind,
        key=key,
        name=_(name),
        text=_(sentence.text, **shown),
        advice=_(sentence.advice) if sentence.advice else "",
        command=sentence.command,
        url=url_for(sentence.endpoint) if sentence.endpoint else "",
        link=_(LINKS[sentence.endpoint]) if sentence.endpoint else "",
    )


def _shown(name: str, value: Any) -> Any:
    return _FORMS[name](value) if name in _FORMS else value


def _name(names: Mapping[str, str]) -> str:
    return languages.of(dict(names), language.chosen())


def _several(texts: Sequence[str]) -> str:
    """ "Delivery · Billing · Returns and 2 more"."""
    # Names have commas and "and" in them: "Billing and returns".
    named = " · ".join(texts[:MOST_NAMED])
    if len(texts) <= MOST_NAMED:
        return named
    return _("%(names)s and %(num)d more", names=named, num=len(texts) - MOST_NAMED)


def span(seconds: float | None) -> str:
    """ "4 s" up to a minute and a half, then as elsewhere."""
    if seconds is None:
        return "–"
    return _("%(num)d s", num=round(seconds)) if seconds < A_MINUTE_AND_A_HALF else formats.duration(seconds)


def size(count: int) -> str:
    if count >= GIGABYTE:
        return f"{format_decimal(round(count / GIGABYTE, 1))} GB"
    return f"{format_decimal(max(1, round(count / MEGABYTE)))} MB"


def _pairs(pairs: Sequence[tuple[Mapping[str, str], str]]) -> str:
    return _several(
        [_("%(queue)s in %(language)s", queue=_name(names), language=SPOKEN[code]) for names, code in pairs]
    )


def _account(sid: str) -> str:
    return f"{sid[:2]}…{sid[-3:]}"


def _named(rows: Sequence[Mapping[str, str]]) -> str:
    return _several([_name(names) for names in rows])


def _count(number: int) -> str:
    return format_decimal(number)


_FORMS: dict[str, Callable[[Any], str]] = {
    "account": _account,
    "again": _count,
    "at": formats.when,
    "by": lambda by: {"clock": _("the clock"), "worker": _("a worker")}[by],
    "count": _count,
    "due": _count,
    "first": _name,
    "free": size,
    "idle": _count,
    "kind": lambda kind: stuck.kinds().get(kind, kind),
    "languages": lambda codes: _several([SPOKEN[code] for code in codes]),
    "name": _name,
    "names": _several,
    "numbers": lambda numbers: _several([formats.phone(number) for number in numbers]),
    "of": _count,
    "pairs": _pairs,
    "people": _several,
    "queue": _name,
    "queues": _named,
    "seconds": span,
    "share": formats.percent,
    "since": formats.when,
    "size": size,
    "skills": _named,
    "waiting": _count,
}

"""Dry run of routing: an invented contact, and in sentences what would happen to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from callcenter import wiring
from callcenter.actions.customers import customers
from callcenter.domain import languages
from callcenter.domain.channels import Channel
from callcenter.reports.supervision import dry_run
from callcenter.reports.supervision.dry_run import DryRunResult, DryRunStep, RingShown, TrialContact
from callcenter.storage.administration import company
from callcenter.storage.administration.company import Queue
from callcenter.storage.agents import agents
from callcenter.web import access
from callcenter.web.admin.blueprint import pages
from callcenter.web.wording import formats, language, reasons

KNOWS = ("ticket", "last", "account")
MOST_REPEATS = 5
NAMED = 4
Code = TypeVar("Code", bound=str)
SPOKEN = {"en": "English", "zh": "中文"}


@dataclass(frozen=True)
class DryRunNames:
    agents: Mapping[int, str]
    skills: Mapping[str, str]
    queues: Mapping[int, str]
    spoken: str


@dataclass(frozen=True)
class DryRunLine:
    """`at`: time since the start. `strong`: the fact, `lines`: its reasons. `kind`: ok, warn, bad or ""."""

    at: str
    strong: str
    lines: tuple[str, ...] = ()
    kind: str = ""


@pages.get("/dry-run")
@access.leaders
def try_out() -> str:
    """The form; with `?queue=` also the result."""
    now, asked = wiring.current().clock(), request.args
    with wiring.current().reading() as session:
        queues, names = company.queues(session), agents.names(session)
        case = _case(queues, now)
        outcome = dry_run.dry_run(session, case, now=now) if case and "queue" in asked else None
        words = _words(session, case, names)
        people = agents.all_active(session)
    return render_template(
        "admin/dry_run.html",
        queues=queues,
        people=people,
        names=names,
        case=case,
        local=case.at.astimezone(ZoneInfo(case.queue.zone)) if case else now,
        channels=list(Channel),
        languages=languages.SERVED,
        tiers=customers.TIERS,
        kinds=KNOWS,
        most_repeats=MOST_REPEATS,
        summary=_summary(case, outcome, words) if case and outcome else "",
        steps=_lines(case, outcome, words) if case and outcome else [],
        rings=_rings(outcome, words) if outcome and outcome.is_open else [],
    )


def _words(session: Session, case: TrialContact | None, names: Mapping[int, str]) -> DryRunNames:
    spoken = language.chosen()
    return DryRunNames(
        agents=names,
        skills={skill.key: languages.of(skill.names, spoken) for skill in company.skills(session)},
        queues={queue.id: queue.name(spoken) for queue in company.every_queue(session)},
        spoken=SPOKEN.get(case.language, case.language) if case else "",
    )


def _case(queues: Sequence[Queue], now: datetime) -> TrialContact | None:
    """The contact of the form; unreadable fields get their default. None without a queue."""
    asked = request.args
    known = {str(queue.id): queue for queue in queues}
    if not known:
        return None
    queue = known.get(asked.get("queue", ""), next(iter(known.values())))
    return TrialContact(
        queue=queue,
        at=_at(queue, now),
        channel=_one_of(asked.get("channel"), list(Channel)),
        language=_one_of(asked.get("language"), languages.SERVED),
        tier=_one_of(asked.get("tier"), customers.TIERS),
        knows=_knows(),
        broken_promise=asked.get("broken_promise") == "yes",
        repeats=min(asked.get("repeats", 0, type=int), MOST_REPEATS) if asked.get("repeats", "").isdecimal() else 0,
        everybody=asked.get("who") == "everybody",
    )


def _one_of(text: str | None, known: Sequence[Code]) -> Code:
    return next((one for one in known if one == text), known[0])


def _at(queue: Queue, now: datetime) -> datetime:
    """Day and time in the queue's zone; now if unreadable."""
    zone = ZoneInfo(queue.zone)
    local = now.astimezone(zone)
    text = f"{request.args.get('day') or f'{local:%Y-%m-%d}'}T{request.args.get('time') or f'{local:%H:%M}'}"
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError:
        return local


def _knows() -> tuple[int, str] | None:
    kind, agent = request.args.get("knows", ""), request.args.get("agent", "")
    return (int(agent), kind) if kind in KNOWS and agent.isdecimal() and len(agent) < 18 else None


def _summary(case: TrialContact, outcome: DryRunResult, words: DryRunNames) -> str:
    if not outcome.is_served:
        return _("This queue does not take this channel.")
    if not outcome.is_open:
        return _("Closed at that time: the caller hears when we open, and no agent is asked.")
    first = next((step for step in outcome.steps if step.explanation.agent_id is not None), None)
    if first is None:
        return _("No agent would be asked.")
    name = words.agents.get(first.explanation.agent_id or 0, "")
    if first.at == 0:
        return _("%(name)s would be asked at once.", name=name)
    return _("%(name)s would be asked after %(time)s.", name=name, time=reasons.span(first.at))


def _lines(case: TrialContact, outcome: DryRunResult, words: DryRunNames) -> list[DryRunLine]:
    opening = _opening(case, outcome)
    if not (outcome.is_open and outcome.is_served):
        return [opening]
    steps = [_step(step, place, words) for place, step in enumerate(_changing(outcome.steps))]
    return [opening, _score(case, outcome), *steps, *_overflow(outcome, words)]


def _opening(case: TrialContact, outcome: DryRunResult) -> DryRunLine:
    name = case.queue.name(language.chosen())
    if not outcome.is_served:
        return DryRunLine("", _("%(queue)s does not take this channel", queue=name), kind="bad")
    if not case.channel.is_voice:
        return DryRunLine("", _("%(queue)s takes messages at any hour", queue=name), kind="ok")
    if outcome.is_open:
        return DryRunLine("", _("%(queue)s is open", queue=name), (_hours(case),), kind="ok")
    strong = _("%(queue)s is closed", queue=name)
    if outcome.opens_at is None:
        return DryRunLine("", strong, (_("It does not open within 14 days."),), kind="bad")
    when = f"{formats.day_of(outcome.opens_at)} {outcome.opens_at:%H:%M}"
    return DryRunLine("", strong, (_hours(case), _("It opens next: %(when)s.", when=when)), kind="warn")


def _hours(case: TrialContact) -> str:
    local = case.at.astimezone(ZoneInfo(case.queue.zone))
    day = formats.day_of(local)
    return _("%(day)s, %(time)s in %(zone)s.", day=day, time=f"{local:%H:%M}", zone=case.queue.zone)


def _score(case: TrialContact, outcome: DryRunResult) -> DryRunLine:
    total = round(sum(outcome.points.values()))
    lines = (
        [_("Made of: %(parts)s.", parts=reasons.points(outcome.points))]
        if outcome.points
        else [_("Nothing puts it ahead of others.")]
    )
    aging = _("Aging adds %(aging)s a second; the highest score is served first.", aging=f"{outcome.aging:g}")
    return DryRunLine("0:00", _("Enters the queue with a score of %(score)d", score=total), (*lines, aging))


def _changing(steps: tuple[DryRunStep, ...]) -> list[DryRunStep]:
    """Drops a step without an agent after another such step."""
    return [
        step
        for place, step in enumerate(steps)
        if place == 0 or step.explanation.agent_id is not None or steps[place - 1].explanation.agent_id is not None
    ]


def _step(step: DryRunStep, place: int, words: DryRunNames) -> DryRunLine:
    explanation, at = step.explanation, formats.duration(step.at)
    if explanation.agent_id is None:
        lines = reasons.why_waiting(explanation, words.agents, skills=words.skills, language=words.spoken)
        return DryRunLine(at, _("Waits"), tuple(lines), kind="warn")
    name = words.agents.get(explanation.agent_id, "")
    strong = (
        _("%(name)s is asked", name=name)
        if place == 0
        else _("%(name)s is asked, if nobody has taken it by then", name=name)
    )
    lines = reasons.sentences(explanation, words.agents, skills=words.skills, language=words.spoken, now=True)
    if place > 0:
        # Excluded agents are listed at the first step only.
        lines = lines[:1]
    return DryRunLine(at, strong, tuple(lines), kind="ok")


def _overflow(outcome: DryRunResult, words: DryRunNames) -> list[DryRunLine]:
    if outcome.max_wait is None or outcome.overflow is None:
        return []
    strong = {
        "voicemail": _("Callers who still wait go to voicemail"),
        "callback": _("Callers who still wait are offered a callback"),
        "queue": _(
            "Callers who still wait go on to %(queue)s", queue=words.queues.get(outcome.overflow_queue or 0, "")
        ),
    }
    return [DryRunLine(formats.duration(outcome.max_wait), strong[outcome.overflow])]


def _rings(outcome: DryRunResult, words: DryRunNames) -> list[DryRunLine]:
    return [_ring(ring, place, words) for place, ring in enumerate(outcome.rings)]


def _ring(ring: RingShown, place: int, words: DryRunNames) -> DryRunLine:
    """The agents that the ring adds."""
    strong = _("Ring %(num)d", num=place + 1)
    count = len(ring.ids)
    names = [words.agents.get(agent_id, "") for agent_id in ring.ids[:NAMED]]
    more = count - len(names)
    if more > 0:
        names.append(ngettext("%(num)d other", "%(num)d others", more))
    lines = [reasons.enumerated(names)] if names else [_("no agent who is signed in")]
    if ring.is_early:
        lines.append(_("opens early, as no agent of the ring before is signed in"))
    return DryRunLine(formats.duration(ring.after), strong, tuple(lines))

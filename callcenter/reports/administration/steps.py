"""What is left to set up. Each step is computed from rows and settings; none is ticked off by hand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy.orm import Session

from callcenter import passwords
from callcenter.domain import languages
from callcenter.domain.agents import Role
from callcenter.reports.administration import servers, snapshot
from callcenter.reports.administration.snapshot import Snapshot
from callcenter.settings import Settings
from callcenter.storage.administration.company import Queue
from callcenter.storage.empowerment import budgets, rule_books
from callcenter.storage.surveys import surveys

Progress = Literal["done", "now", "later"]
HASHES_AT_ONCE = 6  # a third of a second; the next look goes on


class StepFact(StrEnum):
    """One sentence each. The part before the dot is the step."""

    COMPANY_NONE = "company.none"
    COMPANY_NAMELESS = "company.nameless"
    COMPANY_KNOWN = "company.known"
    NUMBERS_NONE = "numbers.none"
    NUMBERS_KNOWN = "numbers.known"
    CARRIER_INCOMPLETE = "carrier.incomplete"
    CARRIER_SIMULATED = "carrier.simulated"
    CARRIER_KNOWN = "carrier.known"
    ADDRESS_LOCAL = "address.local"
    ADDRESS_INSECURE = "address.insecure"
    ADDRESS_PUBLIC = "address.public"
    QUEUES_NONE = "queues.none"
    QUEUES_NO_HOLIDAYS = "queues.no_holidays"
    QUEUES_KNOWN = "queues.known"
    AGENTS_NONE = "agents.none"
    AGENTS_NOT_FOR_QUEUE = "agents.not_for_queue"
    AGENTS_NOT_IN_LANGUAGE = "agents.not_in_language"
    AGENTS_SKILL_OF_NOBODY = "agents.skill_of_nobody"
    AGENTS_KNOWN = "agents.known"
    PASSWORDS_OF_DEMO = "passwords.of_demo"
    PASSWORDS_UNTRIED = "passwords.untried"
    PASSWORDS_OWN = "passwords.own"
    ADMINISTRATORS_ONE = "administrators.one"
    ADMINISTRATORS_SEVERAL = "administrators.several"
    APPROVERS_ONE = "approvers.one"
    APPROVERS_SEVERAL = "approvers.several"
    TEXTING_NONE = "texting.none"
    TEXTING_ON = "texting.on"
    TEXTS_MISSING = "texts.missing"
    TEXTS_COMPLETE = "texts.complete"
    RULES_NONE = "rules.none"
    RULES_PUBLISHED = "rules.published"
    BUDGETS_NONE = "budgets.none"
    BUDGETS_ACTIVE = "budgets.active"
    SURVEYS_NEVER = "surveys.never"
    SURVEYS_ASKED = "surveys.asked"

    @property
    def step(self) -> str:
        return self.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Step:
    """`now`: before the first real call. `later`: good to have. `values`: what the sentence names."""

    progress: Progress
    fact: StepFact
    values: Mapping[str, Any] = field(default_factory=dict)


def done(fact: StepFact, **values: Any) -> Step:
    return Step("done", fact, values)


def needed(fact: StepFact, **values: Any) -> Step:
    return Step("now", fact, values)


def later(fact: StepFact, **values: Any) -> Step:
    return Step("later", fact, values)


def findings(session: Session, ours: Settings, now: datetime, setup: Snapshot) -> list[Step]:
    """In the order in which an administrator goes through them."""
    return [
        _company(setup),
        _numbers(setup),
        _carrier(ours),
        _address(ours),
        _queues(setup, now),
        _agents(setup),
        _passwords(setup, ours),
        _administrators(setup),
        _approvers(setup),
        _texting(setup),
        _texts(setup),
        _rules(session, now),
        _budgets(session),
        _surveys(session, setup),
    ]


def _company(setup: Snapshot) -> Step:
    ours = setup.company
    if ours is None:
        return needed(StepFact.COMPANY_NONE)
    if missing := _missing(ours.names):
        return later(StepFact.COMPANY_NAMELESS, languages=missing)
    values = {"name": ours.names, "region": ours.region, "currency": ours.currency, "zone": ours.zone}
    return done(StepFact.COMPANY_KNOWN, **values)


def _missing(texts: Mapping[str, str]) -> list[str]:
    """Languages without a text."""
    return [code for code in languages.SERVED if not (texts.get(code) or "").strip()]


def _numbers(setup: Snapshot) -> Step:
    if not setup.numbers:
        return needed(StepFact.NUMBERS_NONE)
    return done(StepFact.NUMBERS_KNOWN, numbers=[number.e164 for number in setup.numbers])


def _carrier(ours: Settings) -> Step:
    if missing := servers.missing_for_browsers(ours):
        return needed(StepFact.CARRIER_INCOMPLETE, names=missing)
    if servers.is_simulated(ours):
        return later(StepFact.CARRIER_SIMULATED)
    return done(StepFact.CARRIER_KNOWN, account=ours.twilio_account_sid)


def _address(ours: Settings) -> Step:
    # The simulator reaches us without a name and a certificate; a carrier does not.
    wanting = later if servers.is_simulated(ours) else needed
    if servers.is_here(ours.public_url):
        return wanting(StepFact.ADDRESS_LOCAL, url=ours.public_url)
    if not ours.is_secure:
        return wanting(StepFact.ADDRESS_INSECURE, url=ours.public_url)
    return done(StepFact.ADDRESS_PUBLIC, url=ours.public_url)


def _queues(setup: Snapshot, now: datetime) -> Step:
    if not setup.queues:
        return needed(StepFact.QUEUES_NONE)
    bare = [queue.names for queue in setup.queues if queue.hours and not _has_holidays_ahead(queue, now)]
    if bare:
        return later(StepFact.QUEUES_NO_HOLIDAYS, queues=bare)
    return done(StepFact.QUEUES_KNOWN, queues=[queue.names for queue in setup.queues])


def _has_holidays_ahead(queue: Queue, now: datetime) -> bool:
    return any(day >= now.date() for day in queue.closed_days)


def _agents(setup: Snapshot) -> Step:
    staff = [agent for agent in setup.people if agent.role == Role.AGENT]
    if not staff:
        return needed(StepFact.AGENTS_NONE)
    unserved = [queue for queue in setup.queues if not any(snapshot.can_serve(one, queue) for one in setup.people)]
    if unserved:
        return needed(StepFact.AGENTS_NOT_FOR_QUEUE, queues=[queue.names for queue in unserved])
    if silent := list(_unspoken(setup)):
        return later(StepFact.AGENTS_NOT_IN_LANGUAGE, pairs=silent)
    if unused := [skill.names for skill in setup.skills if not any(one.skills.get(skill.key) for one in staff)]:
        return later(StepFact.AGENTS_SKILL_OF_NOBODY, skills=unused)
    return done(StepFact.AGENTS_KNOWN, count=len(staff))


def _unspoken(setup: Snapshot) -> Iterator[tuple[Mapping[str, str], str]]:
    """(a queue's names, a language in which nobody serves it)."""
    for queue in setup.queues:
        for code in languages.SERVED:
            if not any(snapshot.can_serve(agent, queue, code) for agent in setup.people):
                yield queue.names, code


def _passwords(setup: Snapshot, ours: Settings) -> Step:
    names, untried = servers.opened_by(passwords.DEMO, setup.people, at_most=HASHES_AT_ONCE)
    if names:
        wanting = needed if ours.callcenter_env == "production" else later
        return wanting(StepFact.PASSWORDS_OF_DEMO, people=names)
    return later(StepFact.PASSWORDS_UNTRIED, count=untried) if untried else done(StepFact.PASSWORDS_OWN)


def _administrators(setup: Snapshot) -> Step:
    count = sum(person.role == Role.ADMINISTRATOR for person in setup.people)
    return done(StepFact.ADMINISTRATORS_SEVERAL, count=count) if count > 1 else later(StepFact.ADMINISTRATORS_ONE)


def _approvers(setup: Snapshot) -> Step:
    # Nobody reviews their own rules or says yes to their own question.
    count = sum(person.is_leader for person in setup.people)
    return done(StepFact.APPROVERS_SEVERAL, count=count) if count > 1 else later(StepFact.APPROVERS_ONE)


def _texting(setup: Snapshot) -> Step:
    texting = [number.e164 for number in setup.numbers if number.sms_queue_id]
    return done(StepFact.TEXTING_ON, numbers=texting) if texting else later(StepFact.TEXTING_NONE)


def _texts(setup: Snapshot) -> Step:
    named = [
        *(queue.names for queue in setup.queues),
        *(skill.names for skill in setup.skills),
        *(reason.names for reason in setup.breaks),
    ]
    # Without any greeting of its own a queue has ours, in both languages.
    greetings = [queue.greetings for queue in setup.queues if any(queue.greetings.values())]
    missing = [texts for texts in (*named, *greetings) if _missing(texts)]
    if missing:
        return later(StepFact.TEXTS_MISSING, count=len(missing), first=missing[0])
    return done(StepFact.TEXTS_COMPLETE)


def _rules(session: Session, now: datetime) -> Step:
    found = rule_books.in_force(session, now)
    return done(StepFact.RULES_PUBLISHED, number=found.number) if found else later(StepFact.RULES_NONE)


def _budgets(session: Session) -> Step:
    return done(StepFact.BUDGETS_ACTIVE) if budgets.any_active(session) else later(StepFact.BUDGETS_NONE)


def _surveys(session: Session, setup: Snapshot) -> Step:
    delay = setup.company.survey_delay_seconds if setup.company else 600
    fact = StepFact.SURVEYS_ASKED if surveys.is_any_asked(session) else StepFact.SURVEYS_NEVER
    return Step("done" if fact == StepFact.SURVEYS_ASKED else "later", fact, {"seconds": delay})

"""The company's set-up as it stands, read once for all that is said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from callcenter.domain import opening_hours, routing
from callcenter.domain.channels import Channel
from callcenter.storage.administration import company
from callcenter.storage.administration.company import BreakReason, Company, Number, Queue, Skill
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`queues`: in use. `people`: who may sign in."""

    company: Company | None
    numbers: Sequence[Number]
    queues: Sequence[Queue]
    skills: Sequence[Skill]
    breaks: Sequence[BreakReason]
    people: Sequence[Agent]

    @property
    def reached(self) -> list[Queue]:
        """Queues to which a number or its menu leads."""
        ids = {id_ for number in self.numbers for id_ in (number.queue_id, *number.menu.values())}
        return [queue for queue in self.queues if queue.id in ids]


def take(session: Session) -> Snapshot:
    return Snapshot(
        company=company.get(session),
        numbers=company.numbers(session),
        queues=company.queues(session),
        skills=company.skills(session),
        breaks=company.break_reasons(session),
        people=agents.all_active(session),
    )


def is_open(queue: Queue, now: datetime) -> bool:
    return opening_hours.is_open(now, queue.hours, queue.zone, queue.closed_days)


def opens_at(queue: Queue, now: datetime) -> datetime | None:
    return opening_hours.opens_at(now, queue.hours, queue.zone, queue.closed_days)


def can_serve(agent: Agent, queue: Queue, language: str | None = None) -> bool:
    """A call of this language (None: of any) may reach the agent in one of the queue's rings, by the router's own rule."""
    profile = routing.profile(agent.skills, agent.languages, team=agent.team_id, role=agent.role)
    circles = queue.policy.circles()
    needs = routing.needs(queue_id=queue.id, channel=Channel.VOICE, language=language, rings=circles)
    return bool(routing.rings_fitting(needs, profile)) or any(agent.id in ring.agents for ring in circles)

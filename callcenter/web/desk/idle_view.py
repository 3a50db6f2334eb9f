"""The idle view of the middle zone: open requests, next actions, the agent's day, figures, customers' comments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from callcenter.domain.agents import AgentState, Status
from callcenter.reports.agents import day, desk
from callcenter.reports.empowerment import allowances
from callcenter.reports.empowerment.allowances import Approver
from callcenter.storage.agents.agents import Agent
from callcenter.storage.customers import customers
from callcenter.storage.customers.customers import Customer
from callcenter.storage.empowerment import grants
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.surveys.surveys import Survey
from callcenter.web.desk import offered, queue_pane, words
from callcenter.web.desk.granting import waiting
from callcenter.web.desk.offered import Missed
from callcenter.web.wording import breaks, formats, granted, terms
from callcenter.web.wording.granted import Around, Ended

SHOWN_HOURS = 4
COMMENTS_SHOWN = 3
ASKED_SHOWN = timedelta(days=7)
KINDS = ("on_call", "wrap_up", "break", "not_answering", "free")


@dataclass(frozen=True, kw_only=True)
class NextAction:
    icon: str
    strong: str
    text: str
    url: str
    act: str


@dataclass(frozen=True)
class DayFigure:
    says: str
    value: str
    of: str


@dataclass(frozen=True)
class Legend:
    kind: str
    words: str


@dataclass(frozen=True, kw_only=True)
class DayBand:
    """`parts`: pairs (CSS class, percent) of the band. `sentence`: the same for screen readers."""

    parts: list[tuple[str, float]]
    hours: list[str]
    legend: list[Legend]

    @property
    def sentence(self) -> str:
        return _(", ").join(each.words for each in self.legend)


@dataclass(frozen=True)
class SurveyComment:
    score: int
    words: str
    name: str
    time: str


@dataclass(frozen=True, kw_only=True)
class RequestedGrant:
    """A pending request of the agent (`approval`), or an approved one to grant (`ended`)."""

    grant: Grant
    words: str
    name: str
    url: str
    approval: Approval | None = None
    title: str = ""
    ended: Ended | None = None


@dataclass(frozen=True, kw_only=True)
class IdleView:
    status: str
    since: str
    has_conversations: bool
    asked: list[RequestedGrant]
    moments: list[NextAction]
    day: DayBand | None
    figures: list[DayFigure]
    comments: list[SurveyComment]
    inform: str = ""
    kind: str = ""
    missed: list[Missed] = field(default_factory=list)
    part: str = "free"
    view: str = "free"


def of(session: Session, mine: desk.Mine, now: datetime) -> IdleView:
    agent = mine.agent
    today = desk.day(session, agent, now)
    return IdleView(
        status=agent.status,
        since=formats.when(max(agent.status_since, agent.idle_since)),
        has_conversations=bool(mine.conversations),
        asked=_asked(session, agent, now),
        moments=_moments(mine),
        day=_day(today, now),
        figures=_figures(today),
        comments=_comments(session, today.scores),
        inform=_inform(mine),
        kind=breaks.chosen(session, agent.status, agent.status_reason),
        # Only this status is set because of missed offers.
        missed=offered.missed(session, agent) if agent.status == Status.NOT_ANSWERING else [],
    )


def _asked(session: Session, agent: Agent, now: datetime) -> list[RequestedGrant]:
    # Requests older than a week have expired.
    rows = grants.held_of_agent(session, agent.id, since=now - ASKED_SHOWN)
    if not rows:
        return []
    known = granted.around(session, rows)
    people = customers.by_ids(session, [row.customer_id for row in rows if row.customer_id])
    return [_one_asked(row, known, people, allowances.approvers(session, now)) for row in rows]


def _one_asked(grant: Grant, known: Around, people: Mapping[int, Customer], able: Sequence[Approver]) -> RequestedGrant:
    approval = known.approvals.get(grant.id)
    customer = people.get(grant.customer_id or 0)
    here = grant.interaction_id
    return RequestedGrant(
        grant=grant,
        words=granted.of(grant, known),
        name=customer.name if customer else "",
        url=url_for("desk.page", interaction=here) if here else url_for("tickets.page", ticket_id=grant.ticket_id),
        approval=approval if approval and approval.is_open else None,
        title=_who_decides(approval, known, able, grant.agent_id) if approval and approval.is_open else "",
        ended=granted.ended(grant, known),
    )


def _who_decides(approval: Approval, known: Around, able: Sequence[Approver], asker_id: int) -> str:
    if approval.claimed_by:
        return waiting.title(formats.first_name(known.names.get(approval.claimed_by, "")), is_taken=True)
    found = allowances.asked(able, approval.current_step, asker_id=asker_id)
    return waiting.title(
        formats.first_name(found.name) if found else terms.role(approval.current_step.role), is_taken=False
    )


def _inform(mine: desk.Mine) -> str:
    """A hint where customers wait although this agent is free."""
    if mine.agent.status != Status.AVAILABLE or mine.agent.state != AgentState.IDLE:
        return ""
    count = sum(queue.calls + queue.conversations for queue in mine.queues)
    if not count:
        return ""
    return ngettext(
        "%(num)d customer waits in your queues: they speak another language, or were offered to you just now.",
        "%(num)d customers wait in your queues: they speak another language, or were offered to you just now.",
        count,
    )


def _moments(mine: desk.Mine) -> list[NextAction]:
    """At most three: unfinished wrap-ups first, then open tickets."""
    undone = [
        NextAction(
            icon="pencil",
            strong=_("Wrap-up to finish · %(name)s", name=queue_pane.name_of(item)),
            text=_("Outcome missing since %(time)s", time=formats.when(item.interaction.ended_at)),
            url=url_for("desk.page", interaction=item.interaction.id),
            act=_("Finish"),
        )
        for item in mine.unfinished[:3]
    ]
    ours = [
        NextAction(
            icon="ticket",
            strong=f"{ticket.number} · {ticket.subject}",
            text=_("Open, unchanged for %(time)s", time=formats.ago(ticket.changed_at)),
            url=url_for("tickets.page", ticket_id=ticket.id),
            act=_("Look"),
        )
        for ticket in mine.tickets
        if ticket.status == "open"
    ]
    return [*undone, *ours][:3]


def _day(today: desk.AgentSummary, now: datetime) -> DayBand | None:
    """None below a minute of recorded time."""
    # Where work and a chosen status overlap, work counts.
    stretches = day.overlaid(today.stretches, today.begins_at, now)
    total = sum(each.seconds for each in stretches)
    if total < 60:
        return None
    spent = {kind: sum(each.seconds for each in stretches if each.kind == kind) for kind in KINDS}
    labels = {
        "on_call": _("With customers %(time)s, %(n)s answered", time=words.hours(spent["on_call"]), n=today.answered),
        "wrap_up": _("Wrap-up %(time)s", time=words.hours(spent["wrap_up"])),
        "break": _("Away %(time)s", time=words.hours(spent["break"])),
        "not_answering": _("Not answering %(time)s", time=words.hours(spent["not_answering"])),
        "free": _("Free %(time)s", time=words.hours(spent["free"])),
    }
    return DayBand(
        parts=[(f"band-{each.kind}", 100 * each.seconds / total) for each in stretches],
        hours=_hours(now - timedelta(seconds=total), now),
        legend=[Legend(kind, labels[kind]) for kind in KINDS if spent[kind] >= 1],
    )


def _hours(begin: datetime, now: datetime) -> list[str]:
    """SHOWN_HOURS times of day, evenly spread from the start; the end is not labelled."""
    step = (now - begin) / SHOWN_HOURS
    return [formats.time_of(begin + step * n) for n in range(SHOWN_HOURS)]


def _figures(today: desk.AgentSummary) -> list[DayFigure]:
    found = []
    if today.score is not None:
        answers = ngettext("of 5 · %(num)d answer", "of 5 · %(num)d answers", len(today.scores))
        found.append(DayFigure(_("Customers' score, 30 days"), formats.decimal(today.score), answers))
    if today.first_contact_share is not None:
        share = formats.percent(today.first_contact_share)
        found.append(DayFigure(_("Solved at first contact, 30 days"), share, _("of %(n)s", n=today.solved)))
    found.append(DayFigure(_("Answered today"), str(today.answered), ""))
    return found


def _comments(session: Session, scores: Sequence[Survey]) -> list[SurveyComment]:
    found = []
    for survey in [each for each in scores if each.comment][:COMMENTS_SHOWN]:
        customer = customers.get(session, survey.customer_id)
        name = customer.name if customer else ""
        found.append(SurveyComment(survey.score or 0, survey.comment, name, formats.when(survey.answered_at)))
    return found

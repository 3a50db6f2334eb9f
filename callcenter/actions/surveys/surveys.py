"""Satisfaction surveys: planned when a ticket is solved, sent once, answered by message."""

from datetime import timedelta

from sqlalchemy import select

from callcenter import words
from callcenter.actions.messages import outgoing
from callcenter.domain import surveys as rules
from callcenter.domain.channels import Thread
from callcenter.domain.events import SurveyAnswered, SurveyCancelled, SurveyPlanned, SurveySent, TicketSolved
from callcenter.domain.states import SurveyState
from callcenter.domain.surveys import Answer
from callcenter.storage.administration import company
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.messages.messages import Message
from callcenter.storage.surveys import surveys
from callcenter.storage.surveys.surveys import Survey
from callcenter.storage.tickets.tickets import Ticket
from callcenter.storage.work import Work


def ticket_solved(work: Work, event: TicketSolved) -> None:
    ticket = work.session.get(Ticket, event.ticket_id) if event.ticket_id else None
    if ticket:
        plan(work, ticket)


def plan(work: Work, ticket: Ticket) -> Survey | None:
    """About the ticket's last answered contact; None where one exists or the customer is unreachable."""
    interaction = work.session.scalar(
        select(Interaction)
        .where(Interaction.ticket_id == ticket.id, Interaction.answered_at.is_not(None))
        .order_by(Interaction.created_at.desc())
        .limit(1)
    )
    if interaction is None or ticket.customer_id is None or interaction.their_address is None:
        return None
    if surveys.of_interaction(work.session, interaction.id):
        return None
    ours = company.get(work.session)
    survey = Survey(
        interaction_id=interaction.id,
        ticket_id=ticket.id,
        customer_id=ticket.customer_id,
        agent_id=interaction.agent_id,
        queue_id=interaction.queue_id,
        language=interaction.language,
        channel=interaction.channel.to_write(),
        our_address=interaction.our_address,
        their_address=interaction.their_address,
        state=SurveyState.PLANNED,
        due_at=work.now + timedelta(seconds=ours.survey_delay_seconds if ours else 600),
        created_at=work.now,
    )
    work.session.add(survey)
    work.session.flush()
    work.record(SurveyPlanned(**survey.about(), survey_id=survey.id, due_at=survey.due_at.isoformat()))
    return survey


def invite(work: Work, survey_id: int) -> Survey | None:
    """Send a due survey, postpone or cancel it. None where it is not due."""
    survey = surveys.claim(work.session, survey_id, now=work.now)
    if survey is None:
        return None
    customer = customers.get(work.session, survey.customer_id)
    ours = company.get(work.session)
    reason = rules.why_not(
        opted_out=customers.has_opted_out(work.session, survey.thread.kind, survey.their_address),
        is_open=outgoing.is_open(work, survey.thread),
        last_asked=surveys.last_asked(work.session, survey.customer_id),
        cool_down=timedelta(hours=ours.survey_cool_down_hours if ours else 24),
        now=work.now,
    )
    if reason or customer is None:
        _cancel(work, survey, reason or "no_customer")
        return survey
    if ours and ours.survey_quiet_hours:
        survey.due_at = rules.decent(work.now, customer.zone)
    if survey.due_at <= work.now:
        _ask(work, survey)
    return survey


def _ask(work: Work, survey: Survey) -> None:
    older = surveys.asked(work.session, survey.thread)
    if older:
        older.state, older.end_reason = SurveyState.EXPIRED, "asked_again"
        # One open survey a thread: the earlier one ends first.
        work.session.flush()
    message = _write(work, survey, _question(work, survey), purpose="survey")
    survey.state, survey.asked_at, survey.message_id = SurveyState.ASKED, work.now, message.id
    work.record(SurveySent(**survey.about(), survey_id=survey.id, message_id=message.id))


def _question(work: Work, survey: Survey) -> str:
    ours = company.get(work.session)
    return words.say(
        survey.language,
        "%(company)s: how satisfied are you with how we solved it? Reply 1 (not at all) to 5 (very). STOP to end.",
        company=ours.name(survey.language) if ours else "",
    )


def answer(work: Work, survey: Survey, given: Answer) -> None:
    """Locked. Also thanks the customer."""
    survey.state, survey.answered_at = SurveyState.ANSWERED, work.now
    survey.score, survey.comment = given.score, given.comment
    _tell_answered(work, survey)
    thanks = words.say(survey.language, "Thank you. We read every answer the same day.")
    if rules.is_low(given.score):
        thanks = words.say(survey.language, "Thank you for telling us. We are sorry, and we look into it today.")
    _write(work, survey, thanks, purpose="thanks")


def add_comment(work: Work, survey: Survey, comment: str) -> None:
    survey.comment = comment.strip()[: rules.COMMENT_LIMIT]
    _tell_answered(work, survey)


def _tell_answered(work: Work, survey: Survey) -> None:
    work.record(
        SurveyAnswered(
            **survey.about(),
            actor="customer",
            survey_id=survey.id,
            score=survey.score or 0,
            comment=survey.comment,
        )
    )


def stop(work: Work, thread: Thread) -> None:
    survey = surveys.asked(work.session, thread)
    if survey:
        survey.state, survey.end_reason = SurveyState.EXPIRED, "opted_out"


def expire(work: Work) -> int:
    """Returns the number of expired surveys."""
    silent = surveys.overdue(work.session, asked_before=work.now - rules.OPEN_FOR)
    for survey in silent:
        survey.state, survey.end_reason = SurveyState.EXPIRED, "no_answer"
    return len(silent)


def _cancel(work: Work, survey: Survey, reason: str) -> None:
    survey.state, survey.end_reason = SurveyState.CANCELLED, reason
    work.record(SurveyCancelled(**survey.about(), survey_id=survey.id, reason=reason))


def _write(work: Work, survey: Survey, body: str, *, purpose: str) -> Message:
    return outgoing.write(
        work,
        survey.thread,
        body=body,
        customer_id=survey.customer_id,
        interaction_id=None,
        purpose=purpose,
    )

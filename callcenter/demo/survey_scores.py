"""Surveys of the demo year: sent when a ticket is solved, about 31 % answered, lower scores after long waits."""

from datetime import datetime, timedelta

from callcenter.demo import scores
from callcenter.demo.book import Book, Values
from callcenter.demo.messages import write
from callcenter.demo.schedule import DemoContact
from callcenter.domain import surveys as rules
from callcenter.domain.channels import Channel
from callcenter.domain.events import SurveyAnswered, SurveyPlanned, SurveySent
from callcenter.domain.tickets import TicketStatus
from callcenter.storage.surveys.surveys import Survey

DELAY = timedelta(minutes=10)
ANSWERED_PERCENT = 31
LONG_WAIT = 90


def ask(book: Book, contact: DemoContact, visit: Values, *, at: datetime, waited: float, held: float) -> None:
    """Send a survey about this interaction, if it solved the ticket and the survey rules allow it."""
    ticket, customer = contact.issue.ticket, contact.customer
    asked = rules.decent(at + DELAY, customer.zone)
    if ticket is None or ticket["status"] != TicketStatus.SOLVED or customer.opted_out:
        return
    if asked > book.now - timedelta(hours=1) or _was_asked_lately(book, visit, asked):
        return
    survey = book.add(
        Survey,
        interaction_id=visit["id"],
        ticket_id=ticket["id"],
        customer_id=customer.id,
        agent_id=visit["agent_id"],
        queue_id=visit["queue_id"],
        language=visit["language"],
        channel=Channel(visit["channel"]).to_write(),
        our_address=visit["our_address"],
        their_address=visit["their_address"],
        state="asked",
        due_at=asked,
        asked_at=asked,
        comment="",
        end_reason="",
        created_at=at,
    )
    question = write(book, visit, asked, scores.ASKED[visit["language"]], purpose="survey", is_ours=True)
    survey["message_id"] = question["id"]
    subjects = _subjects(survey)
    book.record(at, SurveyPlanned(survey_id=survey["id"], due_at=asked.isoformat(), **subjects))
    book.record(asked, SurveySent(survey_id=survey["id"], message_id=question["id"], **subjects))
    _answer(book, contact, visit, survey, mood=_mood(book, contact, waited, held), waited=waited)


def _was_asked_lately(book: Book, visit: Values, asked: datetime) -> bool:
    # Only one open survey per address, so that a bare "4" is unambiguous.
    since = asked - rules.OPEN_FOR
    return any(
        survey["their_address"] == visit["their_address"] and survey["asked_at"] > since
        for survey in book.rows(Survey)[-60:]  # about four a day: 60 cover more than two weeks
    )


def _mood(book: Book, contact: DemoContact, waited: float, held: float) -> float:
    mood = 5.0 - waited / 130 - held / 350 - 0.45 * (contact.part - 1) + book.chance.gauss(0, 0.75)
    return mood - (0.4 if contact.issue.theme.type == "complaint" else 0)


def _answer(book: Book, contact: DemoContact, visit: Values, survey: Values, *, mood: float, waited: float) -> None:
    script = contact.script
    at = survey["asked_at"] + timedelta(minutes=min(900.0, book.chance.lognormvariate(2.6, 1.2)))
    score = script.score if script and script.score is not None else max(1, min(5, round(mood)))
    will_answer = score > 0 if script and script.score is not None else book.share(ANSWERED_PERCENT)
    if not will_answer or at > book.now - timedelta(minutes=1):
        if survey["asked_at"] < book.now - rules.OPEN_FOR:
            survey.update(state="expired", end_reason="no_answer")
        return
    language = visit["language"]
    comment = script.comment if script else _comment(book, score, language, waited)
    survey.update(state="answered", score=score, comment=comment, answered_at=at)
    separator = "，" if language == "zh" else ", "
    write(book, visit, at, f"{score}{separator}{comment}" if comment else str(score), purpose="survey", is_ours=False)
    write(book, visit, at + timedelta(seconds=2), scores.THANKS[language], purpose="thanks", is_ours=True)
    subjects = {**_subjects(survey), "actor": "customer"}
    book.record(at, SurveyAnswered(survey_id=survey["id"], score=score, comment=comment, **subjects))


def _comment(book: Book, score: int, language: str, waited: float) -> str:
    if not book.share(75 if score <= 2 else 45):
        return ""
    waited_long = waited > LONG_WAIT and score <= 4
    return book.chance.choice((scores.WAITED if waited_long else scores.COMMENTS[score])[language])


def _subjects(survey: Values) -> Values:
    names = ("interaction_id", "ticket_id", "customer_id", "agent_id")
    return {name: survey[name] for name in names}

"""Satisfaction surveys and their answers, read-only."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from callcenter import wiring
from callcenter.api import cursors
from callcenter.api.operations import operation
from callcenter.api.shapes import Id, Listing, Page, ResponseBody
from callcenter.declared import everyone
from callcenter.domain.errors import NotFound
from callcenter.domain.states import SurveyState
from callcenter.storage.surveys import surveys


class SurveyShown(ResponseBody):
    """The survey about one interaction."""

    id: int
    interaction_id: int
    ticket_id: int | None
    customer_id: int
    agent_id: int | None
    queue_id: int | None
    language: str
    state: SurveyState
    due_at: datetime
    asked_at: datetime | None
    answered_at: datetime | None
    score: Annotated[int | None, Field(description="1 (not at all) to 5 (very satisfied).")]
    comment: str
    end_reason: str
    created_at: datetime


class Surveys(Page[SurveyShown]):
    pass


class SurveysAsked(Listing):
    state: Annotated[list[SurveyState], Field(default_factory=list, description="One or several of these states.")]
    agent_id: Id | None = None
    customer_id: Id | None = None
    ticket_id: Id | None = None


@operation("GET", "/surveys", query=SurveysAsked, answer=Surveys)
@everyone
def list_surveys(query: SurveysAsked) -> Surveys:
    """List surveys, newest first."""
    with wiring.current().reading() as session:
        rows = surveys.page(
            session,
            states=query.state,
            agent_id=query.agent_id,
            customer_id=query.customer_id,
            ticket_id=query.ticket_id,
            before=cursors.read(query, "surveys"),
            limit=query.limit + 1,
        )
    page, after = cursors.cut(rows, query, "surveys")
    return Surveys(data=SurveyShown.all_of(page), next=after)


@operation("GET", "/surveys/{survey_id}", answer=SurveyShown)
@everyone
def get_survey(survey_id: int) -> SurveyShown:
    """Get a survey."""
    with wiring.current().reading() as session:
        found = surveys.get(session, survey_id)
    if found is None:
        raise NotFound
    return SurveyShown.of(found)

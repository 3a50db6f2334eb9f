"""Requests to departments, and their answers."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from callcenter import wiring
from callcenter.actions.empowerment import fulfilment as acts
from callcenter.api import cursors
from callcenter.api.authentication import actor
from callcenter.api.operations import operation
from callcenter.api.shapes import Id, Listing, Page, RequestBody, ResponseBody, Text
from callcenter.declared import everyone
from callcenter.domain.states import RequestState
from callcenter.storage.empowerment import departments


class RequestShown(ResponseBody):
    """A request to one department, with its answer."""

    id: int
    department_id: int
    ticket_id: int
    grant_id: Annotated[int | None, Field(description="The grant that it carries out.")]
    asked_by: int | None
    body: str
    state: RequestState
    due_at: datetime
    created_at: datetime
    answered_at: datetime | None
    answered_by: int | None
    answer: str


class Requests(Page[RequestShown]):
    pass


class RequestsAsked(Listing):
    state: Annotated[list[RequestState], Field(default_factory=list, description="One or several of these states.")]
    department_id: Id | None = None


class RequestAnswer(RequestBody):
    """A department's answer. `done` false: not possible; `answer` gives the reason."""

    done: bool
    answer: Annotated[Text, Field(max_length=500)] = ""


@operation("GET", "/requests", query=RequestsAsked, answer=Requests)
@everyone
def list_requests(query: RequestsAsked) -> Requests:
    """List requests to departments, newest first."""
    with wiring.current().reading() as session:
        rows = departments.requests(
            session,
            states=query.state,
            department_id=query.department_id,
            before=cursors.read(query, "requests"),
            limit=query.limit + 1,
        )
    page, after = cursors.cut(rows, query, "requests")
    return Requests(data=RequestShown.all_of(page), next=after)


ANSWERING = {409: ("grant-over",), 403: ("not-your-department",)}


@operation("POST", "/requests/{request_id}/answer", body=RequestAnswer, answer=RequestShown, refuses=ANSWERING)
@everyone
def answer_request(request_id: int, body: RequestAnswer) -> RequestShown:
    """Answer a request: done, or the reason why not. A grant that depends on it is updated.

    Its department answers, a program without an agent, or who leads; never who asked.
    """
    with wiring.current().work() as work:
        row = acts.answer_request(work, request_id, actor=actor(), is_done=body.done, answer=body.answer)
        work.session.flush()
        return RequestShown.of(row)

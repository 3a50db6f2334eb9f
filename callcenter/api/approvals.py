"""Approval requests: list, claim, discuss, answer."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from callcenter import wiring
from callcenter.actions.empowerment import approvals as acts
from callcenter.api import cursors
from callcenter.api.authentication import actor, me
from callcenter.api.grants import GrantShown, grant_body
from callcenter.api.operations import operation
from callcenter.api.shapes import Listing, Page, RequestBody, ResponseBody, Text
from callcenter.declared import everyone, leaders
from callcenter.domain.empowerment.approving import ApprovalAnswer
from callcenter.domain.errors import NotFound
from callcenter.domain.states import ApprovalState
from callcenter.reports.empowerment import approvals as report
from callcenter.storage.agents import agents
from callcenter.storage.empowerment import approvals, grants
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.grants import Grant

RACE = {409: ("approval-over", "approval-taken"), 403: ("not-yours-to-approve", "no-agent")}
ANSWER = {409: ("approval-over", "approval-taken", "budget-used-up", "stale-save"), 403: RACE[403]}


class ApprovalShown(ResponseBody):
    """A request for approval of one grant."""

    id: int
    state: ApprovalState
    rule_id: int | None
    steps: Annotated[list[Any], Field(description="The escalation steps: role, level, seconds, up_to.")]
    step: Annotated[int, Field(description="Index of the current step.")]
    step_ends_at: Annotated[
        datetime | None, Field(description="Then the next are asked; after the last, the safe default.")
    ]
    otherwise: Literal["own_limit", "nothing"]
    asked_at: datetime
    seen_at: datetime | None
    claimed_at: datetime | None
    claimed_by: int | None
    answered_at: datetime | None
    answered_by: int | None
    answer: ApprovalAnswer | None
    answer_units: int | None
    answer_remedy: str | None
    word: str
    held_seconds: Annotated[int, Field(description="How long the customer was on hold for it, once it is over.")]
    grant: GrantShown
    may_answer: Annotated[bool, Field(description="Whether you may answer it now.")]
    most: Annotated[int | None, Field(description="Up to what worth you may say yes; null: up to the rules.")]


class Approvals(Page[ApprovalShown]):
    pass


class ApprovalsAsked(Listing):
    state: Annotated[list[ApprovalState], Field(default_factory=list, description="One or several of these states.")]


class WordShown(ResponseBody):
    """A message between agent and approver."""

    id: int
    author_id: int
    body: str
    at: datetime


class ApprovalWords(Page[WordShown]):
    pass


class AnswerSent(RequestBody):
    """An answer. `units`: with less and instead; `remedy`: with instead. `asked`: the amount you answer to;
    `stale-save` where the agent changed it since."""

    answer: Literal["yes", "less", "instead", "no"]
    units: int | None = None
    remedy: Annotated[Text | None, Field(max_length=40)] = None
    word: Annotated[Text, Field(max_length=acts.LONGEST_WORD)] = ""
    asked: int | None = None


class WordSent(RequestBody):
    body: Annotated[Text, Field(max_length=acts.LONGEST_WORD)]


@operation("GET", "/approvals", query=ApprovalsAsked, answer=Approvals)
@everyone
def list_approvals(query: ApprovalsAsked) -> Approvals:
    """List approval requests, newest first.

    Supervisors see all, agents those that they made.
    """
    with wiring.current().reading() as session:
        rows = approvals.page(
            session,
            states=query.state,
            agent_id=None if actor().leads else me(),
            before=cursors.read(query, "approvals"),
            limit=query.limit + 1,
        )
        page, after = cursors.cut([row for row, _ in rows], query, "approvals")
        asked = {row.id: grant for row, grant in rows}
        return Approvals(data=[_approval_body(session, row, asked[row.id]) for row in page], next=after)


def _approval_body(session: Session, row: Approval, grant: Grant) -> ApprovalShown:
    person = agents.get(session, actor().agent_id or 0)
    may, most = report.may_answer(row, grant, person) if person else (False, 0)
    known = {name: getattr(row, name) for name in ApprovalShown.model_fields if hasattr(row, name)}
    return ApprovalShown(**known, grant=grant_body(grant, row.id), may_answer=may, most=most)


@operation("GET", "/approvals/{approval_id}", answer=ApprovalShown)
@everyone
def get_approval(approval_id: int) -> ApprovalShown:
    """Get an approval request."""
    with wiring.current().reading() as session:
        return _approval_body(session, *_visible(session, approval_id))


def _visible(session: Session, approval_id: int) -> tuple[Approval, Grant]:
    row = approvals.get(session, approval_id)
    grant = grants.get(session, row.grant_id) if row else None
    if row is None or grant is None or not (actor().leads or grant.agent_id == actor().agent_id):
        raise NotFound
    return row, grant


@operation("GET", "/approvals/{approval_id}/words", answer=ApprovalWords)
@everyone
def list_approval_words(approval_id: int) -> ApprovalWords:
    """List the messages between agent and approver, oldest first."""
    with wiring.current().reading() as session:
        _visible(session, approval_id)
        return ApprovalWords(data=WordShown.all_of(approvals.words(session, approval_id)), next=None)


@operation("POST", "/approvals/{approval_id}/claim", answer=ApprovalShown, refuses=RACE)
@leaders
def claim_approval(approval_id: int) -> ApprovalShown:
    """Claim an approval request; other approvers see the claim. Idempotent."""
    me()
    with wiring.current().work() as work:
        acts.claim(work, approval_id, actor=actor())
        return _approval_body(work.session, *_visible(work.session, approval_id))


@operation("POST", "/approvals/{approval_id}/let-go", answer=ApprovalShown)
@leaders
def let_approval_go(approval_id: int) -> ApprovalShown:
    """Release your claim of an approval request."""
    with wiring.current().work() as work:
        acts.let_go(work, approval_id, actor=actor())
        return _approval_body(work.session, *_visible(work.session, approval_id))


@operation("POST", "/approvals/{approval_id}/answer", body=AnswerSent, answer=ApprovalShown, refuses=ANSWER)
@leaders
def answer_approval(approval_id: int, body: AnswerSent) -> ApprovalShown:
    """Answer an approval request: yes, less, another remedy instead, or no. Idempotent."""
    me()
    with wiring.current().work() as work:
        acts.answer(work, approval_id, actor=actor(), **{**body.model_dump(), "answer": ApprovalAnswer(body.answer)})
        work.session.flush()
        return _approval_body(work.session, *_visible(work.session, approval_id))


@operation("POST", "/approvals/{approval_id}/words", body=WordSent, answer=WordShown, status=201, refuses={**RACE})
@everyone
def say_about_approval(approval_id: int, body: WordSent) -> WordShown:
    """Send a message to the other side while the request is open."""
    me()
    with wiring.current().work() as work:
        return WordShown.of(acts.say(work, approval_id, actor=actor(), body=body.body))

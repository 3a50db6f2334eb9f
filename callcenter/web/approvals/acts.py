"""The approver's actions: claim, release, ask back, answer."""

from flask import render_template, request

from callcenter import wiring
from callcenter.actions.empowerment import approvals as acts
from callcenter.domain.empowerment import money
from callcenter.domain.empowerment.approving import ApprovalAnswer
from callcenter.domain.errors import Invalid
from callcenter.storage.empowerment import approvals, grants, rule_books
from callcenter.storage.work import Work
from callcenter.web import access
from callcenter.web.approvals import views
from callcenter.web.approvals.blueprint import pages


@pages.post("/<int:approval_id>/seen")
@access.leaders
def seen(approval_id: int) -> tuple[str, int]:
    """The request is on the approver's active screen; the first report counts."""
    with wiring.current().work() as work:
        acts.seen(work, approval_id, actor=access.current_actor())
    return "", 204


@pages.post("/<int:approval_id>/claim")
@access.leaders
def claim(approval_id: int) -> str:
    with wiring.current().work() as work:
        acts.claim(work, approval_id, actor=access.current_actor())
    return views.middle_of(approval_id)


@pages.post("/<int:approval_id>/let-go")
@access.leaders
def let_go(approval_id: int) -> str:
    with wiring.current().work() as work:
        acts.let_go(work, approval_id, actor=access.current_actor())
    return views.middle_of(approval_id)


@pages.post("/<int:approval_id>/words")
@access.leaders
def say(approval_id: int) -> str:
    """A message to the agent; the request stays open."""
    with wiring.current().work() as work:
        acts.say(work, approval_id, actor=access.current_actor(), body=request.form.get("word", ""))
    return render_template("approvals/view.html", **views.view_of(approval_id))


@pages.post("/<int:approval_id>/answer")
@access.leaders
def answer(approval_id: int) -> str:
    """`asked`: the units on screen; StaleSave where the agent has changed them since."""
    sent = request.form
    answer = _answer(sent.get("answer", ""))
    with wiring.current().work() as work:
        units, remedy = _wanted(work, approval_id, answer)
        acts.answer(
            work,
            approval_id,
            actor=access.current_actor(),
            answer=answer,
            units=units,
            remedy=remedy,
            word=sent.get("word", ""),
            asked=int(sent["asked"]) if sent.get("asked", "").isdecimal() else None,
        )
    return views.middle_of(approval_id)


def _answer(value: str) -> ApprovalAnswer:
    if value not in (ApprovalAnswer.YES, ApprovalAnswer.LESS, ApprovalAnswer.INSTEAD, ApprovalAnswer.NO):
        raise Invalid("This is no answer.", field="answer")
    return ApprovalAnswer(value)


def _wanted(work: Work, approval_id: int, answer: ApprovalAnswer) -> tuple[int | None, str | None]:
    """(units, remedy) of a partial or alternative answer, else Nones. Raises Invalid."""
    row = approvals.get(work.session, approval_id)
    grant = grants.get(work.session, row.grant_id) if row else None
    if grant is None or answer not in (ApprovalAnswer.LESS, ApprovalAnswer.INSTEAD):
        return None, None
    key = request.form.get("remedy", "") if answer == ApprovalAnswer.INSTEAD else grant.remedy
    rules = rule_books.in_force(work.session, work.now)
    remedy = rules.book.remedy(key) if rules else None
    if remedy is None:
        raise Invalid("There is no such remedy.", field="remedy")
    typed = request.form.get("amount", "").strip()
    if remedy.is_money:
        return money.parse(typed, grant.currency, field="units"), key
    return money.checked(int(typed or 1) if (typed or "1").isdecimal() else 0, field="units"), key

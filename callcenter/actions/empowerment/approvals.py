"""Approvers see, claim, discuss and answer approval requests. Timeouts are in `escalation`."""

from datetime import timedelta

from callcenter.actions.callbacks import callback_admin
from callcenter.actions.empowerment import asking, budgets, granting, remedy_words
from callcenter.actions.empowerment.granting import DecidedCase
from callcenter.domain.empowerment import May, money
from callcenter.domain.empowerment.approving import ApprovalAnswer, most_of
from callcenter.domain.empowerment.rule_book import EscalationStep
from callcenter.domain.empowerment_events import (
    ApprovalAnswered,
    ApprovalClaimed,
    ApprovalLetGo,
    ApprovalSeen,
    ApprovalTalked,
)
from callcenter.domain.errors import (
    AnswerStands,
    ApprovalOver,
    ApprovalTaken,
    CallbackInProgress,
    CallbackOver,
    Invalid,
    NotFound,
    NotYoursToApprove,
    StaleSave,
)
from callcenter.domain.permissions import Actor
from callcenter.domain.states import ApprovalState, GrantState
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.empowerment import approvals
from callcenter.storage.empowerment.approvals import Approval, Word
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.work import Work

APPROVED_FOR = timedelta(hours=24)
LONGEST_WORD = 500


def seen(work: Work, approval_id: int, *, actor: Actor) -> None:
    row = approvals.get(work.session, approval_id)
    if row is None or row.seen_at is not None or not row.is_open:
        return
    grant, row = lock(work, approval_id)
    # Only the first view is published.
    if row.seen_at is None and row.is_open and _may(work, row, grant, actor)[0]:
        row.seen_at, row.seen_by = work.now, actor.agent_id
        work.record(ApprovalSeen(**grant.about(), actor=actor.label, grant_id=grant.id, approval_id=row.id))


def claim(work: Work, approval_id: int, *, actor: Actor) -> Approval:
    """Idempotent; ApprovalTaken where another approver claimed it first."""
    # The row lock decides which approver is first.
    grant, row = _open(work, approval_id, actor)
    if row.claimed_by == actor.agent_id:
        return row
    if row.claimed_by is not None:
        raise ApprovalTaken(name=agents.names(work.session).get(row.claimed_by, ""))
    row.claimed_by, row.claimed_at = actor.agent_id, work.now
    row.seen_at, row.seen_by = row.seen_at or work.now, row.seen_by or actor.agent_id
    work.record(ApprovalClaimed(**grant.about(), actor=actor.label, grant_id=grant.id, approval_id=row.id))
    return row


def let_go(work: Work, approval_id: int, *, actor: Actor) -> None:
    grant, row = lock(work, approval_id)
    if row.is_open and row.claimed_by is not None and row.claimed_by == actor.agent_id:
        free(work, row, grant, actor=actor.label)


def free(work: Work, row: Approval, grant: Grant, *, actor: str) -> None:
    row.claimed_by = row.claimed_at = None
    work.record(ApprovalLetGo(**grant.about(), actor=actor, grant_id=grant.id, approval_id=row.id))


def say(work: Work, approval_id: int, *, actor: Actor, body: str) -> Word:
    """ApprovalOver once answered, NotYoursToApprove, Invalid if empty."""
    grant, row = lock(work, approval_id)
    if not row.is_open:
        raise ApprovalOver
    if actor.agent_id != grant.agent_id and not _may(work, row, grant, actor)[0]:
        raise NotYoursToApprove
    text = body.replace("\x00", "").strip()[:LONGEST_WORD]
    if not text:
        raise Invalid("Nothing is written yet.", field="body")
    word = Word(approval_id=row.id, author_id=actor.agent_id, body=text, at=work.now)
    work.session.add(word)
    work.session.flush()
    about = grant.about()
    work.record(ApprovalTalked(**about, actor=actor.label, grant_id=grant.id, approval_id=row.id, word_id=word.id))
    return word


def answer(
    work: Work,
    approval_id: int,
    *,
    actor: Actor,
    answer: ApprovalAnswer,
    units: int | None = None,
    remedy: str | None = None,
    word: str = "",
    asked: int | None = None,
) -> Grant:
    """Idempotent for the same approver and answer. `asked`: units as read; StaleSave where the agent changed them.

    ApprovalTaken where another approver was first, NotYoursToApprove above this approver's limit, Invalid where the
    current rules forbid it.
    """
    grant, row = lock(work, approval_id)
    if row.state == ApprovalState.ANSWERED and row.answered_by == actor.agent_id:
        # The same once more is no second answer; another one comes too late.
        if row.answer == answer and units in (None, row.answer_units) and remedy in (None, row.answer_remedy):
            return grant
        raise AnswerStands
    _still_open(work, row, actor)
    may, most = _may(work, row, grant, actor)
    if not may:
        raise NotYoursToApprove
    if asked is not None and asked != grant.units:
        raise StaleSave(name=agents.names(work.session).get(grant.agent_id, ""))
    text = word.replace("\x00", "").strip()[:LONGEST_WORD]
    if answer == ApprovalAnswer.NO:
        budgets.release(work, grant, actor=actor.label)
        grant.state = GrantState.REFUSED
    else:
        _approve(work, grant, answer, units, remedy, most, actor)
    asking.close(work, row, grant, state=ApprovalState.ANSWERED)
    row.answer, row.answered_by, row.answered_at, row.word = answer.value, actor.agent_id, work.now, text
    row.answer_units = grant.units if answer != ApprovalAnswer.NO else None
    row.answer_remedy = grant.remedy if answer == ApprovalAnswer.INSTEAD else None
    row.claimed_by, row.claimed_at = row.claimed_by or actor.agent_id, row.claimed_at or work.now
    record_answer(work, row, grant, actor=actor.label)
    _call_at_once(work, row, actor)
    return grant


def _still_open(work: Work, row: Approval, actor: Actor) -> None:
    names = agents.names(work.session)
    if row.state == ApprovalState.ANSWERED and row.answered_by:
        raise ApprovalTaken(name=names.get(row.answered_by, ""))
    if not row.is_open:
        raise ApprovalOver
    if row.claimed_by not in (None, actor.agent_id):
        raise ApprovalTaken(name=names.get(row.claimed_by or 0, ""))


def _approve(
    work: Work,
    grant: Grant,
    answer: ApprovalAnswer,
    units: int | None,
    remedy: str | None,
    most: int | None,
    actor: Actor,
) -> None:
    asked, case = grant.units, asking.case_of(work, grant)
    key = remedy if answer == ApprovalAnswer.INSTEAD and remedy else grant.remedy
    wanted = asked if answer == ApprovalAnswer.YES else money.checked(units, field="units")
    if answer == ApprovalAnswer.LESS and wanted >= asked:
        raise Invalid("This is not less than what was asked.", field="units")
    _allowed(case, key, wanted, most)
    becomes(work, grant, case, key, wanted, actor=actor.label)


def _allowed(case: DecidedCase, key: str, units: int, most: int | None) -> None:
    # Tier, price or budget may have changed since the request: the current rules decide.
    option = case.decision.option(key)
    if option is None or option.may == May.NEVER:
        raise Invalid("The rules do not allow this to be given any more.", field="remedy")
    if option.fixed is not None and units != option.fixed:
        raise Invalid("This is given whole or not at all.", field="units")
    worth = case.remedy(key).worth(units, case.decision.currency)
    if most is not None and worth > most:
        raise NotYoursToApprove
    by_rules = None if option.ask and option.ask_most is None else max(option.most, option.ask_most or 0)
    if by_rules is not None and units > by_rules:
        raise Invalid("By the rules nobody may say yes to this.", field="units")


def becomes(work: Work, grant: Grant, case: DecidedCase, key: str, units: int, *, actor: str) -> None:
    """Approve `units` of remedy `key`: reprice, hold only the new cost."""
    remedy = case.remedy(key)
    if key != grant.remedy or units != grant.units:
        grant.remedy, grant.units = key, units
        grant.worth, grant.cost = remedy.worth(units, grant.currency), remedy.cost(units, grant.currency)
        grant.sms = granting.sms_of(work, grant, remedy, case)
        # What another remedy has to know, the agent fills in when they give it.
        grant.fields = {field.key: grant.fields[field.key] for field in remedy.fields if field.key in grant.fields}
    budgets.hold_only(work, grant, grant.cost, actor=actor)
    grant.state, grant.valid_until = GrantState.APPROVED, work.now + APPROVED_FOR


def record_answer(work: Work, row: Approval, grant: Grant, *, actor: str) -> None:
    case = asking.case_of(work, grant)
    work.record(
        ApprovalAnswered(
            **grant.about(),
            actor=actor,
            grant_id=grant.id,
            approval_id=row.id,
            answer=row.answer or "",
            units=grant.units,
            shown=remedy_words.described(case.remedy(grant.remedy), grant.units, grant.currency),
            word=row.word,
        )
    )


def _may(work: Work, row: Approval, grant: Grant, actor: Actor) -> tuple[bool, int | None]:
    """(may answer, highest worth in minor units; None: no limit)."""
    person = agents.get(work.session, actor.agent_id or 0)
    # Agents never approve their own requests.
    if person is None or person.id == grant.agent_id:
        return False, 0
    steps = [EscalationStep.model_validate(one) for one in row.steps]
    return most_of(steps, row.step, role=person.role, level=person.level)


def may_answer(row: Approval, grant: Grant, person: Agent) -> bool:
    steps = [EscalationStep.model_validate(one) for one in row.steps]
    return person.id != grant.agent_id and most_of(steps, row.step, role=person.role, level=person.level)[0]


def lock(work: Work, approval_id: int) -> tuple[Grant, Approval]:
    row = approvals.get(work.session, approval_id)
    if row is None:
        raise NotFound
    return asking.lock(work, row.grant_id)


def _open(work: Work, approval_id: int, actor: Actor) -> tuple[Grant, Approval]:
    grant, row = lock(work, approval_id)
    if not row.is_open:
        _still_open(work, row, actor)
    if not _may(work, row, grant, actor)[0]:
        raise NotYoursToApprove
    return grant, row


def _call_at_once(work: Work, row: Approval, actor: Actor) -> None:
    if row.callback_id is None:
        return
    # The answer is known, so the promised callback starts at once.
    try:
        callback_admin.call_now(work, row.callback_id, actor=actor)
    except (CallbackOver, CallbackInProgress, NotFound):
        return

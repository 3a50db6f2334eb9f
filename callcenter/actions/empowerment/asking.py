"""An agent requests approval during a contact. Answers are in `approvals`.

Lock order: agent and customer, grant, approval; see `granting`.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta

from callcenter.actions.empowerment import budgets, granting, remedy_words
from callcenter.actions.empowerment.granting import DecidedCase, GrantRequest
from callcenter.domain.agents import Role
from callcenter.domain.empowerment import GrantAnswer, Held, hold, money
from callcenter.domain.empowerment.approving import RANKS, SCREEN_SEEN, fits, reaches
from callcenter.domain.empowerment.rule_book import EscalationStep
from callcenter.domain.empowerment_events import ApprovalAsked, ApprovalChanged, ApprovalLetGo, ApprovalWithdrawn
from callcenter.domain.errors import ApprovalOver, GrantOver, Invalid, NotFound, NotYourInteraction
from callcenter.domain.permissions import Actor
from callcenter.domain.states import ApprovalState, GrantState
from callcenter.storage.agents import agents
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.empowerment import approvals, grants, locks
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.tickets import tickets
from callcenter.storage.work import Work

CODE_TRIES = 50


def ask(work: Work, request: GrantRequest, *, actor: Actor) -> Grant:
    """Request approval and reserve the cost; grants or refuses at once where the rules decide alone.

    Idempotent by key. Invalid without a reason.
    """
    case, before = granting.begin(work, request, actor=actor)
    if before:
        return before
    held = hold(case.decision, request.remedy, request.units, reason=request.reason)
    if held.answer in (GrantAnswer.GIVE, GrantAnswer.NEEDS_REASON):
        return granting.grant(work, request, actor=actor)
    if held.answer == GrantAnswer.REFUSED:
        grant = granting.write(work, case, request, held, state=GrantState.REFUSED)
        granting.refuse(work, grant, held)
        return grant
    if not request.reason.strip():
        raise Invalid("Say why we should.", field="reason")
    return put(work, case, request, held, actor=actor.label)


def put(
    work: Work,
    case: DecidedCase,
    request: GrantRequest,
    held: Held,
    *,
    actor: str,
    rest_of: int | None = None,
    seconds: int | None = None,
    callback_id: int | None = None,
) -> Grant:
    """Write grant and approval request. `rest_of`, `seconds`, `callback_id`: for the remainder of another grant."""
    grant = granting.write(work, case, request, held, state=GrantState.AWAITING, rest_of=rest_of)
    budgets.reserve(work, grant, budgets.open_periods(work, case.known.paying, currency=grant.currency), actor=actor)
    rule = case.known.rules.book.rule(grant.rule_id or 0)
    asks = rule.asks if rule else held.option.ask if held.option else None
    if asks is None or held.option is None:
        raise NotFound
    # A remainder goes straight to the last step.
    steps = held.steps if rest_of is None else held.steps[-1:]
    row = Approval(
        grant_id=grant.id,
        state=ApprovalState.OPEN,
        rule_id=grant.rule_id,
        steps=[step.model_dump(mode="json") for step in steps],
        step=0,
        step_ends_at=work.now + timedelta(seconds=seconds or steps[0].seconds),
        otherwise=asks.otherwise if rest_of is None else "nothing",
        promise_minutes=asks.promise_minutes,
        own_limit=held.option.most,
        code=_code(work),
        asked_by_sms=[],
        asked_at=work.now,
        held_before=held_so_far(work, case.interaction),
        callback_id=callback_id,
    )
    if rest_of is None:
        skip_those_away(work, row, asker_id=grant.agent_id)
    work.session.add(row)
    work.session.flush()
    work.record(
        ApprovalAsked(
            **grant.about(),
            actor=actor,
            grant_id=grant.id,
            approval_id=row.id,
            remedy=grant.remedy,
            units=grant.units,
            currency=grant.currency,
            shown=remedy_words.described(case.remedy(grant.remedy), grant.units, grant.currency),
            until=row.step_ends_at.isoformat() if row.step_ends_at else "",
        )
    )
    return grant


def _code(work: Work) -> str:
    """Four digits for an open request in an SMS."""
    for _ in range(CODE_TRIES):
        code = f"{secrets.randbelow(9000) + 1000}"
        if approvals.by_code(work.session, code) is None:
            return code
    raise Invalid("Too many questions are open.", field="key")


def held_so_far(work: Work, interaction: Interaction | None) -> int:
    """Seconds of hold in this contact."""
    if interaction is None:
        return 0
    since = interaction.held_since
    return interaction.held_seconds + (int((work.now - since).total_seconds()) if since else 0)


def reachable(work: Work, step: EscalationStep, *, asker_id: int) -> tuple[Sequence[int], Sequence[int]]:
    """(eligible approvers at a screen, eligible approvers with a mobile), as agent ids."""
    able = [
        one
        for one in agents.all_active(work.session)
        if one.id != asker_id and RANKS[Role(one.role)] > 0 and fits(step, role=one.role, level=one.level)
    ]
    at_screens = agents.with_screen(work.session, [one.id for one in able], since=work.now - SCREEN_SEEN)
    return [one.id for one in able if one.id in at_screens], [one.id for one in able if one.mobile]


def skip_those_away(work: Work, row: Approval, *, asker_id: int) -> None:
    steps = [EscalationStep.model_validate(one) for one in row.steps]
    # To the first step with a reachable approver; without one, the step stays.
    for place in range(row.step, len(steps)):
        at_screens, mobiles = reachable(work, steps[place], asker_id=asker_id)
        if at_screens or mobiles:
            row.step = place
            row.step_ends_at = work.now + timedelta(seconds=steps[place].seconds)
            return


def withdraw(work: Work, grant_id: int, *, actor: Actor) -> Grant:
    """Idempotent; GrantOver once granted, refused or expired."""
    grant, approval = _mine(work, grant_id, actor)
    if grant.state == GrantState.WITHDRAWN:
        return grant
    if grant.state not in (GrantState.AWAITING, GrantState.APPROVED):
        raise GrantOver
    budgets.release(work, grant, actor=actor.label)
    grant.state, grant.valid_until = GrantState.WITHDRAWN, None
    if approval.is_open:
        close(work, approval, grant, state=ApprovalState.WITHDRAWN)
        work.record(ApprovalWithdrawn(**grant.about(), actor=actor.label, grant_id=grant.id, approval_id=approval.id))
    return grant


def close(work: Work, approval: Approval, grant: Grant, *, state: ApprovalState) -> None:
    interaction = interactions.get(work.session, grant.interaction_id) if grant.interaction_id else None
    approval.state, approval.step_ends_at = state, None
    # Seconds on hold during the request.
    approval.held_seconds = max(0, held_so_far(work, interaction) - approval.held_before)


def change(work: Work, grant_id: int, *, actor: Actor, units: int, reason: str) -> Grant:
    """Change an open request. Invalid where the rules refuse it or need no approval; ApprovalOver once closed."""
    money.checked(units, field="units")
    grant, approval = _mine(work, grant_id, actor)
    if not approval.is_open or grant.state != GrantState.AWAITING:
        raise ApprovalOver
    if not reason.strip():
        raise Invalid("Say why we should.", field="reason")
    case = case_of(work, grant)
    held = hold(case.decision, grant.remedy, units, reason=reason)
    if held.answer == GrantAnswer.REFUSED:
        raise Invalid("By the rules nobody may say yes to this.", field="units")
    if held.answer == GrantAnswer.GIVE:
        raise Invalid("You may give this without asking: withdraw the question and give it.", field="units")
    remedy = case.remedy(grant.remedy)
    grant.units, grant.reason = units, reason.replace("\x00", "").strip()[: granting.LONGEST_REASON]
    grant.requested = max(grant.requested, units)
    grant.worth, grant.cost = remedy.worth(units, grant.currency), remedy.cost(units, grant.currency)
    grant.sms = granting.sms_of(work, grant, remedy, case)
    budgets.hold_only(work, grant, grant.cost, actor=actor.label)
    _ask_others(work, approval, grant, held)
    shown = remedy_words.described(remedy, units, grant.currency)
    work.record(
        ApprovalChanged(**grant.about(), actor=actor.label, grant_id=grant.id, approval_id=approval.id, shown=shown)
    )
    return grant


def _ask_others(work: Work, approval: Approval, grant: Grant, held: Held) -> None:
    """The steps of the new amount. Who claimed the question and may not say yes to it any more loses the claim."""
    before = approval.current_step
    order = list(held.option.ask.steps) if held.option and held.option.ask else list(held.steps)
    reached = order.index(before) if before in order else 0
    step = next((n for n, one in enumerate(held.steps) if order.index(one) >= reached), len(held.steps) - 1)
    approval.steps, approval.step = [one.model_dump(mode="json") for one in held.steps], step
    if approval.current_step != before:
        approval.step_ends_at = work.now + timedelta(seconds=approval.current_step.seconds)
    holder = agents.get(work.session, approval.claimed_by) if approval.claimed_by else None
    if holder and not reaches(held.steps, approval.step, grant.worth, role=holder.role, level=holder.level):
        approval.claimed_by = approval.claimed_at = None
        work.record(ApprovalLetGo(**grant.about(), actor="system", grant_id=grant.id, approval_id=approval.id))


def case_of(work: Work, grant: Grant) -> DecidedCase:
    """The current allowance, without counting this grant."""
    ticket = tickets.get(work.session, grant.ticket_id)
    if ticket is None:
        raise NotFound
    return granting.look(work, grant.agent_id, ticket, _contact(work, grant, ticket.id), without=grant.id)


def _contact(work: Work, grant: Grant, ticket_id: int) -> int | None:
    found = interactions.get(work.session, grant.interaction_id) if grant.interaction_id else None
    # The contact may have moved to another ticket since the request.
    return found.id if found and found.ticket_id == ticket_id else None


def lock(work: Work, grant_id: int) -> tuple[Grant, Approval]:
    """Lock both rows; NotFound."""
    seen = grants.get(work.session, grant_id)
    if seen is None:
        raise NotFound
    # Same order as every other path, to avoid deadlocks: agent and customer, grant, approval.
    locks.agent_and_customer(
        work.session, agent_id=seen.agent_id, customer_id=seen.customer_id, ticket_id=seen.ticket_id
    )
    grant = grants.get(work.session, grant_id, lock=True)
    approval = approvals.of_grant(work.session, grant_id, lock=True)
    if grant is None or approval is None:
        raise NotFound
    return grant, approval


def _mine(work: Work, grant_id: int, actor: Actor) -> tuple[Grant, Approval]:
    grant, approval = lock(work, grant_id)
    if grant.agent_id != actor.agent_id:
        raise NotYourInteraction
    return grant, approval


def grant_approved(
    work: Work, grant_id: int, *, actor: Actor, sms: str | None = None, fields: Mapping[str, str] | None = None
) -> Grant:
    """Grant what was approved. Idempotent; GrantOver without a valid approval, Invalid where a field is missing.

    `fields`: in addition to those of the question; of a remedy that was approved instead.
    """
    grant, _ = _mine(work, grant_id, actor)
    # A double click arrives here: the first one counts.
    if grant.granted_at is not None:
        return grant
    # The clock ends it as well, but the clock may be late.
    if grant.state != GrantState.APPROVED or (grant.valid_until is not None and grant.valid_until <= work.now):
        raise GrantOver
    case = case_of(work, grant)
    remedy = case.remedy(grant.remedy)
    if sms is not None:
        grant.sms = sms.replace("\x00", "").strip()
    grant.fields = granting.checked_fields(remedy, {**grant.fields, **(fields or {})})
    budgets.commit(work, grant, actor=actor.label)
    grant.state, grant.granted_at, grant.valid_until = GrantState.GRANTED, work.now, None
    granting.granted(work, grant, remedy, actor=actor.label)
    return grant


def rest(
    work: Work, case: DecidedCase, grant: Grant, *, units: int, minutes: int, callback_id: int | None
) -> Grant | None:
    """Request approval for the remaining `units`, due in `minutes`. None where the rules require none."""
    request = GrantRequest(
        key=f"rest:{grant.id}",
        ticket_id=grant.ticket_id,
        remedy=grant.remedy,
        units=units,
        interaction_id=case.interaction.id if case.interaction else None,
        reason=grant.reason,
        fields=grant.fields,
    )
    held = hold(case.decision, grant.remedy, grant.units + units, reason=grant.reason)
    if held.answer != GrantAnswer.ASK:
        return None
    return put(
        work,
        case,
        request,
        held,
        actor=f"agent:{grant.agent_id}",
        rest_of=grant.id,
        seconds=minutes * 60,
        callback_id=callback_id,
    )

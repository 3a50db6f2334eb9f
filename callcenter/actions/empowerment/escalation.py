"""Time and customer events on approval requests."""

from collections.abc import Callable
from datetime import timedelta

from callcenter.actions.callbacks import callback_admin
from callcenter.actions.empowerment import approvals, asking, budgets
from callcenter.domain import customers as people
from callcenter.domain.agents import Role
from callcenter.domain.empowerment.approving import ApprovalAnswer
from callcenter.domain.empowerment_events import ApprovalEscalated, GrantLapsed
from callcenter.domain.errors import BudgetUsedUp, Invalid
from callcenter.domain.events import CallEnded
from callcenter.domain.interactions import Result
from callcenter.domain.permissions import Actor
from callcenter.domain.states import ApprovalState, GrantState
from callcenter.storage.administration import company
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.empowerment import approvals as rows
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.tickets import tickets
from callcenter.storage.work import Work


def run_out(work: Work, approval_id: int) -> None:
    """End the current step: escalate, or apply the default after the last."""
    grant, row = approvals.lock(work, approval_id)
    if not row.is_open or row.step_ends_at is None or row.step_ends_at > work.now:
        return
    if row.step + 1 < len(row.steps):
        _escalate(work, row, grant)
    elif grant.rest_of is not None:
        _expire(work, row, grant, answer=ApprovalAnswer.NOTHING)
    else:
        _default(work, row, grant)


def _escalate(work: Work, row: Approval, grant: Grant) -> None:
    row.step += 1
    row.step_ends_at = work.now + timedelta(seconds=row.current_step.seconds)
    asking.skip_those_away(work, row, asker_id=grant.agent_id)
    row.claimed_by = row.claimed_at = None
    until = row.step_ends_at.isoformat()
    work.record(ApprovalEscalated(**grant.about(), grant_id=grant.id, approval_id=row.id, step=row.step, until=until))


def _default(work: Work, row: Approval, grant: Grant) -> None:
    """Approve what the agent may grant alone; request the remainder for a promised time. Otherwise expire."""
    case, asked = asking.case_of(work, grant), grant.units
    option = case.decision.option(grant.remedy)
    own = min(asked, option.most) if option and row.otherwise == "own_limit" else 0

    def grant_own_limit() -> None:
        approvals.becomes(work, grant, case, grant.remedy, own, actor="system")

    def ask_on_for_the_rest() -> None:
        callback_id = _promise(work, row, grant)
        asking.rest(work, case, grant, units=asked - own, minutes=row.promise_minutes, callback_id=callback_id)
        row.callback_id = callback_id

    if own <= 0 or not _has_room(work, grant_own_limit):
        _expire(work, row, grant, answer=ApprovalAnswer.NOTHING)
        return
    asking.close(work, row, grant, state=ApprovalState.EXPIRED)
    row.answer, row.answered_at, row.answer_units = ApprovalAnswer.OWN_LIMIT.value, work.now, own
    if asked > own and option and not option.is_fixed:
        _has_room(work, ask_on_for_the_rest)
    approvals.record_answer(work, row, grant, actor="system")


def _has_room(work: Work, act: Callable[[], None]) -> bool:
    """Run `act`; False, with everything undone, where a budget is too low."""
    recorded = len(work.recorded)
    try:
        # The budget may be lower than at the time of the request.
        with work.session.begin_nested():
            act()
    except BudgetUsedUp:
        # The savepoint does not undo events recorded in memory.
        del work.recorded[recorded:]
        return False
    return True


def _expire(work: Work, row: Approval, grant: Grant, *, answer: ApprovalAnswer) -> None:
    budgets.release(work, grant, actor="system")
    asking.close(work, row, grant, state=ApprovalState.EXPIRED)
    grant.state = GrantState.EXPIRED
    row.answer, row.answered_at = answer.value, work.now
    approvals.record_answer(work, row, grant, actor="system")


def lapse(work: Work, grant_id: int) -> None:
    grant, _ = asking.lock(work, grant_id)
    # An approval that the agent did not use in time.
    if grant.state == GrantState.APPROVED and grant.valid_until and grant.valid_until <= work.now:
        budgets.release(work, grant, actor="system")
        grant.state, grant.valid_until = GrantState.EXPIRED, None
        work.record(GrantLapsed(**grant.about(), grant_id=grant.id))


def let_go(work: Work, approval_id: int, *, grace: timedelta) -> None:
    grant, row = approvals.lock(work, approval_id)
    # Only where the approver left the screen.
    if row.is_open and approval_id in rows.taken_by_absent(work.session, since=work.now - grace):
        approvals.free(work, row, grant, actor="system")


def call_ended(work: Work, event: CallEnded) -> None:
    interaction = interactions.get(work.session, event.interaction_id) if event.interaction_id else None
    if interaction and event.result == Result.SERVED:
        customer_left(work, interaction)


def customer_left(work: Work, interaction: Interaction) -> None:
    """Promise a callback for each open request, which stays open."""
    for row in rows.open_of_interaction(work.session, interaction.id):
        grant, locked = approvals.lock(work, row.id)
        if locked.is_open and locked.callback_id is None:
            locked.callback_id = _promise(work, locked, grant)


def _promise(work: Work, row: Approval, grant: Grant) -> int | None:
    """The callback's id, or None without number or queue. Without a contact by the queue of the case, or our first."""
    interaction = interactions.get(work.session, grant.interaction_id) if grant.interaction_id else None
    number = people.e164(interaction.their_address or "") if interaction else None
    if number is None and grant.customer_id:
        number = customers.number_to_reach(work.session, grant.customer_id)
    queue_id = (interaction.queue_id if interaction else None) or _queue_of(work, grant)
    if number is None or queue_id is None:
        return None
    until = work.now + timedelta(minutes=row.promise_minutes)
    try:
        made = callback_admin.create(
            work,
            actor=Actor(Role.AGENT, grant.agent_id),
            number=number,
            queue_id=queue_id,
            at=max(work.now + timedelta(minutes=1), until - timedelta(hours=1)),
            customer_id=grant.customer_id,
            ticket_id=grant.ticket_id,
            source="approval",
        )
    except Invalid:
        return None
    return made.id


def _queue_of(work: Work, grant: Grant) -> int | None:
    ticket = tickets.get(work.session, grant.ticket_id)
    if ticket and ticket.queue_id:
        return ticket.queue_id
    return next((queue.id for queue in company.queues(work.session)), None)

"""Register of due work: which rows, and the action or job that follows. Nothing else lists it."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter import operations
from callcenter.actions.agents import agents
from callcenter.actions.callbacks import callback_dialing
from callcenter.actions.calls import overflow, wrap_ups
from callcenter.actions.empowerment import escalation
from callcenter.actions.routing import offers, ranks, routing
from callcenter.background import Job
from callcenter.domain.states import ApprovalState, GrantState, OfferState, SurveyState
from callcenter.storage.administration import company
from callcenter.storage.callbacks.callbacks import Callback
from callcenter.storage.calls import calls as call_rows
from callcenter.storage.calls import interactions
from callcenter.storage.calls import legs as leg_rows
from callcenter.storage.calls.calls import Call
from callcenter.storage.calls.wrap_ups import WrapUp
from callcenter.storage.due import Timed
from callcenter.storage.empowerment import approvals as questions
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.empowerment.replays import ReplayRow
from callcenter.storage.messages.attachments import Attachment
from callcenter.storage.messages.messages import Message
from callcenter.storage.routing import candidates, waits
from callcenter.storage.routing import offers as offer_rows
from callcenter.storage.routing import routing as queries
from callcenter.storage.routing.offers import Offer
from callcenter.storage.supervision.what_ifs import WhatIf
from callcenter.storage.surveys.surveys import Survey
from callcenter.storage.work import Work
from callcenter.wiring import Wiring

log = structlog.get_logger()
REROUTED_A_LINE = 500
Find = Callable[[Wiring, Session], Iterable[int]]
Do = Callable[[Wiring, int], object]


@dataclass(frozen=True, slots=True)
class Due:
    kind: str
    do: Do  # takes the row's id
    rows: Timed | None = None  # due rows by a time column, or
    find: Find | None = None  # looks once per `every`
    every: timedelta = timedelta(0)
    is_job: bool = False

    def ids(self, wiring: Wiring, *, but: Collection[int]) -> Sequence[int]:
        """Ids due now, without `but`."""
        with wiring.reading() as session:
            if self.rows is not None:
                return self.rows.find(session, wiring.clock(), but=but)
            assert self.find is not None
            return [id_ for id_ in self.find(wiring, session) if id_ not in but]

    def still(self, wiring: Wiring, ids: Collection[int]) -> set[int]:
        """Those of `ids` still due."""
        with wiring.reading() as session:
            if self.rows is not None:
                # A row claimed by a job counts until the job ends, though its lease is later.
                return self.rows.among(session, ids, by=None if self.is_job else wiring.clock())
            assert self.find is not None
            return set(ids) & set(self.find(wiring, session))


def _acts(act: Callable[[Work, int], object], kind: str) -> Do:
    """An action in its own transaction; skipped if another clock has the row."""

    def do(wiring: Wiring, id_: int) -> None:
        with wiring.work() as work:
            if _is_claimed(work.session, kind, id_):
                act(work, id_)

    return do


def _is_claimed(session: Session, kind: str, id_: int) -> bool:
    # Held until the transaction ends. Not the row's lock: each action has its own lock order.
    name = func.hashtextextended(f"due:{kind}:{id_}", 0)
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(name))))


def _at(
    kind: str, rows: Timed, act: Callable[[Work, int], object] | None = None, *, operation: Do | None = None
) -> Due:
    if act is not None:
        return Due(kind, _acts(act, kind), rows)
    assert operation is not None
    return Due(kind, operation, rows)


def _job(job: Job, named: str, rows: Timed) -> Due:
    return Due(kind_of(job), lambda wiring, id_: wiring.enqueue(job, **{named: id_}), rows, is_job=True)


def _look(kind: str, find: Find, act: Callable[[Wiring, Work, int], object], *, every: float = 0) -> Due:
    def do(wiring: Wiring, id_: int) -> None:
        _acts(lambda work, id_: act(wiring, work, id_), kind)(wiring, id_)

    return Due(kind, do, find=find, every=timedelta(seconds=every))


def kind_of(job: Job) -> str:
    return "callback" if job is Job.CALL_CUSTOMER else job.name.lower()


def _try_callback(wiring: Wiring, interaction_id: int) -> None:
    """Queues a due callback, or dials it."""
    with wiring.work() as work:
        is_to_dial = _is_claimed(work.session, "callback", interaction_id) and callback_dialing.due(
            work, interaction_id
        )
    if is_to_dial:
        wiring.enqueue(Job.CALL_CUSTOMER, interaction_id=interaction_id)


def _ask_about_quiet_call(wiring: Wiring, interaction_id: int) -> None:
    with wiring.work() as work:
        if not _is_claimed(work.session, "quiet_call", interaction_id):
            return
        if not call_rows.put_off_reconciling(work.session, interaction_id, now=work.now):
            return
        legs = [leg for leg in leg_rows.of(work.session, interaction_id) if leg.left_at is None]
    for leg in legs:
        operations.ask_about(wiring, leg)


def _gone(wiring: Wiring, session: Session) -> Sequence[int]:
    now = wiring.clock()
    if not wiring.push.has_listeners():
        wiring.no_web_at = now
    # While no web process is ready nobody can be heard; then browsers have time to come back.
    if wiring.no_web_at is not None and now - wiring.no_web_at < agents.HEARTBEAT_LOST:
        return ()
    return agents.gone(session, now=now, grace=_grace(wiring))


def _taken_by_absent(wiring: Wiring, session: Session) -> Sequence[int]:
    return questions.taken_by_absent(session, since=wiring.clock() - _grace(wiring))


def _grace(wiring: Wiring) -> timedelta:
    return timedelta(seconds=wiring.settings.presence_grace_seconds)


def _offerable(wiring: Wiring, session: Session) -> Sequence[int]:
    now = wiring.clock()
    # A ring opened, a pause ended, a queue changed, or a router died.
    waiting = candidates.waiting_of(session, queries.queue_heads(session, depth=REROUTED_A_LINE), now=now)
    return routing.offerable(waiting, candidates.pool_of(session, queries.on_duty(session)), now)


def _route(_wiring: Wiring, work: Work, interaction_id: int) -> None:
    if interaction := interactions.claim_waiting(work.session, interaction_id):
        routing.route(work, interaction)


def _wait_too_long(wiring: Wiring, session: Session) -> list[int]:
    now = wiring.clock()
    limits = {queue.id: queue.policy for queue in company.queues(session)}
    return [
        interaction_id
        for queue_id, policy in limits.items()
        if policy.max_wait is not None and policy.overflow
        for interaction_id in waits.too_long(session, queue_id, before=now - timedelta(seconds=policy.max_wait))
    ]


LIVE, OPEN, APPROVED, PLANNED = (
    Offer.state == OfferState.LIVE,
    Approval.state == ApprovalState.OPEN,
    Grant.state == GrantState.APPROVED,
    Survey.state == SurveyState.PLANNED,
)

DUE: tuple[Due, ...] = (
    _at("offer_expires", Timed(Offer.interaction_id, Offer.expires_at, (LIVE,)), offers.expire),
    _at("leg_not_up", Timed(Offer.id, Offer.connect_by), operation=operations.agent_not_connected),
    _at("wrap_up_over", Timed(WrapUp.id, WrapUp.ends_at), wrap_ups.run_out),
    _at("callback", Timed(Callback.interaction_id, Callback.next_try_at), operation=_try_callback),
    _at("escalation_step", Timed(Approval.id, Approval.step_ends_at, (OPEN,)), escalation.run_out),
    _at("grant_lapses", Timed(Grant.id, Grant.valid_until, (APPROVED,)), escalation.lapse),
    _job(Job.RING_AGENT, "offer_id", Timed(Offer.id, Offer.ring_at, (LIVE,))),
    _job(Job.BRING_BACK, "interaction_id", Timed(Call.id, Call.bring_back_at)),
    _job(Job.SEND_MESSAGE, "message_id", Timed(Message.id, Message.next_try_at)),
    _job(Job.FETCH_ATTACHMENT, "attachment_id", Timed(Attachment.id, Attachment.next_try_at)),
    _job(Job.INVITE_TO_SURVEY, "survey_id", Timed(Survey.id, Survey.due_at, (PLANNED,))),
    _job(Job.FULFIL, "grant_id", Timed(Grant.id, Grant.next_try_at)),
    _job(Job.PLAY_WHAT_IF, "what_if_id", Timed(WhatIf.id, WhatIf.due_at)),
    _job(Job.REPLAY_RULES, "replay_id", Timed(ReplayRow.id, ReplayRow.due_at)),
    _look("agent_gone", _gone, lambda wiring, work, id_: agents.lose(work, id_, grace=_grace(wiring))),
    _look(
        "approver_gone",
        _taken_by_absent,
        lambda wiring, work, id_: escalation.let_go(work, id_, grace=_grace(wiring)),
    ),
    # An absent agent has no offer, not even one made while leaving or left open by a clock that died.
    _look("offer_to_absent", lambda _, session: offer_rows.with_absent(session), lambda _, w, id_: agents.free(w, id_)),
    _at("quiet_call", Timed(Call.id, Call.reconcile_at), operation=_ask_about_quiet_call),
    _look(
        "outdated_rank", lambda _, session: ranks.outdated(session), lambda _, w, id_: ranks.again_one(w, id_), every=1
    ),
    _look("waits_for_offer", _offerable, _route, every=1),
    _look("waits_too_long", _wait_too_long, lambda _, work, id_: overflow.move(work, id_), every=1),
)
# A job's lease on a callback or message may end before the job does, so only jobs count from now on.
JOBS = {one.kind for one in DUE if one.is_job} | {"callback"}


def called(kind: str) -> Due:
    """Raises StopIteration for an unknown kind."""
    return next(one for one in DUE if one.kind == kind)

"""Overflow after the queue's maximum wait: to another queue, a callback or voicemail."""

from callcenter.actions.calls import callback_offer as callbacks
from callcenter.actions.calls import voicemail
from callcenter.actions.routing import hours, routing
from callcenter.domain.callback_events import Overflowed
from callcenter.domain.states import Direction
from callcenter.storage.administration import company
from callcenter.storage.administration.company import Queue
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.work import Work

REASON = "max_wait"


def move(work: Work, interaction_id: int) -> bool:
    """Overflow a waiting interaction, once. False where it no longer waits or cannot be moved now."""
    waiting = interactions.claim_waiting(work.session, interaction_id)
    queue = company.queue(work.session, waiting.queue_id) if waiting and waiting.queue_id else None
    if waiting is None or queue is None or waiting.transfer_reason or waiting.queue_rank is None:
        return False
    if waiting.direction != Direction.INBOUND:
        return False
    way = queue.policy.overflow
    if not waiting.channel.is_voice and way != "queue":
        return False
    if way == "queue":
        return _to_queue(work, waiting, queue)
    if way == "callback" and not callbacks.may_ask(waiting):
        return False
    waiting.transfer_reason = voicemail.VOICEMAIL if way == "voicemail" else REASON
    waiting.call.bring_back_at = work.now
    if way == "voicemail":
        waiting.queue_rank = None
    else:
        callbacks.to_be_asked(waiting)
    _tell(work, waiting, str(way))
    return True


def _to_queue(work: Work, waiting: Interaction, queue: Queue) -> bool:
    """The waiting time still counts; a caller hears an announcement."""
    target = company.queue(work.session, queue.policy.overflow_queue or 0)
    if target is None or target.id == queue.id or not target.is_active or not hours.is_open(target, work.now):
        return False
    if waiting.channel not in target.policy.channels:
        return False
    waiting.queue_id, waiting.transfer_reason = target.id, REASON
    if waiting.channel.is_voice:
        waiting.call.bring_back_at = work.now
    customer = customers.get(work.session, waiting.customer_id) if waiting.customer_id else None
    routing.enter(work, waiting, customer)
    _tell(work, waiting, "queue", queue_id=target.id)
    routing.route(work, waiting)
    return True


def _tell(work: Work, waiting: Interaction, way: str, *, queue_id: int | None = None) -> None:
    waited = waiting.waited_seconds(work.now)
    work.record(Overflowed(**waiting.about(), way=way, waited_seconds=waited, queue_id=queue_id))

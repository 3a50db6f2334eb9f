"""Opt-out and opt-in of customers by keyword."""

from callcenter.actions.messages.received import Received
from callcenter.actions.surveys import surveys
from callcenter.domain import messages as rules
from callcenter.domain.events import CustomerOptedIn, CustomerOptedOut
from callcenter.storage.customers import customers
from callcenter.storage.work import Work


def obey(work: Work, received: Received) -> bool:
    """True for an opt-out or opt-in keyword."""
    message = received.message
    keyword = rules.opt_keyword(message.body, message.opt_out)
    if not keyword:
        return False
    received.keep(work, purpose="opt_out", customer=received.customer(work))
    is_stop = keyword == "stop"
    changed = customers.opt_out(work.session, received.thread.kind, message.sender, at=work.now if is_stop else None)
    if is_stop:
        surveys.stop(work, received.thread)
    for customer_id in changed:
        event = CustomerOptedOut if is_stop else CustomerOptedIn
        work.record(event(customer_id=customer_id, actor="customer", address_kind=received.thread.kind))
    return True

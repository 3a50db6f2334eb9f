"""REGISTER of handlers for incoming messages on all channels, tried in order until one takes the message."""

from collections.abc import Callable

from callcenter.actions.empowerment import approving_by_sms
from callcenter.actions.inbound import opt_outs
from callcenter.actions.messages import messages
from callcenter.actions.messages.received import Received
from callcenter.actions.surveys import survey_replies
from callcenter.domain.messages import IncomingMessage
from callcenter.storage.administration import access
from callcenter.storage.customers import customers
from callcenter.storage.work import Work

Handler = Callable[[Work, Received], bool]  # True: taken, and written down

HANDLERS: tuple[Handler, ...] = (
    approving_by_sms.reply,  # an approver's own telephone: not a customer's, even where it is one as well
    opt_outs.obey,  # "stop" is obeyed whatever else is open
    survey_replies.take,
    messages.converse,  # takes whatever is left
)


def receive(work: Work, message: IncomingMessage) -> None:
    """Process a message. Idempotent by the carrier's sid."""
    if not access.claim_receipt(work.session, f"message:{message.sid}", now=work.now):
        return
    customers.lock_address(work.session, message.sender)
    received = Received(message)
    next(handle for handle in HANDLERS if handle(work, received))

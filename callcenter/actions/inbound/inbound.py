"""THE REGISTER of handlers for incoming messages, tried in order until one takes the message."""

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

Handler = Callable[[Work, Received], bool]  # True: the message is taken and stored

HANDLERS: tuple[Handler, ...] = (
    approving_by_sms.reply,  # first: an approver's mobile counts as an approver's, even where a customer has it too
    opt_outs.obey,  # "stop" takes precedence over any open survey or conversation
    survey_replies.take,
    messages.converse,  # takes every remaining message
)


def receive(work: Work, message: IncomingMessage) -> None:
    """Idempotent by the carrier's sid."""
    if not access.claim_receipt(work.session, f"message:{message.sid}", now=work.now):
        return
    customers.lock_address(work.session, message.sender)
    received = Received(message)
    next(handle for handle in HANDLERS if handle(work, received))

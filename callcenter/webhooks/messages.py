"""Text messages: incoming ones, and delivery reports."""

from flask import Blueprint, Response, request

from callcenter import messaging, wiring
from callcenter.actions.inbound import inbound
from callcenter.actions.messages import outgoing
from callcenter.declared import signed
from callcenter.messaging import twilio_messages
from callcenter.telephony import twiml
from callcenter.webhooks.guard import taken, xml

routes = Blueprint("messages", __name__, url_prefix="/messages")


@routes.post("/sms")
@signed
def incoming() -> Response:
    # A failure here is a 5xx, after which Twilio calls the fallback address.
    with wiring.current().work() as work:
        inbound.receive(work, messaging.parse(request.form))
    return xml(twiml.nothing())


@routes.post("/fallback")
@signed
def fallback() -> Response:
    """The same message, sent again. Idempotent."""
    return incoming()


@routes.post("/status")
@taken
def status() -> None:
    if "MessageSid" in request.form and "MessageStatus" in request.form:
        with wiring.current().work() as work:
            outgoing.report(work, twilio_messages.parse_report(request.form))

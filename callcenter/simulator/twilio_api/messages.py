"""REST: Messages."""

from flask import Response, jsonify, request

from callcenter.simulator.exchange import messages, whatsapp
from callcenter.simulator.exchange.messages import MessageRefused
from callcenter.simulator.twilio_api import RestError, api, carrier, not_found, page, required, shapes
from callcenter.simulator.twilio_api.calls import checked_url, is_within


@api.post("/Messages.json")
def create_message() -> tuple[Response, int]:
    to = required("To", 21604)
    service = request.form.get("MessagingServiceSid", "")
    from_ = request.form.get("From", "") or (_sender_of_service(to) if service else "")
    if not from_:
        raise RestError(400, 21603, "A 'From' phone number is required.")
    try:
        message = messages.send(
            carrier(),
            from_=from_,
            to=to,
            body=request.form.get("Body", ""),
            callback=checked_url(request.form.get("StatusCallback", "")),
            service_sid=service,
            urls=request.form.getlist("MediaUrl"),
        )
    except MessageRefused as refused:
        raise RestError(400, refused.code, refused.message) from None
    assert message is not None
    return jsonify(shapes.message(carrier(), message)), 201


def _sender_of_service(to: str) -> str:
    """A Messaging Service picks a sender of the recipient's channel."""
    number = carrier().settings.numbers[0]
    return whatsapp.PREFIX + number if whatsapp.channel(to) == "whatsapp" else number


@api.get("/Messages.json")
def list_messages() -> Response:
    to, from_ = request.args.get("To"), request.args.get("From")
    with carrier().lock:
        found = [
            message
            for message in reversed(carrier().books.messages.values())
            if to in (None, message.to) and from_ in (None, message.from_)
        ]
    found = [message for message in found if is_within("DateSent", message.sent or message.created)]
    return page("messages", found, lambda message: shapes.message(carrier(), message))


@api.get("/Messages/<sid>.json")
def fetch_message(sid: str) -> Response:
    message = carrier().books.messages.get(sid)
    if message is None:
        raise not_found()
    return jsonify(shapes.message(carrier(), message))

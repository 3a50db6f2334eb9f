"""Asks the app how to answer an inbound message, and sends the reply."""

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from callcenter.simulator.exchange import messages, numbers, whatsapp
from callcenter.simulator.exchange.messages import CarrierMessage
from callcenter.simulator.exchange.sources import Source
from callcenter.simulator.exchange.webhooks import WebhookRequest
from callcenter.simulator.twiml_player import document, schema
from callcenter.simulator.twiml_player.document import Document, InvalidTwiml

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier

MOST_REDIRECTS = 10


def answer(carrier: "Carrier", message: CarrierMessage) -> bool:
    """Ask the number's SmsUrl, then its fallback; send the reply. False if both fail."""
    number = numbers.find(carrier, whatsapp.bare(message.to))
    hooks = numbers.sms_webhooks(carrier, number) if number else None
    if hooks is None or not hooks.sms_url:
        return False
    params = messages.inbound_fields(carrier, message)
    try:
        _play(carrier, message, Source(hooks.sms_url, hooks.sms_method, params=params))
    except InvalidTwiml as refused:
        error = {"ErrorCode": str(refused.code), "ErrorUrl": hooks.sms_url}
        fallback = Source(hooks.sms_fallback_url, hooks.sms_fallback_method, params=params | error)
        return bool(hooks.sms_fallback_url) and _is_played(carrier, message, fallback)
    return True


def _is_played(carrier: "Carrier", message: CarrierMessage, source: Source) -> bool:
    try:
        _play(carrier, message, source)
    except InvalidTwiml:
        return False
    return True


def _play(carrier: "Carrier", message: CarrierMessage, source: Source) -> None:
    for _ in range(MOST_REDIRECTS):
        page = _fetch(carrier, message, source)
        redirect = next((verb for verb in page.verbs if verb.tag == "Redirect"), None)
        for verb in page.verbs:
            if verb is redirect:
                break
            _send(carrier, message, source, verb)
        if redirect is None:
            return
        source = source.link((redirect.text or "").strip(), redirect.get("method", ""), source.params)


def _fetch(carrier: "Carrier", message: CarrierMessage, source: Source) -> Document:
    reply = carrier.callbacks.fetch(WebhookRequest(source.url, source.params, source.method, event="message"))
    if reply.error:
        raise InvalidTwiml(reply.error)
    if not reply.body.strip():
        return Document(source, ())
    return document.read(
        carrier, source, reply.body, reply.content_type, call_sid=message.sid, allowed=schema.MESSAGING
    )


def _send(carrier: "Carrier", message: CarrierMessage, source: Source, verb: Element) -> None:
    callback = verb.get("statusCallback")
    messages.send(
        carrier,
        from_=message.to,
        to=verb.get("to") or message.from_,
        body=messages.text_of(verb),
        direction="outbound-reply",
        callback=source.link(callback).url if callback else "",
        urls=[source.link((media.text or "").strip()).url for media in verb.iterfind("Media")],
    )

"""REST: the files of a message."""

from flask import Response, jsonify

from callcenter.simulator.exchange.media import Media
from callcenter.simulator.exchange.messages import CarrierMessage
from callcenter.simulator.twilio_api import api, carrier, not_found, page, shapes


def _message(sid: str) -> CarrierMessage:
    found = carrier().books.messages.get(sid)
    if found is None:
        raise not_found()
    return found


def _offered(message: CarrierMessage) -> list[Media]:
    return [item for item in message.media if item.is_kept and not item.is_deleted]


def _find(message: CarrierMessage, sid: str) -> Media:
    found = next((item for item in _offered(message) if item.sid == sid), None)
    if found is None:
        raise not_found()
    return found


@api.get("/Messages/<message_sid>/Media.json")
def list_media(message_sid: str) -> Response:
    message = _message(message_sid)
    return page("media_list", _offered(message), lambda item: shapes.media(carrier(), message, item))


@api.get("/Messages/<message_sid>/Media/<sid>.json")
def fetch_media(message_sid: str, sid: str) -> Response:
    message = _message(message_sid)
    return jsonify(shapes.media(carrier(), message, _find(message, sid)))


@api.get("/Messages/<message_sid>/Media/<sid>")
def fetch_bytes(message_sid: str, sid: str) -> Response:
    item = _find(_message(message_sid), sid)
    content = carrier().books.files.get(item.sid)
    # Bytes are lost on restart.
    if content is None:
        raise not_found()
    return Response(content, content_type=item.type)


@api.delete("/Messages/<message_sid>/Media/<sid>")
@api.delete("/Messages/<message_sid>/Media/<sid>.json")
def delete_media(message_sid: str, sid: str) -> tuple[str, int]:
    # The bytes stay: the person's telephone still shows its copy.
    _find(_message(message_sid), sid).is_deleted = True
    carrier().save()
    return "", 204

"""Message files that the carrier fetches: public by token, for a day."""

import io
from datetime import timedelta

from flask import Blueprint, Response, abort, send_file

from callcenter import wiring
from callcenter.declared import public
from callcenter.storage.messages import attachments

GOOD_FOR = timedelta(days=1)

routes = Blueprint("files", __name__, url_prefix="/media")


@routes.get("/<token>")
@public
def fetch(token: str) -> Response:
    """GET and HEAD with the true type (Twilio requires both); 404 for an unknown or expired token."""
    services = wiring.current()
    with services.reading() as session:
        found = attachments.by_token(session, token)
    if found is None or found.content is None or found.created_at < services.clock() - GOOD_FOR:
        abort(404)
    return send_file(io.BytesIO(found.content), mimetype=found.kind, download_name=found.name, max_age=0)

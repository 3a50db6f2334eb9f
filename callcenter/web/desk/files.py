"""Serves files of messages: pictures inline, all others as downloads."""

import io

from flask import Response, request, send_file

from callcenter import wiring
from callcenter.domain import attachments as rules
from callcenter.domain.errors import NotFound
from callcenter.storage.calls import interactions
from callcenter.storage.messages import attachments, messages
from callcenter.web import access
from callcenter.web.desk import parts
from callcenter.web.desk.blueprint import pages


@pages.get("/attachments/<int:attachment_id>")
@access.everyone
def attachment(attachment_id: int) -> Response:
    """NotFound where the content is not stored, or the reader may not see its interaction."""
    with wiring.current().reading() as session:
        found = attachments.with_content(session, attachment_id)
        message = messages.get(session, found.message_id) if found else None
        if found is None or found.content is None or message is None:
            raise NotFound
        interaction = interactions.get(session, message.interaction_id) if message.interaction_id else None
        if interaction and interaction.ticket_id is None:  # access to a ticket covers its files
            parts.seen(session, interaction.id)
    is_saved = not rules.is_picture(found.kind) or "save" in request.args
    return send_file(
        io.BytesIO(found.content), mimetype=found.kind, as_attachment=is_saved, download_name=found.name, max_age=0
    )

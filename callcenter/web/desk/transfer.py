"""Transfers the agent's interaction to a queue or to an available colleague."""

from flask import Response, make_response, render_template, request, url_for

from callcenter import operations, wiring
from callcenter.actions.calls import transfers
from callcenter.domain.agents import Status
from callcenter.domain.errors import Invalid, NotFound
from callcenter.domain.interactions import State
from callcenter.storage.administration import company
from callcenter.storage.agents import agents
from callcenter.storage.calls import interactions
from callcenter.web import access
from callcenter.web.desk import parts
from callcenter.web.desk.blueprint import pages
from callcenter.web.wording import language


@pages.get("/desk/interactions/<int:interaction_id>/transfer")
@access.everyone
def choices(interaction_id: int) -> str:
    """Queues and available agents; NotFound unless the reader serves the interaction."""
    reader = language.chosen()
    with wiring.current().reading() as session:
        row = interactions.get(session, interaction_id)
        if row is None or row.state != State.ACTIVE or row.agent_id != access.current_agent().id:
            raise NotFound
        # Read when the menu opens, so availability is current.
        people = [
            one for one in agents.all_active(session) if one.status == Status.AVAILABLE and one.id != row.agent_id
        ]
        return render_template(
            "desk/transfer.html",
            row=row,
            queues=[(queue.id, queue.name(reader)) for queue in company.queues(session)],
            people=people,
        )


@pages.post("/desk/interactions/<int:interaction_id>/transfer")
@access.everyone
def transfer(interaction_id: int) -> Response:
    kind, _sep, number = request.form.get("to", "").partition(":")
    # The length keeps the id within a bigint.
    if kind not in ("queue", "agent") or not (number.isdigit() and len(number) < 18):
        raise Invalid("Choose whom to pass it on to.", field="to")
    reason, actor = request.form.get("reason", ""), access.current_actor()
    with wiring.current().work() as work:
        if kind == "queue":
            transfers.to_queue(work, interaction_id, queue_id=int(number), reason=reason, actor=actor)
        else:
            transfers.to_agent(work, interaction_id, agent_id=int(number), reason=reason, actor=actor)
        row = interactions.get(work.session, interaction_id)
    # After the commit: the caller goes back to the music, this agent's leg out of the call.
    operations.part(wiring.current(), interaction_id)
    answer = make_response(parts.now())
    # A transferred conversation leaves the desk at once.
    if row and not row.channel.is_voice:
        answer.headers["HX-Redirect"] = url_for("desk.page")
    return answer

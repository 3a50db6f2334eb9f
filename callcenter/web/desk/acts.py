"""The agent's actions on the desk. Each post runs one action and returns the part of the page it changed."""

import json

from flask import Response, jsonify, make_response, request, url_for
from flask_babel import gettext as _

from callcenter import operations, wiring
from callcenter.actions.agents import agents
from callcenter.actions.calls import wrap_ups
from callcenter.actions.customers import customers
from callcenter.actions.messages import messages
from callcenter.actions.messages.attachments import File
from callcenter.actions.routing import offers
from callcenter.actions.tickets import tickets
from callcenter.domain.agents import Status, identity
from callcenter.domain.errors import Invalid, NotFound, NotYourInteraction, StaleSave
from callcenter.domain.permissions import may_serve
from callcenter.storage.administration import access as kept
from callcenter.storage.agents import agents as agent_rows
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.work import Work
from callcenter.telephony.voice_token import voice_token
from callcenter.web import access
from callcenter.web.desk import parts, queue_pane
from callcenter.web.desk.blueprint import pages

DRAFTS = ("note", "message")
DRAFT_LIMIT = 10_000
STRIP = ("status", "type", "cause", "priority")


@pages.post("/desk/status", endpoint="status")
@access.everyone
def choose_status() -> str:
    with wiring.current().work() as work:
        status, reason = request.form.get("status", ""), request.form.get("reason", "")
        agents.choose_status(work, _me(), status, reason=reason)
    return parts.state_control(with_now=True)


@pages.post("/desk/status/take-back", endpoint="take_back")
@access.everyone
def take_back() -> str:
    """Cancels the status requested for after the current work."""
    with wiring.current().work() as work:
        agents.take_back_request(work, _me())
    return parts.state_control(with_now=True)


@pages.post("/desk/offers/<int:offer_id>/accept")
@access.everyone
def accept(offer_id: int) -> Response:
    """Returns the current slot; HX-Trigger joins the browser to the call or opens the conversation."""
    with wiring.current().work() as work:
        connection = offers.accept(work, offer_id, agent_id=_me())
        rung = agent_rows.get(work.session, _me())
    answer = make_response(parts.now())
    if not connection.params:
        opened = {"url": url_for("desk.middle", interaction_id=connection.interaction_id)}
        answer.headers["HX-Trigger"] = json.dumps({"desk:open": opened})
    # The carrier rings a desk telephone; the browser then stays out of the call.
    elif not (rung and rung.desk_telephone):
        answer.headers["HX-Trigger"] = json.dumps({"voice:connect": {"params": connection.params}})
    return answer


@pages.post("/desk/offers/<int:offer_id>/decline")
@access.everyone
def decline(offer_id: int) -> str:
    with wiring.current().work() as work:
        offers.decline(work, offer_id, agent_id=_me(), reason=_reason())
    return parts.now()


def _reason() -> str:
    reason = request.form.get("reason", "")
    # The reason is optional.
    if reason and reason not in queue_pane.DECLINED_FOR:
        raise Invalid("There is no such reason.", field="reason")
    return reason


@pages.post("/desk/interactions/<int:interaction_id>/join")
@access.everyone
def join(interaction_id: int) -> Response:
    """Reconnects the agent to their own call after a dropped leg or a reload."""
    with wiring.current().work() as work:
        # Accepting an accepted offer again returns its parameters: the page may have been reloaded.
        offer = parts.open_offer(work.session, interaction_id, agent_id=_me())
        connection = offers.accept(work, offer.id, agent_id=_me())
    answer = make_response(parts.now())
    answer.headers["HX-Trigger"] = json.dumps({"voice:connect": {"params": connection.params}})
    return answer


@pages.post("/desk/interactions/<int:interaction_id>/hold")
@access.everyone
def hold(interaction_id: int) -> str:
    operations.hold(wiring.current(), interaction_id, actor=access.current_actor())
    return _where_it_was_asked(interaction_id)


@pages.post("/desk/interactions/<int:interaction_id>/resume")
@access.everyone
def resume(interaction_id: int) -> str:
    operations.resume(wiring.current(), interaction_id, actor=access.current_actor())
    return _where_it_was_asked(interaction_id)


def _where_it_was_asked(interaction_id: int) -> str:
    return parts.controls(interaction_id) if request.headers.get("HX-Target") == "controls" else parts.now()


@pages.post("/desk/interactions/<int:interaction_id>/hang-up")
@access.everyone
def hang_up(interaction_id: int) -> str:
    # Ends a call at the carrier, a conversation in the database.
    operations.hang_up(wiring.current(), interaction_id, actor=access.current_actor())
    return parts.middle(interaction_id) if request.headers.get("HX-Target") == "middle" else parts.now()


@pages.post("/desk/interactions/<int:interaction_id>/more-time")
@access.everyone
def more_time(interaction_id: int) -> str:
    with wiring.current().work() as work:
        wrap_ups.extend(work, interaction_id, actor=access.current_actor())
    return parts.now()


@pages.post("/desk/interactions/<int:interaction_id>/wrap-up")
@access.everyone
def finish(interaction_id: int) -> str:
    """Saves outcome and note; requests or cancels the break that follows."""
    with wiring.current().work() as work:
        _then(work, request.form.get("break", ""))
        wrap_ups.finish(
            work,
            interaction_id,
            outcome=request.form.get("outcome", ""),
            note=request.form.get("note", ""),
            actor=access.current_actor(),
        )
        _forget_draft(work, f"note:{interaction_id}")
    return parts.free()


def _then(work: Work, wanted: str) -> None:
    """`wanted`: a break's kind, "1" for a break without a kind, "" for none."""
    agent = agent_rows.get(work.session, _me())
    # The break that is already requested, in the form's terms.
    asked = (agent.next_reason or "1") if agent and agent.next_status == Status.BREAK else ""
    if agent is None or agent.status == Status.BREAK or wanted == asked:
        return
    if wanted:
        agents.choose_status(work, _me(), Status.BREAK, reason="" if wanted == "1" else wanted)
    else:
        agents.take_back_request(work, _me())


@pages.post("/desk/interactions/<int:interaction_id>/messages")
@access.everyone
def send(interaction_id: int) -> str:
    with wiring.current().work() as work:
        messages.send(
            work,
            interaction_id,
            actor=access.current_actor(),
            body=request.form.get("body", ""),
            files=[File(name=f.filename or "", content=f.read()) for f in request.files.getlist("file") if f.filename],
        )
        _forget_draft(work, f"message:{interaction_id}")
    return parts.composer(interaction_id)


@pages.post("/desk/interactions/<int:interaction_id>/read")
@access.everyone
def read(interaction_id: int) -> Response:
    """Marks the customer's messages so far as read by the agent."""
    with wiring.current().work() as work:
        messages.read(work, interaction_id, actor=access.current_actor())
    return make_response("", 204)


@pages.post("/desk/interactions/<int:interaction_id>/notes")
@access.everyone
def note(interaction_id: int) -> str:
    """Saves the note as a comment on the ticket, or on the interaction where it has no ticket."""
    text = request.form.get("note", "")
    with wiring.current().work() as work:
        interaction = _served(work, interaction_id)
        # The ticket is where the next agent looks first.
        if interaction.ticket_id:
            tickets.comment(
                work, interaction.ticket_id, body=text, actor=access.current_actor(), interaction_id=interaction_id
            )
        else:
            wrap_ups.keep_note(work, interaction_id, note=text, actor=access.current_actor())
        _forget_draft(work, f"note:{interaction_id}")
    return parts.composer(interaction_id)


@pages.post("/desk/interactions/<int:interaction_id>/ticket")
@access.everyone
def save_ticket(interaction_id: int) -> str | tuple[str, int]:
    """Saves only the fields changed here; answers 409 with both versions where a colleague saved the same field."""
    changed = _changed_here()
    with wiring.current().reading() as session:
        interaction = interactions.get(session, interaction_id)
    if interaction is None or interaction.ticket_id is None:
        raise NotFound
    try:
        with wiring.current().work() as work:
            tickets.change(
                work,
                interaction.ticket_id,
                values=dict(changed),
                version=request.form.get("version", type=int),
                actor=access.current_actor(),
            )
    except StaleSave as stale:
        name = str(stale.values.get("name") or "") or _("Somebody")
        return parts.stale_save(interaction, changed, name=name), stale.status
    return parts.strip(interaction_id)


def _changed_here() -> dict[str, str]:
    given = {name: request.form[name] for name in STRIP if name in request.form}
    return {name: value for name, value in given.items() if request.form.get(f"was_{name}") != value}


@pages.post("/desk/interactions/<int:interaction_id>/customer")
@access.everyone
def recognise(interaction_id: int) -> str:
    """Picks one of the customers who share the number, or names a new one."""
    customer_id, name = request.form.get("customer_id", type=int), request.form.get("name", "").strip()
    actor = access.current_actor()
    with wiring.current().work() as work:
        interaction = _served(work, interaction_id)
        if customer_id:
            customers.recognise(work, interaction_id, customer_id=customer_id, actor=actor)
        elif name and interaction.customer_id:
            customers.change(work, interaction.customer_id, values={"name": name}, version=None, actor=actor)
        else:
            raise Invalid("Nothing is written yet.", field="name")
    return parts.card(interaction_id)


@pages.post("/desk/drafts")
@access.everyone
def draft() -> Response:
    """Saves a draft of at most DRAFT_LIMIT characters; an empty text deletes it."""
    key, _sep, number = request.form.get("key", "").partition(":")
    if key not in DRAFTS or not number.isdigit():
        raise Invalid("There is no such draft.", field="key")
    # PostgreSQL refuses NUL in text.
    body = request.form.get("text", "")[:DRAFT_LIMIT]
    with wiring.current().work() as work:
        kept.keep_draft(work.session, agent_id=_me(), about=f"{key}:{number}", body=body, now=work.now)
    return make_response("", 204)


@pages.post("/desk/voice-token", endpoint="voice_token")
@access.everyone
def voice() -> Response:
    settings = wiring.current().settings
    given = {"token": voice_token(settings, identity(_me())), "identity": identity(_me())}
    if settings.simulator_url:
        # Demo: where the simulated telephone runs.
        given["device_url"] = settings.simulator_url
    return jsonify(given)


def _me() -> int:
    return access.current_agent().id


def _served(work: Work, interaction_id: int) -> Interaction:
    interaction = interactions.get(work.session, interaction_id)
    if interaction is None:
        raise NotFound
    if not may_serve(access.current_actor(), interaction_agent_id=interaction.agent_id):
        raise NotYourInteraction
    return interaction


def _forget_draft(work: Work, about: str) -> None:
    kept.keep_draft(work.session, agent_id=_me(), about=about, body="", now=work.now)

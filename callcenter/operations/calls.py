"""Provider operations on calls, and fulfilment of grants."""

from datetime import timedelta

import structlog

from callcenter.actions.callbacks import callback_dialing
from callcenter.actions.calls import holds, wrap_ups
from callcenter.actions.empowerment import fulfilment
from callcenter.actions.legs import directions
from callcenter.actions.legs import legs as leg_acts
from callcenter.actions.routing import offers
from callcenter.domain.calls import OVER, RANK, CallStatus, LegReport
from callcenter.domain.errors import (
    AlreadyOnHold,
    CallNotConnected,
    NotFound,
    NotOnHold,
    NotYourInteraction,
    OutsideError,
)
from callcenter.domain.interactions import EndedBy, State
from callcenter.domain.permissions import Actor, may_serve
from callcenter.domain.states import GrantState, OfferState, Party
from callcenter.storage.agents import agents
from callcenter.storage.calls import interactions
from callcenter.storage.calls import legs as leg_rows
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.calls.legs import Leg
from callcenter.storage.routing import offers as offer_rows
from callcenter.wiring import Wiring

log = structlog.get_logger()
ASK_AGAIN = timedelta(seconds=20)


def hold(wiring: Wiring, interaction_id: int, *, actor: Actor) -> None:
    """OutsideError: nothing changed, customer and agent still hear each other."""
    interaction = _my_call(wiring, interaction_id, actor)
    if interaction.held_since is not None:
        raise AlreadyOnHold
    wiring.phone.hold(interaction_id=interaction.id, language=interaction.language)
    with wiring.work() as work:
        if now := interactions.get(work.session, interaction_id, lock=True):
            holds.begin(work, now)


def resume(wiring: Wiring, interaction_id: int, *, actor: Actor) -> None:
    interaction = _my_call(wiring, interaction_id, actor)
    if interaction.held_since is None:
        raise NotOnHold
    wiring.phone.resume(interaction_id=interaction.id)
    with wiring.work() as work:
        if now := interactions.get(work.session, interaction_id, lock=True):
            holds.end(work, now)


def hang_up(wiring: Wiring, interaction_id: int, *, actor: Actor) -> None:
    """Also conversations. Idempotent; OutsideError: nothing changed."""
    interaction = _mine(wiring, interaction_id, actor)
    if not interaction.channel.is_voice:
        with wiring.work() as work:
            wrap_ups.end_conversation(work, interaction_id, actor=actor)
        return
    if interaction.state != State.ACTIVE:
        return
    leg = _wish_to_hang_up(wiring, interaction_id, by=EndedBy.AGENT)
    try:
        if leg:
            wiring.phone.hang_up(leg.sid)
    except OutsideError:
        _wish_to_hang_up(wiring, interaction_id, by=None)
        raise
    with wiring.work() as work:
        if now := interactions.get(work.session, interaction_id, lock=True):
            directions.customer_gone(work, now, by=EndedBy.AGENT)


def _wish_to_hang_up(wiring: Wiring, interaction_id: int, *, by: EndedBy | None) -> Leg | None:
    """Sets who ended the call; returns the customer's leg."""
    with wiring.work() as work:
        interaction = interactions.get(work.session, interaction_id, lock=True)
        if interaction and interaction.state == State.ACTIVE:
            # Before the request: the provider's report may arrive before its answer.
            interaction.ended_by = by
        return leg_rows.of_customer(work.session, interaction_id)


def _my_call(wiring: Wiring, interaction_id: int, actor: Actor) -> Interaction:
    interaction = _mine(wiring, interaction_id, actor)
    if not interaction.channel.is_voice or interaction.state != State.ACTIVE or interaction.answered_at is None:
        raise CallNotConnected
    return interaction


def _mine(wiring: Wiring, interaction_id: int, actor: Actor) -> Interaction:
    with wiring.reading() as session:
        interaction = interactions.get(session, interaction_id)
    if interaction is None:
        raise NotFound
    if not may_serve(actor, interaction_agent_id=interaction.agent_id):
        raise NotYourInteraction
    return interaction


def ring_agent(wiring: Wiring, offer_id: int) -> None:
    """After a permanent refusal the next agent gets the offer."""
    with wiring.work() as work:
        offer = offer_rows.claim_to_ring(work.session, offer_id, now=work.now)
        if offer is None:
            return
        offer.ring_at = work.now + ASK_AGAIN
        agent = agents.get(work.session, offer.agent_id)
        interaction = interactions.get(work.session, offer.interaction_id)
    if agent is None or interaction is None or agent.desk_telephone is None:
        return
    try:
        sid = wiring.phone.ring_agent(to=agent.desk_telephone, caller_id=interaction.our_address, offer_id=offer_id)
    except OutsideError as error:
        log.warning("ring_refused", interaction_id=interaction.id, code=error.code, permanent=error.permanent)
        _not_rung(wiring, offer_id, permanent=error.permanent)
        return
    with wiring.work() as work:
        leg_acts.rung(work, offer_id, call_sid=sid)


def _not_rung(wiring: Wiring, offer_id: int, *, permanent: bool) -> None:
    with wiring.work() as work:
        offer = offer_rows.get(work.session, offer_id)
        interaction = interactions.get(work.session, offer.interaction_id, lock=True) if offer else None
        offer = offer_rows.get(work.session, offer_id, lock=True)
        if interaction is None or offer is None or offer.state != OfferState.LIVE:
            return
        # A permanent refusal counts as missed; otherwise retry while the offer is live.
        if permanent:
            offers.missed(work, interaction, offer, reason="desk_telephone_refused")
        else:
            offer.ring_at = work.now + timedelta(seconds=2)


def bring_back(wiring: Wiring, interaction_id: int) -> None:
    """A caller without an agent goes back to the music; repeated every 5 seconds until they arrive."""
    with wiring.work() as work:
        interaction = interactions.get(work.session, interaction_id, lock=True)
        if interaction is None or not interaction.channel.is_voice:
            return
        call = interaction.call
        if call.bring_back_at is None or call.bring_back_at > work.now:
            return
        call.bring_back_at = work.now + timedelta(seconds=5)
        leg = leg_rows.of_customer(work.session, interaction_id)
    if leg is None:
        return
    try:
        wiring.phone.bring_back(call_sid=leg.sid, interaction_id=interaction_id)
    except OutsideError as error:
        log.warning("bring_back_refused", interaction_id=interaction_id, code=error.code, permanent=error.permanent)
        if error.permanent:
            ask_about(wiring, leg)


def call_customer(wiring: Wiring, interaction_id: int) -> None:
    """A permanent refusal counts as a try."""
    with wiring.work() as work:
        # The claim prevents a second dialing.
        row = callback_dialing.claim(work, interaction_id)
    if row is None:
        return
    try:
        sid = wiring.phone.call_customer(to=row.number, caller_id=row.our_number, interaction_id=interaction_id)
    except OutsideError as error:
        log.warning("call_refused", interaction_id=interaction_id, code=error.code, permanent=error.permanent)
        with wiring.work() as work:
            interaction = interactions.get(work.session, interaction_id, lock=True)
            if interaction and error.permanent:
                callback_dialing.not_reached(work, interaction, outcome="refused")
        return
    with wiring.work() as work:
        callback_dialing.rings(work, interaction_id, call_sid=sid)


def end_legs(wiring: Wiring, interaction_id: int) -> None:
    """Hang up agent legs in a call that ended or moved on."""
    with wiring.reading() as session:
        sids = callback_dialing.legs_to_end(session, interaction_id)
    for sid in sids:
        wiring.phone.hang_up(sid)


def part(wiring: Wiring, interaction_id: int) -> None:
    """After a transfer: caller to the music, previous agent's leg down, before the next agent joins."""
    bring_back(wiring, interaction_id)
    try:
        end_legs(wiring, interaction_id)
    # The jobs that follow the transfer retry this.
    except OutsideError as error:
        log.warning("leg_not_ended", interaction_id=interaction_id, code=error.code, permanent=error.permanent)


def agent_not_connected(wiring: Wiring, offer_id: int) -> None:
    """Check an accepted call's agent leg; where it is down, another agent takes over."""
    with wiring.reading() as session:
        offer = offer_rows.get(session, offer_id)
        legs = leg_rows.of(session, offer.interaction_id) if offer else []
    if offer is None or offer.connect_by is None:
        return
    mine = [leg for leg in legs if leg.offer_id == offer.id and leg.left_at is None]
    up = next((leg for leg in mine if _is_up(wiring, leg)), None)
    if up is not None:
        # Reports were lost: perhaps that of the customer's leaving as well.
        for leg in legs:
            if leg.party == Party.CUSTOMER and leg.left_at is None:
                ask_about(wiring, leg)
        with wiring.work() as work:
            if interaction := interactions.get(work.session, offer.interaction_id, lock=True):
                leg_acts.agent_joined(work, interaction, up)
        return
    with wiring.work() as work:
        offers.leg_lost(work, offer_id)


def _is_up(wiring: Wiring, leg: Leg) -> bool:
    try:
        status = wiring.phone.status(leg.sid)
    except OutsideError:
        # Unknown counts as down: a caller alone in the call is worse than a second agent.
        return False
    return status is not None and status == CallStatus.IN_PROGRESS


def ask_about(wiring: Wiring, leg: Leg) -> None:
    """Reconcile a leg without recent reports: an end known to the provider counts as a report."""
    try:
        status = wiring.phone.status(leg.sid)
    except OutsideError as error:
        log.warning("reconcile_failed", interaction_id=leg.interaction_id, code=error.code)
        return
    with wiring.work() as work:
        if status is None or RANK[status] >= OVER:
            leg_acts.report(work, LegReport(sid=leg.sid, status=status or CallStatus.COMPLETED, is_asked=True))


def fulfil(wiring: Wiring, grant_id: int) -> None:
    """Fulfil or reverse a due grant: request to the department, or POST to the company's system."""
    with wiring.work() as work:
        grant = fulfilment.claim(work, grant_id)
        if grant is None:
            return
        if grant.fulfilment.get("how") == "request" and grant.state != GrantState.REVERSED:
            fulfilment.ask_department(work, grant)
            return
        post = fulfilment.post_of(work, grant)
    if post is None:
        with wiring.work() as work:
            fulfilment.failed(work, grant_id, reason=f"no system {grant.fulfilment.get('to', '')}", final=True)
        return
    url, secret, body = post
    try:
        # The key lets the system ignore a repeated POST.
        wiring.systems.post(
            url, secret=secret, key=f"{body['event']}:{grant_id}", at=int(wiring.clock().timestamp()), body=body
        )
    except OutsideError as error:
        log.warning("not_fulfilled", grant_id=grant_id, code=error.code, permanent=error.permanent)
        with wiring.work() as work:
            fulfilment.not_done(work, grant_id, error)
        return
    with wiring.work() as work:
        fulfilment.done(work, grant_id)

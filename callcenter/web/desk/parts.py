"""The desk's page and its parts; the browser fetches a part again when an event says that it changed."""

from datetime import datetime

from flask import render_template, request
from sqlalchemy.orm import Session

from callcenter import wiring
from callcenter.domain.errors import NotFound
from callcenter.domain.interactions import State
from callcenter.domain.permissions import may_see_interaction
from callcenter.reports.agents import desk
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.routing import offers
from callcenter.storage.routing.offers import Offer
from callcenter.storage.tickets import tickets
from callcenter.web import access
from callcenter.web.desk import idle_view, queue_pane, stale
from callcenter.web.desk.blueprint import pages
from callcenter.web.desk.card import ShownCard
from callcenter.web.desk.interaction_pane import InteractionPane
from callcenter.web.plumbing import page_context
from callcenter.web.wording import language


@pages.get("/desk")
@access.everyone
def page() -> str:
    """The requested interaction, else the live one, else the idle view."""
    asked = request.args.get("interaction", type=int)
    with wiring.current().reading() as session:
        mine = _mine(session)
        now = queue_pane.now(session, mine)
        live = now.item.interaction.id if now.item else None
        interaction_id = asked or live
        pane = _pane(session, interaction_id) if interaction_id else idle_view.of(session, mine, _clock())
        return render_template(
            "desk/page.html",
            now=now,
            mine=queue_pane.lists(mine),
            waiting=mine.queues,
            pane=pane,
            card=_card_of(session, pane),
        )


@pages.get("/desk/status", endpoint="status_control")
@access.everyone
def status_part() -> str:
    return state_control()


@pages.get("/desk/now")
@access.everyone
def now() -> str:
    with wiring.current().reading() as session:
        return render_template("desk/now.html", now=queue_pane.now(session, _mine(session)))


@pages.get("/desk/mine")
@access.everyone
def mine() -> str:
    with wiring.current().reading() as session:
        return render_template("desk/mine.html", mine=queue_pane.lists(_mine(session)))


@pages.get("/desk/waiting")
@access.everyone
def waiting() -> str:
    with wiring.current().reading() as session:
        return render_template("desk/waiting.html", waiting=_mine(session).queues)


@pages.get("/desk/free")
@access.everyone
def free() -> str:
    with wiring.current().reading() as session:
        pane = idle_view.of(session, _mine(session), _clock())
        return render_template("desk/middle_and_card.html", pane=pane, card=None)


@pages.get("/desk/free/part")
@access.everyone
def free_part() -> str:
    with wiring.current().reading() as session:
        return render_template("desk/free.html", pane=idle_view.of(session, _mine(session), _clock()))


@pages.get("/desk/interactions/<int:interaction_id>")
@access.everyone
def middle(interaction_id: int) -> str:
    with wiring.current().reading() as session:
        pane = _pane(session, interaction_id)
        return render_template("desk/middle_and_card.html", pane=pane, card=_card_of(session, pane))


@pages.get("/desk/interactions/<int:interaction_id>/who")
@access.everyone
def who(interaction_id: int) -> str:
    return _part("who", interaction_id)


@pages.get("/desk/interactions/<int:interaction_id>/controls")
@access.everyone
def controls(interaction_id: int) -> str:
    return _part("controls", interaction_id)


@pages.get("/desk/interactions/<int:interaction_id>/strip")
@access.everyone
def strip(interaction_id: int) -> str:
    return _part("strip", interaction_id)


@pages.get("/desk/interactions/<int:interaction_id>/timeline")
@access.everyone
def timeline(interaction_id: int) -> str:
    return _part("timeline", interaction_id)


@pages.get("/desk/interactions/<int:interaction_id>/talk")
@access.everyone
def talk(interaction_id: int) -> str:
    return _part("talk", interaction_id)


@pages.get("/desk/interactions/<int:interaction_id>/wrap-up-clock")
@access.everyone
def wrap_up_clock(interaction_id: int) -> str:
    return _part("wrap_up_clock", interaction_id)


@pages.get("/desk/interactions/<int:interaction_id>/card")
@access.everyone
def card(interaction_id: int) -> str:
    with wiring.current().reading() as session:
        return render_template("desk/card.html", card=_card_of(session, _pane(session, interaction_id)))


def composer(interaction_id: int) -> str:
    return _part("composer", interaction_id)


def state_control(*, with_now: bool = False) -> str:
    """The status control; `with_now` adds the current slot as an out-of-band swap."""
    with wiring.current().reading() as session:
        mine = _mine(session)
        status = page_context.shown_status(session, mine.agent)
        control = render_template("macros/state_control.html", fresh_status=status)
        return (
            control + render_template("desk/now.html", now=queue_pane.now(session, mine), oob=True)
            if with_now
            else control
        )


def stale_save(interaction: Interaction, changed: dict[str, str], *, name: str) -> str:
    with wiring.current().reading() as session:
        ticket = tickets.get(session, interaction.ticket_id or 0)
        if ticket is None:
            raise NotFound
        return render_template("desk/stale_save.html", stale=stale.of(ticket, interaction.id, changed, name=name))


def open_offer(session: Session, interaction_id: int, *, agent_id: int) -> Offer:
    """The agent's open offer of this interaction; NotFound without one."""
    offer = offers.open_of(session, interaction_id)
    if offer is None or offer.agent_id != agent_id:
        raise NotFound
    return offer


def _part(name: str, interaction_id: int) -> str:
    with wiring.current().reading() as session:
        return render_template(f"desk/{name}.html", pane=_pane(session, interaction_id))


def seen(session: Session, interaction_id: int) -> Interaction:
    """NotFound where the reader has no access."""
    row = interactions.get(session, interaction_id)
    if row is None or not _may_see(row):
        raise NotFound
    return row


def _pane(session: Session, interaction_id: int) -> InteractionPane:
    row = seen(session, interaction_id)
    return InteractionPane(session, desk.items(session, [row], language.chosen())[0], me(session), _clock())


def _may_see(row: Interaction) -> bool:
    # An offered interaction already names its agent.
    offered_to = row.agent_id if row.state == State.OFFERED else None
    live = row.state != State.ENDED
    return may_see_interaction(access.current_actor(), agent_id=row.agent_id, offered_to=offered_to, live=live)


def _card_of(session: Session, pane: InteractionPane | idle_view.IdleView) -> ShownCard | None:
    given = pane.card if isinstance(pane, InteractionPane) else None
    return ShownCard(session, given) if given else None


def _mine(session: Session) -> desk.Mine:
    return desk.mine(session, me(session), _clock())


def me(session: Session) -> Agent:
    # This request may have changed the agent since sign-in was checked.
    agent = agents.get(session, access.current_agent().id)
    if agent is None:
        raise NotFound
    return agent


def _clock() -> datetime:
    return wiring.current().clock()

"""Who serves, and oneself: status, work in hand, and the pass for the browser's telephone."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from callcenter import wiring
from callcenter.actions.agents import agents as acts
from callcenter.api import cursors
from callcenter.api.door import me
from callcenter.api.interactions import InteractionShown
from callcenter.api.offers import OfferShown
from callcenter.api.operations import operation
from callcenter.api.problems import Refused
from callcenter.api.shapes import Listing, Page, Sent, Shown, Text
from callcenter.declared import everyone
from callcenter.domain.agents import AgentState, Role, Status, identity
from callcenter.domain.errors import NotFound
from callcenter.settings import Settings
from callcenter.storage.agents import agents
from callcenter.storage.calls import interactions
from callcenter.storage.routing import offers
from callcenter.telephony.voice_token import TTL_SECONDS, voice_token

NO_AGENT = {403: ("no-agent",)}


class AgentShown(Shown):
    """A person who serves: `status` is what they chose, `state` what the system knows."""

    id: int
    username: str
    name: str
    role: Role
    team_id: int | None
    language: str
    languages: Annotated[list[str], Field(description="Spoken with customers.")]
    skills: Annotated[dict[str, int], Field(description="Level by skill.")]
    max_conversations: int
    status: Status
    status_since: datetime
    status_cause: str
    next_status: Annotated[Status | None, Field(description="Begins when the work in hand is done.")]
    next_cause: Annotated[str, Field(description="Of which kind the break then is; empty for none.")]
    state: AgentState
    state_since: datetime


class Agents(Page[AgentShown]):
    pass


class Me(AgentShown):
    """Oneself, with what is in hand now: all that a desk needs when it opens."""

    zone: str
    email: str | None
    desk_telephone: str | None
    interactions: list[InteractionShown]
    offers: list[OfferShown]


class AgentsAsked(Listing):
    status: Status | None = None


class StatusSent(Sent):
    status: Literal[Status.AVAILABLE, Status.BREAK, Status.UNAVAILABLE, Status.SIGNED_OUT]
    cause: Annotated[Text, Field(max_length=60, description="The kind of break, by its key; empty for none.")] = ""


class VoiceToken(Shown):
    """`device_url`: in the demo, where the pretended telephone is to be reached instead of the telephone company's."""

    token: str
    identity: str
    ttl: Annotated[int, Field(description="Seconds for which the token is good.")]
    device_url: str | None


@operation("GET", "/agents", query=AgentsAsked, answer=Agents)
@everyone
def list_agents(query: AgentsAsked) -> Agents:
    """Those who work here."""
    with wiring.current().reading() as session:
        after = cursors.read(query, "agents") or 0
        rows = agents.page(session, after=after, status=query.status, limit=query.limit + 1)
    page, following = cursors.cut(rows, query, "agents")
    return Agents(data=AgentShown.all_of(page), next=following)


@operation("GET", "/agents/{agent_id}", answer=AgentShown)
@everyone
def get_agent(agent_id: int) -> AgentShown:
    """One agent."""
    with wiring.current().reading() as session:
        found = agents.get(session, agent_id)
    if found is None or not found.is_active:
        raise NotFound
    return AgentShown.of(found)


@operation("GET", "/agents/me", answer=Me, refuses=NO_AGENT)
@everyone
def get_me() -> Me:
    """The token's own agent, with the interactions and offers in hand."""
    with wiring.current().reading() as session:
        agent = agents.get(session, me())
        if agent is None:
            raise NotFound
        return Me(
            **AgentShown.of(agent).model_dump(),
            zone=agent.zone,
            email=agent.email,
            desk_telephone=agent.desk_telephone,
            interactions=InteractionShown.all_of(interactions.of_agent(session, agent.id)),
            offers=OfferShown.all_of(offers.open_of_agent(session, agent.id)),
        )


@operation("PUT", "/agents/me/status", body=StatusSent, answer=Me, refuses=NO_AGENT)
@everyone
def set_status(body: StatusSent) -> Me:
    """Choose a status. Whoever is signed out is signed in first; `signed_out` signs out, and offers go on to others.

    While there is work in hand a break waits until it is done: then `next_status` says so. Sending the same twice is as once.
    """
    with wiring.current().work() as work:
        if body.status == Status.SIGNED_OUT:
            acts.sign_out(work, me())
        else:
            agent = agents.get(work.session, me(), lock=True)
            if agent and agent.status == Status.SIGNED_OUT:
                agent = acts.sign_in(work, me())
            if agent and (agent.next_status, agent.next_cause) != (body.status, body.cause):
                acts.choose_status(work, me(), body.status, cause=body.cause)
    return get_me()


@operation(
    "POST", "/agents/me/voice-token", answer=VoiceToken, refuses={**NO_AGENT, 503: ("telephony-not-configured",)}
)
@everyone
def issue_voice_token() -> VoiceToken:
    """The pass with which this agent's browser joins calls (Twilio's Voice SDK: new Device(token))."""
    settings = wiring.current().settings
    name = identity(me())
    if not _is_configured(settings):
        text = "Calls in the browser are not configured: the API key, its secret and the TwiML app are needed."
        raise Refused(503, "telephony-not-configured", text)
    token = voice_token(settings, name)
    return VoiceToken(token=token, identity=name, ttl=TTL_SECONDS, device_url=settings.simulator_url or None)


def _is_configured(settings: Settings) -> bool:
    return all((settings.twilio_api_key, settings.twilio_api_secret, settings.twilio_twiml_app_sid))

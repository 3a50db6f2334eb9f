"""What a waiting caller is told: place and expected wait. Looking only."""

from sqlalchemy.orm import Session

from callcenter.domain import routing as rules
from callcenter.domain.calls import Answer, HangUp, TellPlace
from callcenter.domain.interactions import WITH_CUSTOMER, State
from callcenter.storage import agents, company, interactions
from callcenter.storage.interactions import Interaction


def prediction(session: Session, interaction: Interaction) -> tuple[int, int | None]:
    """(place, expected seconds): 0 where somebody is free for this one, None where nobody serves the queue now."""
    place = interactions.ahead_of(session, interaction) + 1
    queue = company.queue(session, interaction.queue_id) if interaction.queue_id else None
    if queue is None:
        return place, None
    serving, idle = agents.serving(session, language=interaction.language, skill=queue.skill, level=queue.level)
    if idle >= place:
        return place, 0
    expected = rules.expected_wait(place=place, agents_serving=serving, handling_seconds=queue.handling_seconds)
    return place, int(expected.total_seconds()) if expected else None


def tell_place(session: Session, interaction_id: int, *, first: bool) -> Answer:
    """What a waiting caller hears next. Looking only: nothing is written."""
    interaction = interactions.get(session, interaction_id)
    if interaction is None or interaction.state not in WITH_CUSTOMER:
        return HangUp()
    place: int | None = None
    seconds: int | None = None
    if interaction.state == State.WAITING:
        place, seconds = prediction(session, interaction)
    return TellPlace(
        interaction_id=interaction.id, language=interaction.language, place=place, expected_seconds=seconds, first=first
    )

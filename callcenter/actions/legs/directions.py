"""What depends on the direction of a call: agent's leg up, customer gone."""

from collections.abc import Callable
from dataclasses import dataclass

from callcenter.actions.callbacks import callback_dialing
from callcenter.actions.calls import calls
from callcenter.domain.interactions import EndedBy
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.work import Work


@dataclass(frozen=True, slots=True)
class DirectionHandlers:
    agent_is_up: Callable[[Work, Interaction], None]
    customer_gone: Callable[..., None]


DIRECTIONS = {
    "inbound": DirectionHandlers(calls.connected, calls.end),
    "callback": DirectionHandlers(callback_dialing.agent_is_in, callback_dialing.customer_gone),
}


def agent_is_up(work: Work, interaction: Interaction) -> None:
    """Locked and active."""
    DIRECTIONS[interaction.direction].agent_is_up(work, interaction)


def customer_gone(work: Work, interaction: Interaction, *, by: EndedBy) -> None:
    """Idempotent: the first report wins. Locked."""
    DIRECTIONS[interaction.direction].customer_gone(work, interaction, by=by)

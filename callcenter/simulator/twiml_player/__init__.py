"""Plays TwiML to a leg as Twilio does, and refuses what Twilio refuses."""

from typing import TYPE_CHECKING

from callcenter.simulator.exchange.calls import CarrierCall
from callcenter.simulator.exchange.conferences import Participant
from callcenter.simulator.exchange.sources import Source
from callcenter.simulator.twiml_player import gathering, queueing, speaking, steering
from callcenter.simulator.twiml_player.dialling import Dialling, join_by_rest
from callcenter.simulator.twiml_player.player import CallOver, Jump, Player, Verb

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier

VERBS: dict[str, Verb] = {
    "Say": speaking.say,
    "Play": speaking.play,
    "Pause": speaking.pause,
    "Gather": gathering.gather,
    "Record": gathering.record,
    "Enqueue": queueing.enqueue,
    "Leave": steering.leave,
    "Redirect": steering.redirect,
    "Hangup": steering.hang_up,
    "Reject": steering.reject,
    "Message": steering.message,
}
VERBS["Dial"] = Dialling(VERBS).dial


def run(carrier: "Carrier", call: CarrierCall, source: Source) -> None:
    Player(carrier, call, VERBS).run(source)


def run_in_conference(carrier: "Carrier", call: CarrierCall, name: str, member: Participant) -> None:
    """A leg created by REST joins a conference; REST may later redirect it to a document."""
    player = Player(carrier, call, VERBS)
    try:
        join_by_rest(player, name, member)
    except CallOver:
        return
    except Jump:
        with carrier.lock:
            jump, call.jump = call.jump, None
        if jump:
            player.run(jump)

"""Messages on their way out."""

from callcenter import errands
from callcenter.wiring import Wiring
from workers.job import job


@job
def send(wiring: Wiring, *, message_id: int) -> None:
    errands.send_message(wiring, message_id)

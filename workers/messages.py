"""Messages on their way out."""

from callcenter import operations
from callcenter.wiring import Wiring
from workers.job import job


@job
def send(wiring: Wiring, *, message_id: int) -> None:
    operations.send_message(wiring, message_id)

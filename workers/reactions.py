"""Tell again what a crash swallowed between a commit and its push."""

from callcenter.wiring import Wiring
from workers.job import job


@job
def tell_again(wiring: Wiring) -> None:
    wiring.tell_again()

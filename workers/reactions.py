"""Tell again what a crash swallowed between a commit and its push."""

from callcenter.wiring import Wiring
from workers.job import job


@job
def republish(wiring: Wiring) -> None:
    wiring.republish()

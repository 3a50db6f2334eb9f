"""Sends the survey after service, when due."""

from callcenter.actions.surveys import surveys
from callcenter.wiring import Wiring
from workers.job import job


@job
def invite(wiring: Wiring, *, survey_id: int) -> None:
    with wiring.work() as work:
        surveys.invite(work, survey_id)

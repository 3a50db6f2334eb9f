"""Fulfils grants, and asks approvers without an open screen by SMS."""

from callcenter import operations
from callcenter.actions.empowerment import approving_by_sms
from callcenter.wiring import Wiring
from workers.job import job


@job
def fulfil(wiring: Wiring, *, grant_id: int) -> None:
    operations.fulfil(wiring, grant_id)


@job
def text_approvers(wiring: Wiring, *, approval_id: int) -> None:
    with wiring.work() as work:
        approving_by_sms.invite(work, approval_id)

"""Posts the same webhook from several processes at the same instant."""

from multiprocessing.synchronize import Barrier
from typing import Any

from callcenter.app import create_app
from callcenter.settings import Settings
from tests.waiting import PATIENCE

_together: Barrier | None = None


def meet(together: Barrier) -> None:
    """In each process of a pool: where they wait for one another."""
    global _together
    _together = together


def post(settings: dict[str, Any], path: str, form: dict[str, str], signature: str) -> bytes:
    """One webhook, at the same instant as the other processes'."""
    client = create_app(Settings(**settings)).test_client()
    assert _together is not None
    _together.wait(PATIENCE)
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature}).data

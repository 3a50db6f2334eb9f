"""Programs with tokens of the usual test people."""

from collections.abc import Callable

import pytest
from flask import Flask

from callcenter.actions.administration import staff
from callcenter.settings import Settings
from callcenter.wiring import Wiring
from tests.api.program import Program
from tests.factories import Centre

Grant = Callable[..., Program]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    keys = {"twilio_api_key": "SK" + "0" * 32, "twilio_api_secret": "s" * 32, "twilio_twiml_app_sid": "AP" + "0" * 32}
    return settings.model_copy(update=keys)


@pytest.fixture
def grant(app: Flask, wiring: Wiring, centre: Centre) -> Grant:
    """A program with a new token: grant("alice"), or grant(role="supervisor") for one without an agent."""
    assert centre

    def make(username: str | None = None, *, role: str = "agent") -> Program:
        with wiring.work() as work:
            _, secret = staff.issue_token(work, name=username or role, role=role, username=username)
        return Program(app, secret)

    return make


@pytest.fixture
def alice(grant: Grant) -> Program:
    return grant("alice")


@pytest.fixture
def bo(grant: Grant) -> Program:
    return grant("bo")


@pytest.fixture
def sam(grant: Grant) -> Program:
    return grant("sam", role="supervisor")

"""The simulator on a free port at twenty times real speed, and an app for it to call."""

from collections.abc import Iterator

import pytest
from twilio.rest import Client

from .company import QUICK, Company, client_of, fresh, open_site, start
from .site import Site


@pytest.fixture(scope="session")
def running_company() -> Iterator[Company]:
    yield from start(QUICK)


@pytest.fixture
def site() -> Iterator[Site]:
    yield from open_site()


@pytest.fixture
def company(running_company: Company, site: Site) -> Iterator[Company]:
    yield from fresh(running_company, site)


@pytest.fixture
def twilio(company: Company) -> Client:
    """Twilio's own client, pointed at the simulator."""
    return client_of(company)

"""One headless Chromium and one running system for all browser tests of a process."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from callcenter import embedded
from tests.browser import chromium
from tests.browser.system import SHOWN, Running, System, run


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Without Chromium the tests are skipped with a reason; in CI that is a failure."""
    try:
        found = chromium.find()
    except chromium.NoChromiumError as missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(missing))
    expect.set_options(timeout=SHOWN)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=found.path, args=list(chromium.ARGUMENTS), env={**os.environ, **found.environment}
        )
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def _running(_postgres: embedded.EmbeddedServer) -> Iterator[Running]:
    yield from run(_postgres)


@pytest.fixture(scope="module")
def system(_running: Running, _postgres: embedded.EmbeddedServer) -> Iterator[System]:
    """The demo's company as just seeded, for one module."""
    _postgres.start()
    yield _running.fresh()
    _running.rest()

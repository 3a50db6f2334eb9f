"""One headless Chromium for all browser tests."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Without any Chromium the reason is told; where nobody reads it, in CI, that is a failure."""
    try:
        found = chromium.find()
    except chromium.NoChromiumError as missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(missing))
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=found.path, args=list(chromium.ARGUMENTS), env={**os.environ, **found.environment}
        )
        yield opened
        opened.close()

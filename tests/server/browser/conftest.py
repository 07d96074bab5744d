"""ComfyUI's page in a headless browser, with the classic canvas and with Nodes 2.0."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from testing.server.browser import comfy_page
from testing.server.shared_workflows import CHECKPOINT

WAIT_MILLISECONDS = 120_000  # at most, for what the tests wait for: others may be at work on the machine
# Attempts of the page itself to reach the internet, which the test does not let through.
UNREACHABLE = ("Content Security Policy", "Failed to load resource", "ERR_FAILED", "Network Error", "Failed to fetch")


@pytest.fixture(scope="module", params=[False, True], ids=["classic", "nodes2"])
def page_and_errors(request: pytest.FixtureRequest, server) -> Iterator[tuple[Page, list[str]]]:
    """One page for all tests of a file, for it takes seconds to open, and what goes wrong in it."""
    (server.base / "models" / "checkpoints" / CHECKPOINT).touch()  # so that the page finds it
    errors: list[str] = []
    expect.set_options(timeout=WAIT_MILLISECONDS)
    with comfy_page(server.client.url, settings={"Comfy.VueNodes.Enabled": request.param}) as opened:
        opened.set_default_timeout(WAIT_MILLISECONDS)
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        yield opened, errors


@pytest.fixture
def page(page_and_errors: tuple[Page, list[str]]) -> Iterator[Page]:
    """The page; the test fails at its end if the page reported an error."""
    opened, errors = page_and_errors
    errors.clear()
    yield opened
    assert [error for error in errors if not any(part in error for part in UNREACHABLE)] == []

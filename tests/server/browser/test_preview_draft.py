"""Live previews that are slow to compute show drafts while a widget moves, in ComfyUI's page in both renderers."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import numpy as np
import preview_graph
import pytest
from browser import CHROMIUM
from in_page import run_in_page
from playwright.sync_api import Page
from preview_graph import (
    BLUR,
    HEIGHT,
    MOST_MILLISECONDS,
    expect_view,
    latencies,
    pixels,
    queued,
    set_widget,
    toggle,
    wait_until_shown,
)

pytestmark = [
    pytest.mark.server,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM}"),
]
FULL, DRAFT = False, True
SLOW = 200  # milliseconds: for the page too slow to drag by
REST = 250  # milliseconds without a change after which the page asks for the full picture
# Makes the answers of previews take at least these milliseconds, and notes what was asked for.
DELAY = """([full, draft]) => {
  window.previewsAsked = [];
  window.fetchOfPage ??= app.api.fetchApi;
  app.api.fetchApi = async function (path, options) {
    if (path !== "/softfocus/preview") return window.fetchOfPage.apply(this, arguments);
    const asked = JSON.parse(options.body);
    window.previewsAsked.push(asked.draft);
    const wait = new Promise((resolve) => setTimeout(resolve, asked.draft ? draft : full));
    const answer = await window.fetchOfPage.apply(this, arguments);
    await wait;
    return answer;
  };
}"""
# Lets the page have the same picture at once for whatever it asks.
AT_ONCE = """async () => {
  const known = window.fetchOfPage;
  let picture;
  window.previewsAsked = [];
  app.api.fetchApi = async function (path, options) {
    if (path !== "/softfocus/preview") return known.apply(this, arguments);
    window.previewsAsked.push(JSON.parse(options.body).draft);
    return new Response(picture);
  };
  const canvas = document.createElement("canvas");
  picture = await new Promise((resolve) => canvas.toBlob(resolve));
}"""


def delay(page: Page, full: int, draft: int = 0) -> None:
    page.evaluate(DELAY, [full, draft])


def asked(page: Page) -> list[bool]:
    """Whether each request since the last `delay` was for a draft."""
    return page.evaluate("() => window.previewsAsked")


def wait_until_asked(page: Page, count: int) -> None:
    page.wait_for_function("(count) => window.previewsAsked.length >= count", arg=count)


@pytest.fixture
def width(page: Page, server) -> Iterator[int]:
    """The page with a graph that has run once, and whose blur was slow to show; the width of its picture."""
    width = preview_graph.build(page)
    page.wait_for_timeout(300)
    set_widget(page, BLUR, "max_delta", 0.1)
    run_in_page(page, server)
    expect_view(page, BLUR, "closed")
    delay(page, full=SLOW)
    toggle(page, BLUR)
    wait_until_shown(page)
    assert asked(page) == [FULL]
    yield width
    page.evaluate("() => { app.api.fetchApi = window.fetchOfPage; }")


def test_latency_of_drafts_and_the_full_picture_after_rest(page, server, width):
    times = latencies(page, BLUR, "sigma", [1 + step / 15 for step in range(16)])
    assert statistics.median(times[1:]) <= MOST_MILLISECONDS, times
    wait_until_shown(page)
    assert asked(page)[-1] == FULL and asked(page).count(DRAFT) >= 10
    shown = pixels(page, BLUR, "after")
    assert shown.shape == (HEIGHT, width, 3)
    wanted = queued(server, run_in_page(page, server), BLUR)
    assert np.abs(shown - wanted).max() <= 2


def test_full_picture_is_not_lost_when_a_draft_is_under_way_at_rest(page, width):
    delay(page, full=SLOW, draft=2 * REST)
    set_widget(page, BLUR, "sigma", 2)
    page.wait_for_timeout(REST + 100)
    assert asked(page) == [DRAFT]
    wait_until_shown(page)
    assert asked(page) == [DRAFT, FULL]
    assert pixels(page, BLUR, "after").shape == (HEIGHT, width, 3)


def test_change_while_the_full_picture_is_under_way_is_shown(page, width):
    delay(page, full=3 * REST)
    set_widget(page, BLUR, "sigma", 2)
    wait_until_asked(page, 2)
    set_widget(page, BLUR, "sigma", 3)
    wait_until_shown(page)
    assert asked(page) == [DRAFT, FULL, DRAFT, FULL]
    shown = pixels(page, BLUR, "after")
    set_widget(page, BLUR, "sigma", 3)
    wait_until_shown(page)
    assert np.array_equal(pixels(page, BLUR, "after"), shown), "the last move was not shown"


def test_drafts_end_when_full_pictures_are_quick(page, width):
    page.evaluate(AT_ONCE)
    set_widget(page, BLUR, "sigma", 2)
    wait_until_shown(page)
    assert asked(page) == [DRAFT, FULL]
    set_widget(page, BLUR, "sigma", 3)
    wait_until_shown(page)
    page.wait_for_timeout(2 * REST)
    assert asked(page) == [DRAFT, FULL, FULL]


def test_panel_closed_after_a_draft_asks_for_nothing_until_it_is_opened(page, width):
    set_widget(page, BLUR, "sigma", 2)
    wait_until_asked(page, 2)
    toggle(page, BLUR)
    page.wait_for_timeout(2 * REST)
    wait_until_shown(page)
    assert asked(page) == [FULL, DRAFT]
    assert pixels(page, BLUR, "after").shape == (HEIGHT // 4, width // 4, 3)
    toggle(page, BLUR)
    wait_until_shown(page)
    assert asked(page) == [FULL, DRAFT, FULL]
    assert pixels(page, BLUR, "after").shape == (HEIGHT, width, 3)


def test_node_removed_after_a_draft_asks_for_nothing(page, width):
    set_widget(page, BLUR, "sigma", 2)
    wait_until_asked(page, 2)
    page.evaluate("(id) => app.graph.remove(app.graph.getNodeById(id))", BLUR)
    page.wait_for_timeout(2 * REST)
    assert asked(page) == [FULL, DRAFT]

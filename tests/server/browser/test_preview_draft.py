"""Live previews that are slow to compute show drafts while a widget moves, in ComfyUI's page in both renderers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from in_page import run_in_page
from playwright.sync_api import Page
from preview_graph import pixels, queued

from testing.server.browser import CHROMIUM
from testing.server.preview_page import BLUR, HEIGHT, build, drag, expect_view, set_widget, toggle, wait_until_shown
from testing.server.sample_portrait import PORTRAIT_NAME

pytestmark = [
    pytest.mark.server,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM}"),
]
FULL, DRAFT = False, True
REST = 250  # milliseconds without a change after which the page asks for the full picture
# Notes what previews are asked for, lets full pictures take `fullTakes` ms by the page's clock, which stands still
# otherwise, and keeps answers back while `held` says so: how busy the machine is changes nothing.
CONTROL = """() => {
  let now = performance.now();
  window.clockOfPage ??= performance.now;
  performance.now = () => now;
  window.fetchOfPage ??= app.api.fetchApi;
  Object.assign(window, { previewsAsked: [], fullTakes: 200, held: () => false });
  app.api.fetchApi = async function (path, options) {
    if (path !== "/softfocus/preview") return window.fetchOfPage.apply(this, arguments);
    const { draft } = JSON.parse(options.body);
    window.previewsAsked.push(draft);
    const answer = await window.fetchOfPage.apply(this, arguments);
    while (window.held(draft)) await new Promise((resolve) => setTimeout(resolve, 10));
    if (!draft) now += window.fullTakes;
    return answer;
  };
}"""
FREE = "() => { app.api.fetchApi = window.fetchOfPage; performance.now = window.clockOfPage; }"
# Moves a widget and does something as soon as the picture is drawn, before the page can come to rest.
WHEN_DRAWN = """([id, name, value, action]) => new Promise((resolve) => {
  const node = app.graph.getNodeById(id);
  const panel = node.widgets.find((one) => one.name === "softfocus_preview").element;
  const context = panel.querySelector(".softfocus-after").getContext("2d");
  const draw = context.drawImage;
  context.drawImage = function () {
    draw.apply(this, arguments);
    context.drawImage = draw;
    if (action === "close") panel.querySelector(".softfocus-toggle").click();
    else app.graph.remove(node);
    resolve();
  };
  const widget = node.widgets.find((one) => one.name === name);
  widget.value = value;
  widget.callback?.(value, app.canvas, node);
})"""


def control(page: Page) -> None:
    page.evaluate(CONTROL)


def hold(page: Page, draft: bool | None) -> None:
    """Keep back answers that are drafts, or that are not; with None, no more."""
    page.evaluate("(draft) => { window.held = (asked) => asked === draft; }", draft)


def asked(page: Page) -> list[bool]:
    """Whether each request since the last `delay` was for a draft."""
    return page.evaluate("() => window.previewsAsked")


def wait_until_asked(page: Page, count: int) -> None:
    page.wait_for_function("(count) => window.previewsAsked.length >= count", arg=count)


@pytest.fixture
def width(page: Page, server) -> Iterator[int]:
    """The page with a graph that has run once, and whose blur was slow to show; the width of its picture."""
    width = build(page, PORTRAIT_NAME)
    page.wait_for_timeout(300)
    set_widget(page, BLUR, "max_delta", 0.1)
    run_in_page(page, server)
    expect_view(page, BLUR, "closed")
    control(page)
    toggle(page, BLUR)
    wait_until_shown(page)
    assert asked(page) == [FULL]
    yield width
    page.evaluate(FREE)


def test_drafts_while_dragging_and_the_full_picture_after_rest(page, server, width):
    """`benchmarks.latency.preview` says how long they take."""
    drag(page, BLUR, "sigma", [1 + step / 15 for step in range(16)])
    wait_until_shown(page)
    assert asked(page)[-1] == FULL and asked(page).count(DRAFT) >= 10
    shown = pixels(page, BLUR, "after")
    assert shown.shape == (HEIGHT, width, 3)
    wanted = queued(server, run_in_page(page, server), BLUR)
    assert np.abs(shown - wanted).max() <= 2


def test_full_picture_is_not_lost_when_a_draft_is_under_way_at_rest(page, width):
    control(page)
    hold(page, DRAFT)
    set_widget(page, BLUR, "sigma", 2)
    wait_until_asked(page, 1)
    page.wait_for_timeout(2 * REST)
    assert asked(page) == [DRAFT]
    hold(page, None)
    wait_until_shown(page)
    assert asked(page) == [DRAFT, FULL]
    assert pixels(page, BLUR, "after").shape == (HEIGHT, width, 3)


def test_change_while_the_full_picture_is_under_way_is_shown(page, width):
    control(page)
    hold(page, FULL)
    set_widget(page, BLUR, "sigma", 2)
    wait_until_asked(page, 2)
    set_widget(page, BLUR, "sigma", 3)
    hold(page, None)
    wait_until_shown(page)
    assert asked(page) == [DRAFT, FULL, DRAFT, FULL]
    shown = pixels(page, BLUR, "after")
    set_widget(page, BLUR, "sigma", 3)
    wait_until_shown(page)
    assert np.array_equal(pixels(page, BLUR, "after"), shown), "the last move was not shown"


def test_drafts_end_when_full_pictures_are_quick(page, width):
    control(page)
    page.evaluate("() => { window.fullTakes = 100; }")
    set_widget(page, BLUR, "sigma", 2)
    wait_until_shown(page)
    assert asked(page) == [DRAFT, FULL]
    set_widget(page, BLUR, "sigma", 3)
    wait_until_shown(page)
    page.wait_for_timeout(2 * REST)
    assert asked(page) == [DRAFT, FULL, FULL]


def test_panel_closed_after_a_draft_asks_for_nothing_until_it_is_opened(page, width):
    page.evaluate(WHEN_DRAWN, [BLUR, "sigma", 2, "close"])
    page.wait_for_timeout(2 * REST)
    wait_until_shown(page)
    assert asked(page) == [FULL, DRAFT]
    assert pixels(page, BLUR, "after").shape == (HEIGHT // 4, width // 4, 3)
    toggle(page, BLUR)
    wait_until_shown(page)
    assert asked(page) == [FULL, DRAFT, FULL]
    assert pixels(page, BLUR, "after").shape == (HEIGHT, width, 3)


def test_node_removed_after_a_draft_asks_for_nothing(page, width):
    page.evaluate(WHEN_DRAWN, [BLUR, "sigma", 2, "remove"])
    page.wait_for_timeout(2 * REST)
    assert asked(page) == [FULL, DRAFT]

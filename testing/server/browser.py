"""Open ComfyUI's own page in a headless Chromium."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY = """() => window.LiteGraph?.registered_node_types?.SoftFocusQualityScore
  && window.app?.extensionManager?.workflow?.activeWorkflow"""  # the page has opened its first graph by itself
READY_MILLISECONDS = 240_000
SETTLE_MILLISECONDS = 1500  # the page moves its widgets after the graph


SETTINGS = {
    "Comfy.TutorialCompleted": True,  # else the page opens its templates over the graph
    "Comfy.Minimap.Visible": False,
    "Comfy.Workflow.ShowMissingModelsWarning": False,
}
MARGIN = (120, 160)  # left and above, kept free for the page's own bars
# Puts the corner of the graph's groups at [left, top] of the window, at full size; returns where they are drawn.
FRAME = """([left, top]) => {
  const groups = app.graph.groups;
  const x = Math.min(...groups.map((group) => group.pos[0]));
  const y = Math.min(...groups.map((group) => group.pos[1]));
  const right = Math.max(...groups.map((group) => group.pos[0] + group.size[0]));
  const bottom = Math.max(...groups.map((group) => group.pos[1] + group.size[1]));
  app.canvas.ds.scale = 1;
  app.canvas.ds.offset = [left - x, top - y];
  app.canvas.setDirty(true, true);
  return { x: left, y: top, width: right - x, height: bottom - y };
}"""


@contextmanager
def comfy_page(url: str, settings: dict[str, Any] | None = None) -> Iterator[Page]:
    """A page of the server at `url`, once it knows the pack's nodes; nothing but that server is reachable."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        try:
            page = browser.new_page(viewport={"width": 1600, "height": 900})
            page.route(lambda address: not address.startswith(url), lambda route: route.abort())
            page.request.post(f"{url}/api/settings", data=SETTINGS | (settings or {}))
            open_comfy(page, url)
            yield page
        finally:
            browser.close()


def open_comfy(page: Page, url: str) -> None:
    """Load (or reload) the page and wait until its graph can be used."""
    page.goto(url)
    page.wait_for_function(READY, timeout=READY_MILLISECONDS)


def graph_picture(page: Page) -> Image.Image:
    """The graph's groups at full size, as the page draws them."""
    area = page.evaluate(FRAME, MARGIN)
    width, height = (round(2 * margin + area[side]) for margin, side in zip(MARGIN, ("width", "height"), strict=True))
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(FRAME, MARGIN)
    page.wait_for_timeout(SETTLE_MILLISECONDS)
    return Image.open(io.BytesIO(page.screenshot(clip=area))).convert("RGB")

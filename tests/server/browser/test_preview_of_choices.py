"""Live preview of Diffusion Filter in ComfyUI's page: a choice from a list, and a preset that comes through a link."""

from __future__ import annotations

import numpy as np
import pytest
from in_page import run_in_page
from playwright.sync_api import Page
from preview_graph import decode, pixels

from testing.server.browser import CHROMIUM
from testing.server.preview_page import GRAPH_TOOLS, build, expect_view, set_widget, toggle, wait_until_shown
from testing.server.sample_portrait import PORTRAIT_NAME

pytestmark = [
    pytest.mark.server,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM}"),
]
FILTER, SHOWN, TEXT = 13, 23, 30
PRESET = '{"family": "white mist", "grade": 1, "size": 150, "warmth": 0.5, "halation": 0.5}'
ADD = (
    "(preset) => {"
    + GRAPH_TOOLS
    + """
  const node = add("SoftFocusDiffusionFilter", 0, 1400, 13);
  app.graph.getNodeById(2).connect(0, node, 0);
  node.connect(0, add("PreviewImage", 400, 1400, 23), 0);
  app.canvas.ds.offset = [500, -1270];
  app.canvas.setDirty(true, true);
  if (!preset) return;
  const text = add("PrimitiveString", -400, 1400, 30);
  set(text, "value", preset);
  text.connect(0, node, node.findInputSlot("preset"));
}"""
)


def run_filter(page: Page, server, preset: str = "") -> np.ndarray:
    """Make the graph with the filter, run it, and open its preview; the picture of that run."""
    build(page, PORTRAIT_NAME)
    page.evaluate(ADD, preset)
    page.wait_for_timeout(300)
    picture = queued(server, run_in_page(page, server))
    expect_view(page, FILTER, "closed")
    toggle(page, FILTER)
    wait_until_shown(page)
    assert np.abs(pixels(page, FILTER, "after") - picture).max() <= 2
    return picture


def queued(server, outputs) -> np.ndarray:
    (file,) = outputs[str(SHOWN)]["images"]
    return decode(server.client.fetch(file))


def test_a_family_chosen_from_the_list_is_shown_at_once(page, server):
    before = run_filter(page, server)
    set_widget(page, FILTER, "family", "cine bloom")
    set_widget(page, FILTER, "grade", 1)
    wait_until_shown(page)
    shown = pixels(page, FILTER, "after")
    assert np.abs(shown - before).max() > 10
    assert np.abs(shown - queued(server, run_in_page(page, server))).max() <= 2


def test_a_connected_preset_stays_whatever_the_widgets_say(page, server):
    picture = run_filter(page, server, PRESET)
    for name, value in (("family", "glimmer"), ("grade", 0)):
        set_widget(page, FILTER, name, value)
        wait_until_shown(page)
        assert np.abs(pixels(page, FILTER, "after") - picture).max() <= 2

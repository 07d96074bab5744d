"""A graph with every node that has a live preview, and what a test does with it in ComfyUI's page."""

from __future__ import annotations

import base64
import io
import itertools
import uuid
from typing import Any

import numpy as np
from in_page import GRAPH_TOOLS
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from sample_portrait import PORTRAIT_NAME

BLOOM, BLUR, SHARPEN = 10, 11, 12
HEIGHT = 512
MOST_MILLISECONDS = 150  # from a move of a widget to the picture, in the median
widths = itertools.count(320)
# For each node with a preview the one that shows its queued result.
SHOWN_BY = {BLOOM: 20, BLUR: 21, SHARPEN: 22}
BUILD = (
    "([id, portrait, width, height]) => {"
    + GRAPH_TOOLS
    + """
  app.graph.id = id;
  const load = add("LoadImage", -700, 0, 1);
  set(load, "image", portrait);
  const scale = add("ImageScale", -700, 500, 2);
  for (const [name, value] of [["upscale_method", "area"], ["width", width], ["height", height]]) {
    set(scale, name, value);
  }
  load.connect(0, scale, 0);
  ["SoftFocusLuminanceBloom", "SoftFocusSelectiveGaussianBlur", "SoftFocusFeatureSharpen"].forEach((type, place) => {
    const node = add(type, 400 * place, 0, 10 + place);
    scale.connect(0, node, 0);
    node.connect(0, add("PreviewImage", 400 * place, 900, 20 + place), 0);
  });
  app.canvas.ds.scale = 1;
  app.canvas.ds.offset = [120, 130];
  app.canvas.setDirty(true, true);
}"""
)
# What the page does when the user has moved a number widget.
SET = """([id, name, value]) => {
  const node = app.graph.getNodeById(id);
  const widget = node.widgets.find((one) => one.name === name);
  widget.value = value;
  widget.callback?.(value, app.canvas, node);
}"""
# Moves a widget from value to value, each time when the picture of the last move is drawn; returns the milliseconds.
LATENCIES = """async ([id, name, values]) => {
  const node = app.graph.getNodeById(id);
  const canvas = node.widgets.find((one) => one.name === "softfocus_preview").element.querySelector(".softfocus-after");
  const context = canvas.getContext("2d");
  const draw = context.drawImage;
  const widget = node.widgets.find((one) => one.name === name);
  const move = (value) => new Promise((resolve) => {
    const start = performance.now();
    context.drawImage = function () {
      draw.apply(this, arguments);
      context.drawImage = draw;
      requestAnimationFrame(() => resolve(performance.now() - start));
    };
    widget.value = value;
    widget.callback?.(value, app.canvas, node);
  });
  const times = [];
  for (const value of values) times.push(await move(value));
  return times;
}"""


def build(page: Page) -> int:
    """Make the graph, as a workflow and with a picture that the server does not know yet; returns the width."""
    width = next(widths)
    page.evaluate("() => app.graph.clear()")
    page.wait_for_timeout(200)  # else Nodes 2.0 takes nodes with the same ids for the old ones
    page.evaluate(BUILD, [str(uuid.uuid4()), PORTRAIT_NAME, width, HEIGHT])
    return width


def set_widget(page: Page, node: int, name: str, value: Any) -> None:
    page.evaluate(SET, [node, name, value])


def latencies(page: Page, node: int, name: str, values: list[float]) -> list[float]:
    """Milliseconds from each move of a widget until another picture is drawn, in one drag."""
    return page.evaluate(LATENCIES, [node, name, values])


def element(page: Page, node: int) -> Any:
    """The panel of a node, for `evaluate`."""
    return page.evaluate_handle(
        "(id) => app.graph.getNodeById(id).widgets.find((one) => one.name === 'softfocus_preview').element", node
    ).as_element()


def panel(page: Page, node: int) -> Locator:
    """The panel of a node, marked so that a locator finds it."""
    element(page, node).evaluate("(one, id) => { one.dataset.test = id; }", str(node))
    return page.locator(f".softfocus-preview[data-test='{node}']")


def expect_view(page: Page, node: int, view: str) -> None:
    """Wait until a node's panel is "open", "closed", or has "none" to show."""
    expect(panel(page, node)).to_have_attribute("data-view", view, timeout=20_000)


def toggle(page: Page, node: int) -> None:
    panel(page, node).locator(".softfocus-toggle").click()


def wait_until_shown(page: Page) -> None:
    """Wait until no panel has a request under way."""
    page.wait_for_function("() => !document.querySelector('.softfocus-preview[aria-busy=true]')")


def pixels(page: Page, node: int, which: str) -> np.ndarray:
    """[height, width, 3] of the picture "before" or "after"."""
    address = panel(page, node).locator(f".softfocus-{which}").evaluate("(canvas) => canvas.toDataURL('image/png')")
    return decode(base64.b64decode(address.partition(",")[2]))


def queued(server: Any, outputs: dict[str, Any], node: int) -> np.ndarray:
    """[height, width, 3]: the node's picture of the run that gave `outputs`."""
    (file,) = outputs[str(SHOWN_BY[node])]["images"]
    return decode(server.client.fetch(file))


def decode(file: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB")).astype(np.int16)

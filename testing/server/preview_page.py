"""A graph with every node that has a live preview, in ComfyUI's page: built, run, its widgets moved."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

from playwright.sync_api import Locator, Page, expect

BLOOM, BLUR, SHARPEN = 10, 11, 12
HEIGHT = 512
widths = itertools.count(320)
# JavaScript that builds graphs.
GRAPH_TOOLS = """
  const add = (type, x, y, id) => {
    const node = LiteGraph.createNode(type);
    node.pos = [x, y];
    node.id = id;
    app.graph.add(node);
    return node;
  };
  const set = (node, name, value) => { node.widgets.find((one) => one.name === name).value = value; };
"""
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
DRAG = """async ([id, name, values]) => {
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


def build(page: Page, portrait: str) -> int:
    """Make the graph of `portrait`, as a workflow and a picture that the server does not know; returns the width."""
    width = next(widths)
    page.evaluate("() => app.graph.clear()")
    page.wait_for_timeout(200)  # else Nodes 2.0 takes nodes with the same ids for the old ones
    page.evaluate(BUILD, [str(uuid.uuid4()), portrait, width, HEIGHT])
    return width


def set_widget(page: Page, node: int, name: str, value: Any) -> None:
    page.evaluate(SET, [node, name, value])


def drag(page: Page, node: int, name: str, values: list[float]) -> list[float]:
    """Move a widget in one drag; milliseconds from each move until another picture is drawn."""
    return page.evaluate(DRAG, [node, name, values])


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
    expect(panel(page, node)).to_have_attribute("data-view", view, timeout=120_000)


def toggle(page: Page, node: int) -> None:
    panel(page, node).locator(".softfocus-toggle").click()


def wait_until_shown(page: Page) -> None:
    """Wait until no panel has a request under way."""
    page.wait_for_function("() => !document.querySelector('.softfocus-preview[aria-busy=true]')")

"""The blueprints, dropped into the graph from the page's node library and run."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from in_page import run_in_page, serialised, widget_values
from PIL import Image
from playwright.sync_api import Page

from testing.server.browser import CHROMIUM
from testing.server.sample_portrait import PORTRAIT_NAME
from testing.server.shared_workflows import ROOT

pytestmark = [
    pytest.mark.server,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM}"),
]
BLUEPRINT_FILES = sorted((ROOT / "subgraphs").glob("*.json"))
LEAST_CHANGE = {"Even skin, pores kept": 0.06}  # 0..255, averaged over all of a picture of which skin is a part
ANY_CHANGE = 0.3
STRENGTHS = {"intensity", "amount", "grade", "dream"}
NOT_A_NODE = "xpath=self::*[not(ancestor::*[@data-node-id])]"  # Nodes 2.0 writes its titles into the document too
ON_CANVAS = (1000, 500)  # of the window, right of the sidebar
DROPPED = "([title, count]) => app.graph.nodes.filter((node) => node.title === title).length === count"
# A widget of an inner node is called "3: sigma" on the outer node by 0.3.75, and "sigma" by a current host.
SHOWN = "() => app.graph.nodes[0].widgets.map((one) => [one.name.split(': ').at(-1), one.value])"
SET = "([place, value]) => { app.graph.nodes[0].widgets[place].value = value; }"
CONNECT = """([place, portrait]) => {
  const look = app.graph.nodes[place];
  const load = LiteGraph.createNode("LoadImage");
  const save = LiteGraph.createNode("SaveImage");
  for (const node of [load, save]) app.graph.add(node);
  load.pos = [look.pos[0] - 400, look.pos[1]];
  save.pos = [look.pos[0] + 400, look.pos[1]];
  load.widgets.find((one) => one.name === "image").value = portrait;
  const links = [load.connect(0, look, look.findInputSlot("image")), look.connect(0, save, 0)];
  return links.every(Boolean) ? String(save.id) : null;
}"""


@pytest.fixture(params=BLUEPRINT_FILES, ids=lambda path: path.stem)
def blueprint(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    path: Path = request.param
    return path.stem, json.loads(path.read_text(encoding="ascii"))


def empty_canvas(page: Page) -> None:
    """A new workflow: the page of 0.29 remembers the values of widgets by node id, also after the graph was cleared."""
    page.evaluate("() => app.extensionManager.command.execute('Comfy.NewBlankWorkflow')")
    page.wait_for_function("() => app.graph.nodes.length === 0")


def drop(page: Page, name: str, count: int = 1) -> None:
    """From the node library onto the canvas, the `count`th of its kind there; a current host wants a second click."""
    button = page.get_by_role("button", name="Node Library").first
    button.click()
    page.get_by_placeholder("Search").locator("visible=true").first.fill(name)
    page.get_by_text(name, exact=True).locator(NOT_A_NODE).locator("visible=true").first.click()
    at = (ON_CANVAS[0], ON_CANVAS[1] + 200 * (count - 1))
    page.mouse.move(*at)
    page.mouse.click(*at)
    page.wait_for_function(DROPPED, arg=[name, count])
    button.click()


def promised(data: dict[str, Any]) -> list[list[Any]]:
    """[widget, value] of what the file shows on the outer node."""
    (outer,) = data["nodes"]
    names = [socket["widget"]["name"] for socket in outer["inputs"] if "widget" in socket]
    return [list(pair) for pair in zip(names, outer["widgets_values"], strict=True)]


def connect(page: Page, place: int = 0) -> str:
    """The portrait into the look, and what it makes into a Save Image node, whose id is returned."""
    saver = page.evaluate(CONNECT, [place, PORTRAIT_NAME])
    assert saver is not None, "a socket could not be connected"
    return saver


def saved_pictures(page: Page, server) -> dict[str, np.ndarray]:
    """Run the graph; what each Save Image node saved, 0..255."""
    saved = {}
    for node_id, output in run_in_page(page, server).items():
        for file in output.get("images", []):
            if file["type"] == "output":
                picture = Image.open(io.BytesIO(server.client.fetch(file))).convert("RGB")
                saved[node_id] = np.asarray(picture, dtype=float)
    return saved


def distance(first: np.ndarray, second: np.ndarray) -> float:
    """0..255 on average."""
    assert first.shape == second.shape
    return float(np.abs(first - second).mean())


@pytest.fixture
def source(server) -> np.ndarray:
    return np.asarray(Image.open(server.base / "input" / PORTRAIT_NAME).convert("RGB"), dtype=float)


def test_blueprint_from_the_node_library_runs_to_a_picture(page, server, blueprint, source):
    name, data = blueprint
    empty_canvas(page)
    drop(page, name)
    assert page.evaluate(SHOWN) == promised(data)
    saver = connect(page)
    as_shipped = distance(saved_pictures(page, server)[saver], source)
    assert as_shipped > LEAST_CHANGE.get(name, ANY_CHANGE)

    place, value = next((place, value) for place, (widget, value) in enumerate(promised(data)) if widget in STRENGTHS)
    page.evaluate(SET, [place, value / 2])
    weaker = distance(saved_pictures(page, server)[saver], source)
    assert weaker < as_shipped, "the outer widget does not reach the inner node"


def test_saved_graph_keeps_the_blueprint(page, blueprint):
    name, data = blueprint
    empty_canvas(page)
    drop(page, name)
    connect(page)
    page.evaluate(SET, [0, 0.375])
    saved = serialised(page)
    page.evaluate("(graph) => app.loadGraphData(graph)", saved)
    page.wait_for_timeout(500)
    again = serialised(page)
    shown = promised(data)
    shown[0][1] = 0.375
    own = {each["id"] for each in again["definitions"]["subgraphs"]}
    (look,) = [node for node in again["nodes"] if node["type"] in own]
    assert (look["properties"]["cnr_id"], look["properties"]["ver"]) == (
        "softfocus",
        data["nodes"][0]["properties"]["ver"],
    )
    assert page.evaluate(SHOWN.replace("nodes[0]", f"getNodeById({look['id']})")) == shown
    assert widget_values(again) == widget_values(saved)
    inner = [graph["definitions"]["subgraphs"][0]["nodes"] for graph in (saved, again)]
    assert [node["widgets_values"] for node in inner[1]] == [node["widgets_values"] for node in inner[0]]


def test_two_of_a_kind_keep_their_own_values_and_run(page, server, blueprint, source):
    name, data = blueprint
    empty_canvas(page)
    drop(page, name)
    page.evaluate(SET, [0, 0.375])
    drop(page, name, count=2)
    shown = promised(data)
    assert page.evaluate(SHOWN.replace("nodes[0]", "nodes[1]")) == shown
    shown[0][1] = 0.375
    assert page.evaluate(SHOWN) == shown
    savers = [connect(page, place) for place in (0, 1)]
    first, second = map(saved_pictures(page, server).get, savers)
    least = LEAST_CHANGE.get(name, ANY_CHANGE)
    assert distance(first, source) > least / 3 and distance(second, source) > least
    assert distance(first, second) > 0.01, "both ran with the same value"

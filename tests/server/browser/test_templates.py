"""The shared workflows from the page's template browser, with the classic canvas and with Nodes 2.0."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from in_page import node_of, run_in_page, serialised, widget_values
from PIL import Image
from playwright.sync_api import Locator, Page

from testing.server.browser import CHROMIUM, SETTLE_MILLISECONDS
from testing.server.comfy_server import PACK_FOLDER
from testing.server.shared_workflows import WORKFLOW_FILES

pytestmark = [
    pytest.mark.server,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM}"),
]
OPENED = """(types) => {
  const shown = app.graph.nodes.map((node) => node.type).sort();
  return JSON.stringify(shown) === JSON.stringify(types);
}"""
LOADED = "(picture) => picture.complete && picture.naturalWidth > 0"


def template_card(page: Page, name: str) -> Locator:
    """Open the dialog and the pack's category in it; the card of one workflow."""
    page.get_by_role("button", name="Templates").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(PACK_FOLDER, exact=True).first.click()
    return dialog.get_by_test_id(f"template-workflow-{name}")


@pytest.mark.parametrize("path", WORKFLOW_FILES, ids=lambda path: path.stem)
def test_workflow_opens_from_the_template_browser(page: Page, path: Path):
    workflow = json.loads(path.read_text(encoding="utf-8"))
    page.evaluate("() => app.graph.clear()")
    card = template_card(page, path.stem)
    assert path.stem in card.inner_text()
    card.locator("img").first.scroll_into_view_if_needed()
    page.wait_for_function(LOADED, arg=card.locator("img").first.element_handle())
    with Image.open(path.with_suffix(".jpg")) as thumbnail:
        assert card.locator("img").first.evaluate("(one) => one.naturalWidth") == thumbnail.width
    card.click()
    page.wait_for_function(OPENED, arg=sorted(node["type"] for node in workflow["nodes"]))
    page.wait_for_timeout(SETTLE_MILLISECONDS)
    assert widget_values(serialised(page)) == widget_values(workflow)


@pytest.mark.parametrize("name", ["your photo", "one node"])
def test_photo_template_runs_to_the_saved_picture(page: Page, server, name: str):
    page.evaluate("() => app.graph.clear()")
    (path,) = [path for path in WORKFLOW_FILES if path.stem.endswith(name)]
    workflow = json.loads(path.read_text(encoding="utf-8"))
    template_card(page, path.stem).click()
    page.wait_for_function(OPENED, arg=sorted(node["type"] for node in workflow["nodes"]))
    outputs = run_in_page(page, server)
    (saved,) = outputs[str(node_of(workflow, "SaveImage")["id"])]["images"]
    with Image.open(server.base / "input" / "example.png") as source:
        assert Image.open(io.BytesIO(server.client.fetch(saved))).size == source.size

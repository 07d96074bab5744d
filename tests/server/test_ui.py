"""The shared workflows in ComfyUI's real page, with the classic canvas and with Nodes 2.0."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from browser import CHROMIUM, SETTLE_MILLISECONDS, comfy_page
from playwright.sync_api import Page
from sample_portrait import PORTRAIT_NAME
from shared_workflows import assert_tidy, load_workflow
from workflow_specs import CHECKPOINT

pytestmark = [
    pytest.mark.server,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM}"),
]
RUN_SECONDS = 180
# Attempts of the page itself to reach the internet, which the test does not let through.
UNREACHABLE = ("Content Security Policy", "Failed to load resource", "ERR_FAILED", "Network Error", "Failed to fetch")
TEXT_ON_NODE = """(id) => {
  const widget = app.graph.getNodeById(id).widgets.find((one) => one.name === "softfocus_text");
  return widget?.element.isConnected ? widget.element.textContent : null;
}"""


@pytest.fixture(params=[False, True], ids=["classic", "nodes2"])
def page(request: pytest.FixtureRequest, server) -> Iterator[Page]:
    """The page; the test fails at its end if the page reported an error."""
    (server.base / "models" / "checkpoints" / CHECKPOINT).touch()  # so that the page finds it
    errors: list[str] = []
    with comfy_page(server.client.url, settings={"Comfy.VueNodes.Enabled": request.param}) as opened:
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        yield opened
    assert [error for error in errors if not any(part in error for part in UNREACHABLE)] == []


def serialised(page: Page) -> dict[str, Any]:
    return page.evaluate("() => JSON.parse(JSON.stringify(app.graph.serialize()))")


def node_of(workflow: dict[str, Any], node_type: str) -> dict[str, Any]:
    (node,) = [node for node in workflow["nodes"] if node["type"] == node_type]
    return node


def run_in_page(page: Page, server) -> dict[str, Any]:
    """Press Run, so to speak; the outputs of that run."""
    known = set(server.client.get_json("/history"))
    page.evaluate("() => app.queuePrompt(0)")
    deadline = time.monotonic() + RUN_SECONDS
    while time.monotonic() < deadline:
        page.wait_for_timeout(200)
        for prompt_id, entry in server.client.get_json("/history").items():
            if prompt_id not in known:
                assert entry["status"]["status_str"] == "success", entry["status"]
                return entry["outputs"]
    pytest.fail(f"no picture after {RUN_SECONDS} s")


def test_workflow_is_read_back_as_it_was_written(page, workflow):
    page.evaluate("(graph) => app.loadGraphData(graph)", workflow)
    page.wait_for_timeout(SETTLE_MILLISECONDS)
    opened = serialised(page)
    assert_tidy(opened)
    again = {node["id"]: node for node in opened["nodes"]}
    for node in workflow["nodes"]:
        read = again.pop(node["id"])
        assert read.get("widgets_values") == node.get("widgets_values"), node["type"]
        assert read["properties"] == node["properties"]
        assert [(one["name"], one["link"]) for one in read["inputs"]] == [
            (one["name"], one["link"]) for one in node["inputs"]
        ]
    assert not again


def test_photo_workflow_runs_and_its_report_stands_on_the_node(page, server):
    workflow = load_workflow("your photo")
    node_of(workflow, "LoadImage")["widgets_values"][0] = PORTRAIT_NAME
    score = node_of(workflow, "SoftFocusQualityScore")["id"]
    page.evaluate("(graph) => app.loadGraphData(graph)", workflow)
    outputs = run_in_page(page, server)

    (saved,) = outputs[str(node_of(workflow, "SaveImage")["id"])]["images"]
    assert server.client.fetch(saved).startswith(b"\x89PNG")
    page.wait_for_function(TEXT_ON_NODE, arg=score)
    assert page.evaluate(TEXT_ON_NODE, score) == "\n\n".join(outputs[str(score)]["text"])
    shown = [node.get("widgets_values") for node in serialised(page)["nodes"]]
    assert shown == [node.get("widgets_values") for node in workflow["nodes"]], "the text went into the file"


def test_text_is_shown_as_text_and_comes_back_with_restored_outputs(page):
    workflow = load_workflow("your photo")
    score = node_of(workflow, "SoftFocusQualityScore")["id"]
    page.evaluate("(graph) => app.loadGraphData(graph)", workflow)
    assert page.evaluate(TEXT_ON_NODE, score) is None
    markup = "<img src=x onerror=alert(1)> & more"
    page.evaluate("([id, text]) => { app.nodeOutputs = { [id]: { text: [text] } }; }", [str(score), markup])
    page.wait_for_function(TEXT_ON_NODE, arg=score)
    assert page.evaluate(TEXT_ON_NODE, score) == markup
    assert page.locator("img[src=x]").count() == 0

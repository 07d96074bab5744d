"""The shared workflows in ComfyUI's real page, with the classic canvas and with Nodes 2.0."""

from __future__ import annotations

import pytest
from in_page import node_of, run_in_page, serialised, widget_values

from testing.server.browser import CHROMIUM, SETTLE_MILLISECONDS
from testing.server.sample_portrait import PORTRAIT_NAME
from testing.server.shared_workflows import assert_tidy, load_workflow

pytestmark = [
    pytest.mark.server,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM}"),
]
TEXT_ON_NODE = """(id) => {
  const names = ["softfocus_text", "softfocus_scores"];
  const element = app.graph.getNodeById(id).widgets.find((one) => names.includes(one.name))?.element;
  return element?.isConnected ? (element.querySelector(".softfocus-report") ?? element).textContent : null;
}"""


def test_workflow_is_read_back_as_it_was_written(page, workflow):
    page.evaluate("(graph) => app.loadGraphData(graph)", workflow)
    page.wait_for_timeout(SETTLE_MILLISECONDS)
    opened = serialised(page)
    assert_tidy(opened)
    assert widget_values(opened) == widget_values(workflow)
    again = {node["id"]: node for node in opened["nodes"]}
    for node in workflow["nodes"]:
        read = again.pop(node["id"])
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
    assert widget_values(serialised(page)) == widget_values(workflow), "the text went into the file"


def test_text_is_shown_as_text_and_comes_back_with_restored_outputs(page):
    workflow = load_workflow("your photo")
    bloom = node_of(workflow, "SoftFocusLuminanceBloom")["id"]
    page.evaluate("(graph) => app.loadGraphData(graph)", workflow)
    assert page.evaluate(TEXT_ON_NODE, bloom) is None
    markup = "<img src=x onerror=alert(1)> & more"
    page.evaluate("([id, text]) => { app.nodeOutputs = { [id]: { text: [text] } }; }", [str(bloom), markup])
    page.wait_for_function(TEXT_ON_NODE, arg=bloom)
    assert page.evaluate(TEXT_ON_NODE, bloom) == markup
    assert page.locator("img[src=x]").count() == 0

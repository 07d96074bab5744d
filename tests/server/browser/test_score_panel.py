"""The panel on the Quality Score node, with the classic canvas and with Nodes 2.0."""

from __future__ import annotations

import json
from typing import Any

import pytest
from in_page import run_in_page, serialised
from playwright.sync_api import Page, expect

from testing.server.browser import CHROMIUM, SETTLE_MILLISECONDS
from testing.server.preview_page import GRAPH_TOOLS

pytestmark = [
    pytest.mark.server,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM}"),
]
SCORE_ID = 10
MARKUP = "<img src=x onerror=alert(1)> <b>&amp;"
# A batch of as many pictures as there are colours, scored; the graph is seen at full size.
BUILD = (
    "(colors) => {"
    + GRAPH_TOOLS
    + """
  app.graph.clear();
  let batch = null;
  colors.forEach((color, place) => {
    const picture = add("EmptyImage", 0, 220 * place, 20 + place);
    for (const [name, value] of [["width", 64], ["height", 48], ["color", color]]) set(picture, name, value);
    const both = batch ? add("ImageBatch", 300, 120 * place, 40 + place) : picture;
    if (batch) { batch.connect(0, both, 0); picture.connect(0, both, 1); }
    batch = both;
  });
  const framed = add("ImagePadForOutpaint", 300, 600, 15); // in grey, so that there is something to score
  for (const [name, value] of [["left", 16], ["feathering", 0]]) set(framed, name, value);
  batch.connect(0, framed, 0);
  framed.connect(0, add("SoftFocusQualityScore", 600, 0, 10), 0);
  app.canvas.ds.scale = 1;
  app.canvas.ds.offset = [-300, 120];
  app.canvas.setDirty(true, true);
}"""
)
EXECUTED = """([id, output]) => {
  const detail = { node: String(id), display_node: String(id), output, prompt_id: "crafted" };
  app.api.dispatchCustomEvent("executed", detail);
}"""
SIZE = "(id) => [...app.graph.getNodeById(id).size].map(Math.round)"
# Where a node's lower right corner is seen. Newer Nodes 2.0 grow with a panel without telling the node its size.
CORNER = """(id) => {
  const box = document.querySelector(`[data-node-id="${id}"]`)?.getBoundingClientRect();
  if (box) return [box.right, box.bottom].map(Math.round);
  const node = app.graph.getNodeById(id);
  return [0, 1].map((axis) => Math.round(node.pos[axis] + node.size[axis] + app.canvas.ds.offset[axis]));
}"""
PARTS = """(panel) => [...panel.querySelectorAll(".softfocus-name")].map((name) => [
  name.textContent, name.nextSibling.textContent, name.nextSibling.nextSibling.textContent,
])"""


def panel_of(page: Page):
    return page.locator(".softfocus-scores")


def crafted(**changes: Any) -> dict[str, Any]:
    """One entry of a ranking."""
    part = {"name": "softness", "value": 5.96, "unit": "dB", "target": ">= 9", "fault": False, "score": 0.5}
    fault = {"name": "clipped pixels", "value": 12.4, "unit": "%", "target": "<= 2", "fault": True, "score": 0.1}
    return {"index": 0, "total": 50.04, "parts": [part, fault], "effect": {}} | changes


def execute(page: Page, ranking: Any, report: str = "A report.") -> None:
    """Let the page hear that the Quality Score node has sent this; `ranking` may be text that is no ranking."""
    data = ranking if isinstance(ranking, str) else json.dumps(ranking)
    page.evaluate(EXECUTED, [SCORE_ID, {"text": [report], "data": [data]}])


def assert_shows(page: Page, ranking: list[dict[str, Any]], place: int = 0) -> None:
    """The panel shows the best total, all places, and the parts of the entry at `place`."""
    panel = panel_of(page)
    expect(panel.locator(".softfocus-total")).to_have_text(f"{ranking[0]['total']:.1f}")
    rows = [f"{row + 1}. picture {entry['index']}: {entry['total']:.1f}" for row, entry in enumerate(ranking)]
    assert panel.locator("option").all_text_contents() == (rows if len(rows) > 1 else [])
    parts = sorted(ranking[place]["parts"], key=lambda part: part["fault"])
    for part, (name, value, target) in zip(parts, panel.evaluate(PARTS), strict=True):
        number = f"{part['value']:.2f}" if abs(part["value"]) < 10 else f"{part['value']:.0f}"
        assert (name, value, target) == (part["name"], f"{number} {part['unit']}", f"target {part['target']}")


def test_panel_shows_what_the_node_sent_and_is_not_saved(page, server):
    page.evaluate(BUILD, [0x808080, 0xFFFFFF])
    before = serialised(page)
    output = run_in_page(page, server)[str(SCORE_ID)]
    ranking = json.loads(output["data"][0])
    assert len(ranking) == 2 and ranking[0]["total"] != ranking[1]["total"]
    assert_shows(page, ranking)
    expect(panel_of(page).locator(".softfocus-report")).to_have_text("\n\n".join(output["text"]))

    panel_of(page).locator("select").focus()
    page.keyboard.press("ArrowDown")
    assert_shows(page, ranking, place=1)
    page.evaluate("() => { app.nodeOutputs = app.nodeOutputs; }")  # as when a tab is restored
    assert_shows(page, ranking, place=1)
    names = page.evaluate("(id) => app.graph.getNodeById(id).widgets.map((one) => one.name)", SCORE_ID)
    assert names == ["prompt", "emotion", "keep", "softfocus_scores"], "the chart is on the node too"
    assert page.locator(f"[data-node-id='{SCORE_ID}'] img").count() == 0

    page.evaluate("() => app.graph.getNodeById(21).widgets.find((one) => one.name === 'color').value = 0x808080")
    size = page.evaluate(SIZE, SCORE_ID)
    second = json.loads(run_in_page(page, server)[str(SCORE_ID)]["data"][0])
    assert second != ranking
    expect(panel_of(page).locator("option").first).to_have_js_property("selected", True)
    assert_shows(page, second)
    assert page.evaluate(SIZE, SCORE_ID) == size, "the node's size jumped at the second run"

    after = serialised(page)
    assert "softfocus_scores" not in json.dumps(after)
    for old, new in zip(before["nodes"], after["nodes"], strict=True):
        assert new.keys() == old.keys()
        kept = ["inputs", "outputs", "properties"] + ["widgets_values"] * (new["id"] == SCORE_ID)
        assert [new.get(key) for key in kept] == [old.get(key) for key in kept]


def test_odd_outputs_are_shown_as_text(page):
    page.evaluate(BUILD, [0])
    odd_part = {"name": MARKUP * 5, "value": float("nan"), "unit": MARKUP, "target": MARKUP, "score": None}
    advice = [{"sentence": MARKUP, "more": 1}]
    execute(page, [crafted(total=None, parts=[odd_part], advice=advice, later=[1])], report=MARKUP)
    panel = panel_of(page)
    expect(panel.locator(".softfocus-total")).to_have_text("n/a")
    assert panel.evaluate(PARTS) == [[MARKUP * 5, "n/a", f"target {MARKUP}"]]
    assert panel.locator("li").all_text_contents() == [MARKUP]
    assert panel.locator(".softfocus-report").text_content() == MARKUP
    assert panel.locator("img, b").count() == 0
    assert panel.evaluate("(one) => one.scrollWidth <= one.clientWidth"), "a long name makes the panel scroll sideways"

    for nothing in ([], "", "{", "null", '{"parts": 1}', "[1, null]"):
        execute(page, nothing, report=f"Nothing: {nothing}")
        expect(panel.locator(".softfocus-report")).to_have_text(f"Nothing: {nothing}")
        assert panel.locator(".softfocus-total, .softfocus-bar, select").count() == 0


def test_hundreds_of_pictures_scroll_and_the_wheel_goes_on_to_the_canvas_where_nothing_scrolls(page):
    page.evaluate(BUILD, [0])
    ranking = [crafted(index=number, total=100 - number / 5) for number in range(300)]
    execute(page, ranking)
    assert_shows(page, ranking)
    scale = "() => app.canvas.ds.scale"
    page.locator(".softfocus-scores select").hover()
    page.locator(".softfocus-scores select").focus()  # newer pages leave the wheel to what has the focus only
    page.mouse.wheel(0, 300)
    page.wait_for_function("() => document.querySelector('.softfocus-scores select').scrollTop > 0")
    assert page.evaluate(scale) == 1
    execute(page, [crafted(parts=[])], report="Short.")
    expect(panel_of(page).locator(".softfocus-report")).to_have_text("Short.")
    panel_of(page).hover()
    page.mouse.wheel(0, 300)
    page.wait_for_function("() => app.canvas.ds.scale !== 1")


def test_user_can_make_the_node_smaller_and_the_next_run_leaves_it_so(page):
    page.evaluate(BUILD, [0])
    page.wait_for_timeout(300)
    without = page.evaluate(CORNER, SCORE_ID)[1]
    execute(page, [crafted()])
    expect(panel_of(page)).to_be_visible()
    page.wait_for_function(f"([id, bottom]) => ({CORNER})(id)[1] > bottom + 200", arg=[SCORE_ID, without])
    bottom = page.evaluate(CORNER, SCORE_ID)[1]
    drag_corner(page, -160)
    page.wait_for_function(f"([id, bottom]) => Math.abs(({CORNER})(id)[1] - bottom) < 4", arg=[SCORE_ID, bottom - 160])
    smaller = page.evaluate(CORNER, SCORE_ID)
    execute(page, [crafted(total=1)])
    expect(panel_of(page).locator(".softfocus-total")).to_have_text("1.0")
    page.wait_for_timeout(300)
    assert page.evaluate(CORNER, SCORE_ID) == smaller


def drag_corner(page: Page, by: float) -> None:
    """Drag the lower right corner of the Quality Score node up or down."""
    x, y = (each - 4 for each in page.evaluate(CORNER, SCORE_ID))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + by / 2, steps=4)
    page.mouse.move(x, y + by, steps=4)
    page.mouse.up()


def test_panel_goes_with_its_node_and_comes_back_with_restored_outputs(page):
    page.evaluate(BUILD, [0])
    outputs = {str(SCORE_ID): {"text": ["Restored."], "data": [json.dumps([crafted()])]}}
    page.evaluate("(outputs) => { app.nodeOutputs = outputs; }", outputs)
    assert_shows(page, [crafted()])
    saved = serialised(page)
    page.evaluate("(graph) => app.loadGraphData(graph)", saved)
    expect(panel_of(page)).to_have_count(0)
    page.wait_for_timeout(SETTLE_MILLISECONDS)
    size = page.evaluate(SIZE, SCORE_ID)
    page.evaluate("(outputs) => { app.nodeOutputs = outputs; }", outputs)
    assert_shows(page, [crafted()])
    page.wait_for_timeout(300)
    assert page.evaluate(SIZE, SCORE_ID) == size, "a node that was saved with its panel grew"
    page.evaluate("(id) => app.graph.remove(app.graph.getNodeById(id))", SCORE_ID)
    expect(panel_of(page)).to_have_count(0)


def test_text_is_marked_and_copied_instead_of_the_node(page):
    page.evaluate(BUILD, [0])
    execute(page, [crafted(parts=[])], report="Sentence to copy. " * 20)
    report = panel_of(page).locator(".softfocus-report")
    report.click()  # the node is chosen now
    pos = page.evaluate("(id) => [...app.graph.getNodeById(id).pos]", SCORE_ID)
    box = report.bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 6)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 24, steps=5)
    page.mouse.move(box["x"] + 120, box["y"] + 24, steps=5)
    page.mouse.up()
    assert page.evaluate("() => String(document.getSelection())").startswith("Sentence to copy.")
    assert page.evaluate("(id) => [...app.graph.getNodeById(id).pos]", SCORE_ID) == pos, "the node was dragged"
    page.evaluate("() => window.addEventListener('copy', (event) => { window.copied = event; }, true)")
    page.keyboard.press("Control+c")
    page.wait_for_function("() => window.copied")
    assert not page.evaluate("() => window.copied.defaultPrevented"), "the page has put the node on the clipboard"

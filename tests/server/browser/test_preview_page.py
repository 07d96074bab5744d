"""Live previews in ComfyUI's page, with the classic canvas and with Nodes 2.0."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

import numpy as np
import pytest
from in_page import run_in_page, serialised
from playwright.sync_api import Page, Request, expect
from preview_graph import pixels, queued

from testing.server.browser import CHROMIUM, SETTLE_MILLISECONDS, open_comfy
from testing.server.preview_page import (
    BLOOM,
    BLUR,
    SHARPEN,
    build,
    drag,
    expect_view,
    panel,
    set_widget,
    toggle,
    wait_until_shown,
)
from testing.server.sample_portrait import PORTRAIT_NAME

pytestmark = [
    pytest.mark.server,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM}"),
]
CHANGES = {BLOOM: ("intensity", 0.9), BLUR: ("sigma", 2.0), SHARPEN: ("amount", 3.0)}


@pytest.fixture
def ran(page: Page, server) -> Page:
    """The page with a graph that has run once."""
    build(page, PORTRAIT_NAME)
    page.wait_for_timeout(300)
    run_in_page(page, server)
    for node in CHANGES:
        expect_view(page, node, "closed")
        toggle(page, node)
    wait_until_shown(page)
    return page


def test_preview_is_the_queued_picture_after_a_change_without_queueing(ran, server):
    known = set(server.client.get_json("/history"))
    for node, (name, value) in CHANGES.items():
        set_widget(ran, node, name, value)
    wait_until_shown(ran)
    assert set(server.client.get_json("/history")) == known, "a preview has queued a prompt"
    shown = {node: (pixels(ran, node, "before"), pixels(ran, node, "after")) for node in CHANGES}
    outputs = run_in_page(ran, server)
    for node, (before, after) in shown.items():
        wanted = queued(server, outputs, node)
        assert np.abs(after - wanted).max() <= 2, node
        assert np.abs(after - before).max() > 10, "the change does nothing"


def test_nothing_is_saved_or_sent(page, server):
    build(page, PORTRAIT_NAME)
    page.wait_for_timeout(300)
    assert panel(page, BLOOM).locator(".softfocus-said").text_content() == "Preview: comes when this node has run."
    assert panel(page, BLOOM).locator("canvas").first.is_hidden()
    before = serialised(page)
    run_in_page(page, server)
    expect_view(page, BLOOM, "closed")
    toggle(page, BLOOM)
    expect_view(page, BLOOM, "open")
    after = serialised(page)
    assert "softfocus_preview" not in json.dumps(after)
    kept = ("id", "inputs", "widgets_values", "properties")
    saved = [
        sorted([str(node.get(key)) for key in kept] for node in graph["nodes"] if node["id"] in CHANGES)
        for graph in (before, after)
    ]
    assert saved[0] == saved[1]
    prompt = page.evaluate("async () => (await app.graphToPrompt()).output")
    assert set(prompt[str(BLUR)]["inputs"]) == {"image", "sigma", "unit", "max_delta", "linear_light"}


def test_first_change_opens_the_panel_unless_the_user_has_closed_it(page, server):
    build(page, PORTRAIT_NAME)
    set_widget(page, BLUR, "sigma", 1)
    page.wait_for_timeout(300)
    expect_view(page, BLUR, "none")
    run_in_page(page, server)
    expect_view(page, BLUR, "closed")
    assert page.locator(".softfocus-after").first.is_hidden()
    set_widget(page, BLUR, "sigma", 2)
    expect_view(page, BLUR, "open")
    expect_view(page, BLOOM, "closed")
    wait_until_shown(page)
    assert np.abs(pixels(page, BLUR, "after") - pixels(page, BLUR, "before")).max() > 10
    toggle(page, BLUR)
    set_widget(page, BLUR, "sigma", 3)
    page.wait_for_timeout(300)
    expect_view(page, BLUR, "closed")


def test_every_move_that_waits_for_its_picture_is_asked_for_in_order(ran):
    """Each may be asked for twice, as a draft and in full. `benchmarks.latency.preview` says how long they take."""
    asked: list[dict[str, Any]] = []
    ran.on("request", lambda request: asked.append(request.post_data_json) if is_preview(request) else None)
    for node, (name, value) in CHANGES.items():
        moves = [round(value * (1 - step / 50), 2) for step in range(15)]
        drag(ran, node, name, moves)
        wait_until_shown(ran)
        assert [move for move, _ in groupby(each["inputs"][name] for each in asked)] == moves
        asked.clear()


def is_preview(request: Request) -> bool:
    return request.method == "POST" and "/softfocus/preview" in request.url


def test_two_hundred_quick_moves_do_not_pile_up(ran):
    asked: list[str] = []
    ran.on("request", lambda request: asked.append(request.method) if "/softfocus/preview" in request.url else None)
    most = ran.evaluate(
        """async ([id, name]) => {
          const own = app.api.fetchApi;
          let flying = 0;
          let most = 0;
          app.api.fetchApi = async function (path) {
            if (!path.startsWith("/softfocus/preview")) return own.apply(this, arguments);
            most = Math.max(most, ++flying);
            try { return await own.apply(this, arguments); } finally { flying--; }
          };
          const node = app.graph.getNodeById(id);
          const widget = node.widgets.find((one) => one.name === name);
          for (let move = 1; move <= 200; move++) {
            widget.value = move / 200;
            widget.callback(widget.value, app.canvas, node);
            if (move % 4 === 0) await new Promise(requestAnimationFrame);
          }
          while (flying || document.querySelector(".softfocus-preview[aria-busy=true]"))
            await new Promise(requestAnimationFrame);
          app.api.fetchApi = own;
          return [most, flying];
        }""",
        [BLOOM, "intensity"],
    )
    assert most == [1, 0]
    assert 1 <= len(asked) <= 110 and set(asked) == {"POST"}
    last = pixels(ran, BLOOM, "after")
    set_widget(ran, BLOOM, "intensity", 0.5)
    wait_until_shown(ran)
    assert np.abs(pixels(ran, BLOOM, "after") - last).max() > 0
    set_widget(ran, BLOOM, "intensity", 1)
    wait_until_shown(ran)
    assert np.array_equal(pixels(ran, BLOOM, "after"), last), "the last move was not shown"


def test_dragging_a_number_on_the_node_changes_the_picture(ran, request):
    before = pixels(ran, BLUR, "after")
    value = "(id) => app.graph.getNodeById(id).widgets.find((one) => one.name === 'sigma').value"
    old = ran.evaluate(value, BLUR)
    if "nodes2" in request.node.name:
        own = f"[data-node-id='{BLUR}'] button"
        box = ran.locator(f"{own} .pi-plus, {own}[data-testid='increment']")  # of 0.3.75 and of newer pages
        for _ in range(3):
            box.first.click()
    else:
        x, y = ran.evaluate(
            """(id) => {
              const node = app.graph.getNodeById(id);
              const widget = node.widgets.find((one) => one.name === "sigma");
              const [left, top] = app.canvas.ds.offset;
              return [node.pos[0] + node.size[0] / 2 + left, node.pos[1] + widget.y + 10 + top];
            }""",
            BLUR,
        )
        ran.mouse.move(x, y)
        ran.mouse.down()
        ran.mouse.move(x + 80, y, steps=10)
        ran.mouse.up()
    wait_until_shown(ran)
    assert ran.evaluate(value, BLUR) > old
    assert np.abs(pixels(ran, BLUR, "after") - before).max() > 3


def test_wipe_follows_pointer_and_arrow_keys_and_leaves_the_node_in_place(ran):
    frame = panel(ran, BLUR).locator(".softfocus-frame")
    wipe = "(one) => parseFloat(one.style.getPropertyValue('--wipe'))"
    position = ran.evaluate("(id) => [...app.graph.getNodeById(id).pos]", BLUR)
    box = frame.bounding_box()
    ran.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
    ran.mouse.down()
    ran.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 30, steps=6)
    ran.mouse.up()
    assert abs(frame.evaluate(wipe) - 25) <= 2
    ran.keyboard.press("ArrowRight")
    ran.keyboard.press("ArrowRight")
    assert abs(frame.evaluate(wipe) - 27) <= 2
    assert ran.evaluate("(id) => [...app.graph.getNodeById(id).pos]", BLUR) == position
    width, height = (box[side] for side in ("width", "height"))
    (rows, columns, _) = pixels(ran, BLUR, "after").shape
    assert abs(width / height - columns / rows) < 0.02, "the picture is stretched"


def test_closing_gives_the_room_back(ran):
    size = "(id) => [...app.graph.getNodeById(id).size].map(Math.round)"
    (_, tall) = ran.evaluate(size, BLUR)
    toggle(ran, BLUR)
    ran.wait_for_function("([id, tall]) => app.graph.getNodeById(id).size[1] < tall - 100", arg=[BLUR, tall])
    set_widget(ran, BLUR, "sigma", 3)
    wait_until_shown(ran)
    toggle(ran, BLUR)
    ran.wait_for_function("([id, tall]) => Math.abs(app.graph.getNodeById(id).size[1] - tall) < 4", arg=[BLUR, tall])


def test_refused_value_is_said_on_the_node(ran):
    before = pixels(ran, BLOOM, "after")
    set_widget(ran, BLOOM, "tint", "#12")
    said = panel(ran, BLOOM).locator(".softfocus-said")
    expect(said).to_contain_text("#12")
    assert np.array_equal(pixels(ran, BLOOM, "after"), before)
    set_widget(ran, BLOOM, "tint", "#ff0000")
    expect(said).to_have_text("")


def test_preview_survives_a_reload_and_goes_with_its_node(ran, server, page_and_errors):
    workflow = serialised(ran)
    workflow["id"] = "6f0f6fd0-7f0f-4f0f-8f0f-0123456789ab"
    ran.evaluate("(graph) => app.loadGraphData(graph)", workflow)
    ran.wait_for_timeout(SETTLE_MILLISECONDS)
    expect_view(ran, BLOOM, "none")  # another workflow with the same node ids
    ran.evaluate("() => { app.graph.getNodeById(2).widgets.find((one) => one.name === 'width').value = 200; }")
    run_in_page(ran, server)
    expect_view(ran, BLOOM, "closed")
    toggle(ran, BLOOM)
    wait_until_shown(ran)
    shown = pixels(ran, BLOOM, "after")

    open_comfy(ran, server.client.url)
    ran.evaluate("(graph) => app.loadGraphData(graph)", workflow)
    expect_view(ran, BLOOM, "closed")
    toggle(ran, BLOOM)
    wait_until_shown(ran)
    # While it loads again the page sets a setting that it does not know yet.
    errors = page_and_errors[1]
    errors[:] = [error for error in errors if "/extensions/" in error]
    assert np.array_equal(pixels(ran, BLOOM, "after"), shown)

    asked: list[str] = []
    ran.on("request", lambda request: asked.append(request.url) if "/softfocus/preview" in request.url else None)
    ran.evaluate("(id) => app.graph.remove(app.graph.getNodeById(id))", BLOOM)
    expect(ran.locator(".softfocus-preview")).to_have_count(2)
    ran.evaluate("() => app.api.dispatchCustomEvent('execution_success', {})")
    wait_until_shown(ran)
    assert asked and not any("LuminanceBloom" in url for url in asked)

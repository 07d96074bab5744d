"""How long the live preview takes in ComfyUI's page, from a move of a widget to the drawn picture, in both renderers.

Run by `make bench`, or alone: `python -m benchmarks.latency.preview`. Starts ComfyUI and Chromium. A widget of each
node is dragged, each move as soon as the last one's picture is drawn; the medians are given. The blur within a
max_delta is slow, so drafts answer it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from statistics import median

from playwright.sync_api import Page, Request

from benchmarks.rows import Check, Row, show, values
from testing.server.browser import CHROMIUM, comfy_page
from testing.server.comfy_server import ComfyServer
from testing.server.preview_page import (
    BLOOM,
    BLUR,
    SHARPEN,
    build,
    drag,
    expect_view,
    set_widget,
    toggle,
    wait_until_shown,
)
from testing.server.sample_portrait import PORTRAIT_NAME

LIMIT_MS = 150.0  # above which dragging feels slow
USUAL_MS = 60.0  # of the nodes in both renderers, the median
MOVES = 16
DRAGS = {  # node, widget and the value that the drag ends at
    "bloom": (BLOOM, "intensity", 0.9),
    "blur": (BLUR, "sigma", 2.0),
    "sharpen": (SHARPEN, "amount", 3.0),
}
WITHIN = ("max_delta", 0.1)


def table(url: str) -> Iterator[Row]:
    for renderer, nodes2 in (("classic", False), ("Nodes 2.0", True)):
        with comfy_page(url, settings={"Comfy.VueNodes.Enabled": nodes2}) as page:
            build(page, PORTRAIT_NAME)
            page.wait_for_timeout(1000)
            page.evaluate("() => app.queuePrompt(0)")
            for node, *_ in DRAGS.values():
                expect_view(page, node, "closed")
                toggle(page, node)
            wait_until_shown(page)
            for name, (node, widget, value) in DRAGS.items():
                yield {"renderer": renderer, **measured(page, name, node, widget, value)}
            set_widget(page, BLUR, *WITHIN)
            wait_until_shown(page)
            yield {"renderer": renderer, **measured(page, "blur within max_delta", *DRAGS["blur"])}


def measured(page: Page, name: str, node: int, widget: str, value: float) -> Row:
    """Median and longest milliseconds of a drag's moves; the first finds the machine at rest and is left out."""
    drafts: list[bool] = []

    def note(request: Request) -> None:
        if request.method == "POST" and "/softfocus/preview" in request.url:
            drafts.append(json.loads(request.post_data or "{}")["draft"])

    page.on("request", note)
    times = drag(page, node, widget, [value * (1 + step) / MOVES for step in range(MOVES)])[1:]
    page.remove_listener("request", note)
    wait_until_shown(page)
    return {"node": name, "moves": len(times), "drafts": sum(drafts), "median ms": median(times), "max ms": max(times)}


def main() -> list[Check]:
    """Print the table and its limits; returns them."""
    if not CHROMIUM.exists():
        print(f"preview latency: not measured, no {CHROMIUM}")
        return []
    with ComfyServer() as server:
        rows = show("Live preview, from a move to the picture, 512 px high", table(server.client.url))
    medians = values(rows, "median ms")
    checks = [
        Check("live preview: slowest median, ms", max(medians), LIMIT_MS),
        Check("live preview: median of the medians, ms", median(medians), USUAL_MS),
    ]
    print("\n" + "\n".join(check.line() for check in checks))
    return checks


if __name__ == "__main__":
    main()

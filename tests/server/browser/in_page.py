"""What a test does with ComfyUI's page: load, run, save."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Page

RUN_SECONDS = 600


def serialised(page: Page) -> dict[str, Any]:
    """The graph as the page would save it."""
    return page.evaluate("() => JSON.parse(JSON.stringify(app.graph.serialize()))")


def widget_values(graph: dict[str, Any]) -> dict[int, list[Any]]:
    """Saved values by node id. For a node without widgets 0.3.75 saves an empty list, a current page nothing."""
    return {node["id"]: node.get("widgets_values", []) for node in graph["nodes"]}


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

"""One real ComfyUI server for all tests of this folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from testing.server.comfy_server import ComfyServer
from testing.server.shared_workflows import ROOT, WORKFLOW_FILES


@pytest.fixture(scope="session")
def server() -> Iterator[ComfyServer]:
    with ComfyServer() as running:
        yield running


@pytest.fixture(scope="session")
def object_info(server: ComfyServer) -> dict[str, Any]:
    return server.client.get_json("/object_info")


@pytest.fixture(scope="session")
def current_object_info() -> dict[str, Any]:
    """Inputs of ComfyUI 0.33's nodes, as its /object_info gives them, for the nodes that the workflows use."""
    return json.loads((ROOT / "tests" / "data" / "comfyui-0.33-inputs.json").read_text(encoding="utf-8"))


@pytest.fixture(params=WORKFLOW_FILES, ids=lambda path: path.stem)
def workflow(request: pytest.FixtureRequest) -> dict[str, Any]:
    return json.loads(request.param.read_text(encoding="utf-8"))

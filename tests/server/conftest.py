"""One real ComfyUI server for all tests of this folder."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shared_workflows import ROOT, WORKFLOW_FILES

sys.path.insert(0, str(ROOT / "tools"))

from comfy_server import ComfyServer, comfyui_dir  # noqa: E402


@pytest.fixture(scope="session")
def server() -> Iterator[ComfyServer]:
    try:
        comfyui_dir()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    with ComfyServer() as running:
        yield running


@pytest.fixture(scope="session")
def object_info(server: ComfyServer) -> dict[str, Any]:
    return server.client.get_json("/object_info")


@pytest.fixture(scope="session")
def current_object_info() -> dict[str, Any]:
    """The node definitions of ComfyUI 0.33, from the folder that contributors share."""
    shared = Path(os.environ.get("SOFTFOCUS_SHARED", ROOT.parent / "shared"))
    path = shared / "data" / "comfyui-0.33.0-object_info.json"
    if not path.is_file():
        pytest.skip(f"no {path}: set SOFTFOCUS_SHARED to the folder that holds data/")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(params=WORKFLOW_FILES, ids=lambda path: path.stem)
def workflow(request: pytest.FixtureRequest) -> dict[str, Any]:
    return json.loads(request.param.read_text(encoding="utf-8"))

"""The pack installed twice, as a git clone beside a registry install: nodes run, and the preview answers."""

from __future__ import annotations

import io
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from testing.server.comfy_server import ROOT, ComfyServer

pytestmark = pytest.mark.server
BLUR = "SoftFocusSelectiveGaussianBlur"


@pytest.fixture(scope="module", params=["ASoftFocus", "softfocus"])
def two_copies(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComfyServer]:
    """One whose other copy is listed before ComfyUI-SoftFocus, and one where it is listed after."""
    base: Path = tmp_path_factory.mktemp("two")
    (base / "custom_nodes").mkdir()
    (base / "custom_nodes" / request.param).symlink_to(ROOT, target_is_directory=True)
    with ComfyServer(base) as server:
        yield server


def answered(server: ComfyServer, query: str = "", body: object = None) -> tuple[int, bytes]:
    data = None if body is None else json.dumps(body).encode()
    url = f"http://127.0.0.1:{server.port}/softfocus/preview{query}"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, {"Content-Type": "application/json"})) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read()


def test_the_preview_answers_for_the_copy_whose_nodes_run(two_copies):
    inputs = {"image": ["1", 0], "sigma": 5, "unit": "pixels", "max_delta": 1, "linear_light": True}
    prompt = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "example.png"}},
        "7": {"class_type": BLUR, "inputs": inputs},
        "8": {"class_type": "PreviewImage", "inputs": {"images": ["7", 0]}},
    }
    two_copies.client.run(prompt)
    before = answered(two_copies, f"?node_id=7&class={BLUR}")
    after = answered(two_copies, body={"workflow": "", "node_id": "7", "class": BLUR, "inputs": {"sigma": 20}})
    assert (before[0], after[0]) == (200, 200)
    pictures = [np.asarray(Image.open(io.BytesIO(body)).convert("RGB")).astype(int) for _, body in (before, after)]
    assert np.abs(pictures[0] - pictures[1]).mean() > 0.5
    assert BLUR in json.loads(answered(two_copies, "/nodes")[1])
    assert answered(two_copies, f"?node_id=9&class={BLUR}")[0] == 204


def test_the_log_says_so_once(two_copies):
    said = [line for line in two_copies.log.read_text().splitlines() if "SoftFocus is installed twice" in line]
    assert len(said) == 1 and "Remove the other one." in said[0]

"""The shared workflows run on a real ComfyUI through its API."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
from demo import only_node, run_demo
from PIL import Image
from shared_workflows import ROOT, load_workflow
from workflow_to_api import workflow_to_api

pytestmark = pytest.mark.server
RANDOM_CHECKPOINT = "softfocus_random_weights.safetensors"


def saved_picture(server, prompt, outputs) -> np.ndarray:
    (file,) = outputs[only_node(prompt, "SaveImage")]["images"]
    return np.asarray(Image.open(io.BytesIO(server.client.fetch(file))).convert("RGB"))


def test_photo_workflow_as_shipped(server, object_info):
    """example.png is a child's drawing: no face to be found, and still a picture and a report."""
    prompt = workflow_to_api(load_workflow("your photo"), object_info)
    outputs = server.client.run(prompt)
    picture = saved_picture(server, prompt, outputs)
    original = np.asarray(Image.open(server.base / "input" / "example.png").convert("RGB"))
    assert picture.shape == original.shape
    assert np.abs(picture.astype(int) - original).mean() > 1
    assert outputs[only_node(prompt, "SoftFocusQualityScore")]["text"][0]


def test_photo_workflow_keeps_the_face_and_softens_the_rest(server, tmp_path, capsys):
    report = run_demo(server, tmp_path)
    assert "1 face found" in capsys.readouterr().out
    before, after = (
        np.asarray(Image.open(tmp_path / name).convert("L"), dtype=float) for name in ("before.png", "after.png")
    )
    mask = np.asarray(Image.open(tmp_path / "mask.png").convert("L")) / 255
    fine = [np.abs(np.diff(picture, axis=1)) for picture in (before, after)]
    inside, outside = mask[:, 1:] > 0.8, mask[:, 1:] < 0.02
    assert inside.sum() > 500
    assert fine[1][inside].mean() > 0.8 * fine[0][inside].mean()
    assert fine[1][outside].mean() < 0.6 * fine[0][outside].mean()
    assert report.startswith("Score ")
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"before.png", "mask.png", "regions.png", "after.png", "chart.png", "report.txt"}


@pytest.mark.slow
def test_sd15_workflow_from_the_stock_loader_to_the_saved_picture(server, object_info):
    """As shipped, but for the checkpoint's name: a random-weight one, so the picture is noise."""
    path = server.base / "models" / "checkpoints" / RANDOM_CHECKPOINT
    subprocess.run([sys.executable, ROOT / "tools" / "tiny_checkpoint.py", path], check=True)
    prompt = workflow_to_api(load_workflow("SD1.5"), object_info)
    prompt[only_node(prompt, "CheckpointLoaderSimple")]["inputs"]["ckpt_name"] = RANDOM_CHECKPOINT
    outputs = server.client.run(prompt, timeout=900)
    picture = saved_picture(server, prompt, outputs)
    assert picture.shape == (768, 512, 3)
    assert picture.std() > 2
    assert outputs[only_node(prompt, "SoftFocusQualityScore")]["text"][0]

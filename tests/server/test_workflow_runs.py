"""The shared workflows run on a real ComfyUI through its API."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from testing.server.photo_run import only_node, run_demo
from testing.server.shared_workflows import ROOT, load_workflow
from testing.server.workflow_to_api import workflow_to_api

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


@pytest.fixture(scope="module")
def random_checkpoint(server) -> str:
    """Name of a random-weight checkpoint in the server's folder: what it draws is noise."""
    path = server.base / "models" / "checkpoints" / RANDOM_CHECKPOINT
    subprocess.run([sys.executable, "-m", "testing.nets.tiny_checkpoint", path], check=True, cwd=ROOT)
    return RANDOM_CHECKPOINT


@pytest.mark.slow
def test_sd15_workflow_from_the_stock_loader_to_the_saved_picture(server, object_info, random_checkpoint):
    """As shipped, but for the checkpoint's name."""
    prompt = workflow_to_api(load_workflow("SD1.5"), object_info)
    prompt[only_node(prompt, "CheckpointLoaderSimple")]["inputs"]["ckpt_name"] = random_checkpoint
    outputs = server.client.run(prompt, timeout=900)
    picture = saved_picture(server, prompt, outputs)
    assert picture.shape == (768, 512, 3)
    assert picture.std() > 2
    assert outputs[only_node(prompt, "SoftFocusQualityScore")]["text"][0]


@pytest.mark.slow
def test_guided_workflow_samples_twice_and_the_guidance_acts(server, object_info, random_checkpoint):
    """As shipped, but for the checkpoint, fewer steps, smaller passes, and cfg 1: random weights ignore the prompt."""
    prompt = workflow_to_api(load_workflow("Dream Guidance"), object_info)
    prompt[only_node(prompt, "CheckpointLoaderSimple")]["inputs"]["ckpt_name"] = random_checkpoint
    prompt[only_node(prompt, "EmptyLatentImage")]["inputs"] |= {"width": 192, "height": 288}
    for node in prompt.values():
        if node["class_type"] == "KSampler":
            node["inputs"] |= {"steps": 3, "cfg": 1}
    guided = saved_picture(server, prompt, server.client.run(prompt, timeout=900))
    assert guided.shape == (432, 288, 3) and guided.std() > 2
    prompt[only_node(prompt, "SoftFocusDreamGuidance")]["inputs"] |= {"detail_inside": 1, "detail_outside": 1}
    plain = saved_picture(server, prompt, server.client.run(prompt, timeout=900))  # all gains are 1
    assert np.abs(guided.astype(int) - plain).mean() > 0.5

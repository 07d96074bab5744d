"""The nodes that follow faces, with boxes, as the executor calls them and as the live preview shows them."""

from __future__ import annotations

import io
import sys
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from softfocus import BloomSettings, BlurSettings, FaceBox
from softfocus.at_settings import apply_bloom, apply_blur
from testing.cases import portrait, softened
from testing.host_in_process import run_node

pytestmark = pytest.mark.host
BLUR, BLOOM, SHARPEN = "SoftFocusSelectiveGaussianBlur", "SoftFocusLuminanceBloom", "SoftFocusFeatureSharpen"
SETTINGS: dict[str, dict[str, Any]] = {
    BLUR: {"sigma": 1.0},
    BLOOM: {},
    SHARPEN: {"amount": 2.0, "radius": 1.0, "floor": 1.0},
}
SHARP = {"detail_source": None, "amount": 3.0, "halo_limit": 1.0}
LENGTH = {BLUR: "sigma", BLOOM: "radius"}
BOX = {"x": 90.0, "y": 30.0, "width": 45.0, "height": 55.0, "face_width": 40.0}  # 11 % of the diagonal
LARGE = {"x": 60.0, "y": 10.0, "width": 90.0, "height": 100.0}
all_nodes = pytest.mark.parametrize("node_id", [BLUR, BLOOM, SHARPEN])
both_nodes = pytest.mark.parametrize("node_id", [BLUR, BLOOM])


@pytest.fixture
def run(nodes: dict[str, Any]) -> Any:
    """The output of a node; `at` is its id in a prompt, without which nothing is kept for the preview."""

    def call(node_id: str, image: Tensor, at: str | None = None, **changes: Any) -> Any:
        from comfy_api.latest import io as comfy_io

        hidden = {comfy_io.Hidden.unique_id: at, comfy_io.Hidden.extra_pnginfo: None}
        pictures = {"image": image}
        if node_id == SHARPEN:
            pictures = {"image": softened(image), "detail_source": image}
        return run_node(nodes[node_id], hidden, **{**pictures, **SETTINGS[node_id], **changes})

    return call


def made(node_id: str, image: Tensor, faces: list[list[FaceBox]] | None) -> Tensor:
    """The same by the library, [B, H, W, 3]."""
    planes = image.movedim(-1, 1).contiguous()
    if node_id == BLUR:
        result = apply_blur(planes, BlurSettings(sigma=1.0), faces=faces)
    else:
        result = apply_bloom(planes, BloomSettings(), faces=faces)[0]
    return result.movedim(1, -1)


@both_nodes
def test_boxes_reach_the_library(run, node_id):
    (image, *_) = run(node_id, portrait(), bboxes=[[BOX]]).args
    wanted = made(node_id, portrait(), [[FaceBox(90, 30, 45, 55, 40)]])
    assert (image - wanted).abs().max() < 1e-6
    assert (image - run(node_id, portrait()).args[0]).abs().max() > 0.05


@both_nodes
@pytest.mark.parametrize("boxes", [[], [[]], [[LARGE]], [[{**BOX, "x": 900.0}]], [[{**BOX, "width": 0}]]])
def test_without_a_small_face_no_bit_changes(run, node_id, boxes):
    assert torch.equal(run(node_id, portrait(), bboxes=boxes).args[0], run(node_id, portrait()).args[0])


def test_a_sigma_in_pixels_follows_faces_too(run):
    percent = run(BLUR, portrait(), bboxes=[[BOX]]).args[0]
    pixels = run(BLUR, portrait(), bboxes=[[BOX]], sigma=0.01 * 256 * 2**0.5, unit="pixels").args[0]
    assert torch.allclose(percent, pixels, atol=1e-4)


@all_nodes
def test_frame_k_of_a_batch_with_its_boxes_is_frame_k_alone(run, host, node_id, monkeypatch):
    images, boxes = torch.cat([portrait(), portrait().flip(2), portrait()]), [[BOX], [{**BOX, "x": 121.0}], []]
    together = run(node_id, images, bboxes=boxes).args[0]
    monkeypatch.setattr(host.memory, "MAX_CHUNK_BYTES", 1)
    apart = run(node_id, images, bboxes=boxes).args[0]
    assert torch.allclose(together, apart, atol=1e-5)
    assert not torch.allclose(together[0], run(node_id, images[:1]).args[0][0], atol=1e-2)
    for frame in range(3):
        alone = run(node_id, images[frame : frame + 1], bboxes=[boxes[frame]]).args[0]
        assert torch.allclose(together[frame : frame + 1], alone, atol=1e-5)
    shared = run(node_id, images, bboxes=[[BOX]]).args[0]
    assert torch.allclose(shared[0], shared[2], atol=1e-5) and torch.allclose(shared[0], together[0], atol=1e-5)


@both_nodes
def test_the_node_says_near_how_many_faces(run, node_id):
    def said(boxes: Any, images: Tensor, **masks: Tensor) -> str:
        return run(node_id, images, bboxes=boxes, **masks).ui["text"][0]

    one, two, length = portrait(), torch.cat([portrait()] * 2), LENGTH[node_id]
    assert said(None, one) == ""
    assert said([[BOX, {**BOX, "x": 180.0}, LARGE]], one) == f"Near 2 faces {length} follows the face's width."
    assert said([[], [BOX]], two) == f"Near 1 face in frame 2 {length} follows the face's width."
    assert said([[BOX]], two) == f"Near 1 face {length} follows the face's width."
    assert said([], one) == f"bboxes holds no face: {length} is the same everywhere."
    assert said([[LARGE]], one).startswith("No face of bboxes takes less than a fifth of the diagonal: ")
    lines = said([[BOX]], one, protect_mask=torch.zeros(1, 256, 256)).split("\n")
    assert len(lines) == 2 and lines[0].startswith("protect_mask is empty") and lines[1].startswith("Near 1 face")


def test_the_same_box_twice_is_said_to_be_one_face(run):
    assert "1 face: " in run(SHARPEN, portrait(), bboxes=[[BOX, dict(BOX)]]).ui["text"][0]


@all_nodes
def test_boxes_that_are_none_are_named(run, node_id):
    with pytest.raises(ValueError, match="bboxes holds a dictionary of x as a box"):
        run(node_id, portrait(), bboxes=[[{"x": 3}]])
    with pytest.raises(ValueError, match="bboxes has 2 frames"):
        run(node_id, torch.cat([portrait()] * 3), bboxes=[[BOX], [BOX]])


@both_nodes
def test_alpha_is_kept_near_faces(run, node_id):
    image = torch.cat([portrait(), torch.linspace(0, 1, 256).expand(1, 256, 256)[..., None]], -1)
    result = run(node_id, image, bboxes=[[BOX]]).args[0]
    assert torch.equal(result[..., 3], image[..., 3])
    assert torch.equal(result[:, :, 0, :3], image[:, :, 0, :3])


@pytest.mark.parametrize(
    ("node_id", "changes"),
    [(BLUR, {}), (BLUR, {"sigma": 12, "unit": "pixels"}), (BLUR, {"max_delta": 0.2}), (BLOOM, {}), (SHARPEN, SHARP)],
)
def test_the_preview_of_a_large_picture_shows_its_look_near_the_face(run, pack, node_id, changes):
    modules = [sys.modules[f"{pack.__name__}.nodes.preview.{name}"] for name in ("cache", "picture")]
    cache, picture = modules
    large = interpolate(portrait().movedim(-1, 1), (1024, 1024), mode="bicubic").clamp(0, 1).movedim(1, -1).contiguous()
    box = {name: 4 * value for name, value in BOX.items()}
    face = (slice(60, 170), slice(180, 270))
    shown, queued = {}, {}
    for name, boxes in {"with": [[box]], "without": None}.items():
        whole = run(node_id, large, at=name, bboxes=boxes, **changes).args[0]
        small = interpolate(whole.movedim(-1, 1), (512, 512), mode="bicubic", antialias=True).clamp(0, 1)
        queued[name] = 255 * small[0].movedim(0, -1).numpy()[face]
        file = picture.picture_after(cache.find(("", name), node_id), {})
        shown[name] = np.asarray(Image.open(io.BytesIO(file))).astype(float)[face]
    assert np.abs(shown["with"] - queued["with"]).mean() < 1
    assert np.abs(queued["without"] - queued["with"]).mean() > 2

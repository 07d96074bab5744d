"""Feature Sharpen with an encoder: detail returns where its features change, and the node says what it saw with."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
import torch
from torch.nn.functional import avg_pool2d

from testing.cases import portrait
from testing.host_in_process import run_node
from testing.nets.tiny_vision import reference_net, save_clip_vision, save_timm, use_configs

pytestmark = pytest.mark.host


class Colors:
    """An encoder whose features are the mean colours of its patches."""

    name, patch, side = "mean colours", 8, 64

    def __init__(self) -> None:
        self.calls = 0

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return avg_pool2d(images, self.patch)


@pytest.fixture
def run(pack: Any) -> Any:
    """The node's result for an IMAGE, other inputs at their defaults."""
    cls = importlib.import_module(pack.__name__ + ".nodes.feature_sharpen").FeatureSharpen
    return lambda image, **inputs: run_node(cls, image=image, **inputs)


def said(result: Any) -> str:
    (text,) = result.ui["text"]
    return text


def test_without_an_encoder_the_pictures_edges_decide(run):
    assert (
        said(run(portrait())) == "Structure by the picture's own edges (structure tensor at three scales, every pixel)."
    )
    assert "upsample 4 has no effect without" in said(run(portrait(), upsample="4"))


@pytest.mark.parametrize("upsample, grid", [("1", "8 x 8"), ("2", "16 x 16"), ("4", "32 x 32")])
def test_an_encoder_narrows_the_gain_to_what_it_sees(run, upsample, grid):
    image = portrait()
    plain, seen = run(image), run(image, encoder=Colors(), upsample=upsample)
    assert f"Structure by mean colours: {grid} features" in said(seen)
    assert (seen.args[1] <= plain.args[1] + 1e-5).all() and seen.args[1].mean() < 0.7 * plain.args[1].mean()
    assert seen.args[2].shape == image.shape and 0 <= seen.args[2].min() and seen.args[2].max() <= 1
    assert not torch.equal(seen.args[0], image)


def test_detail_source_is_what_is_seen(run):
    """The encoder looks at the sharp picture, not at the soft one."""
    sharp, flat = portrait(), torch.full_like(portrait(), 0.5)
    seen = run(flat, detail_source=sharp, encoder=Colors())
    assert torch.allclose(seen.args[2], run(sharp, encoder=Colors()).args[2])


def test_clip_of_frames_is_seen_frame_by_frame(run):
    image = torch.cat([portrait(), portrait().flip(2)])
    both, second = run(image, encoder=Colors(), upsample="2"), run(image[1:], encoder=Colors(), upsample="2")
    assert torch.allclose(both.args[0][1:], second.args[0], atol=1e-5)


def test_interruption_is_answered_between_tiles(run):
    import comfy.model_management as mm

    class Interrupting(Colors):
        def encode(self, images: torch.Tensor) -> torch.Tensor:
            mm.interrupt_current_processing()
            return super().encode(images)

    encoder = Interrupting()
    with pytest.raises(mm.InterruptProcessingException):
        run(portrait(), encoder=encoder, upsample="4")
    assert encoder.calls == 1


@pytest.mark.parametrize("name", ["encoder", "clip_vision"])
def test_what_is_no_encoder_is_named(run, name):
    with pytest.raises(ValueError, match=f"^{name} is a dict; connect the output of Load"):
        run(portrait(), **{name: {}})


def test_a_clip_vision_without_a_model_is_said(run):
    """unCLIPCheckpointLoader gives None for a checkpoint without a vision tower."""
    plain, none = run(portrait()), run(portrait(), clip_vision=None)
    note, rest = said(none).split("\n", 1)
    assert note.startswith("clip_vision brings no model: ") and rest == said(plain)
    assert torch.equal(none.args[0], plain.args[0])
    assert "brings no model" not in said(run(portrait(), encoder=Colors(), clip_vision=None))


def test_stock_clip_vision_runs_through_the_node(run, tmp_path, monkeypatch):
    import comfy.clip_vision

    save_clip_vision(tmp_path / "clip_vision" / "tiny.safetensors", "clip", reference_net("clip"))
    monkeypatch.setattr(comfy.clip_vision, "__file__", str(use_configs(tmp_path / "configs")))
    clip_vision = comfy.clip_vision.load(str(tmp_path / "clip_vision" / "tiny.safetensors"))
    result = run(portrait(), clip_vision=clip_vision, upsample="2")
    assert "Structure by CLIP vision (ViT-" in said(result) and torch.isfinite(result.args[0]).all()


def test_timm_runs_through_the_node_and_comes_before_clip_vision(run, encoder_loader, tmp_path):
    save_timm(tmp_path / "vision_encoders" / "mine.safetensors", "test_vit")
    encoder = encoder_loader.LoadVisionEncoder.execute(model_name="test_vit", weights="mine.safetensors").args[0]
    result = run(portrait(), encoder=encoder, clip_vision=object())
    assert "Structure by timm test_vit with mine.safetensors" in said(result) and torch.isfinite(result.args[0]).all()


BOX = {"x": 12, "y": 12, "width": 24, "height": 28, "label": "face", "score": 1.0}


def test_boxes_give_detail_the_scale_of_the_face(run):
    image, mask = portrait(), torch.ones(1, 64, 64)
    inputs = {"mask": mask, "detail_source": image, "amount": 2.0}
    soft = torch.nn.functional.avg_pool2d(image.movedim(-1, 1), 5, 1, 2).movedim(1, -1)
    without = run(soft, **inputs)
    assert "The scale of detail is percent of the diagonal; with the bboxes of Face Detail Mask" in said(without)
    followed = run(soft, bboxes=[[BOX]], **inputs)
    assert said(followed).endswith("1 face: their detail has the scale of their width.")
    assert not torch.equal(followed.args[0], without.args[0])
    wider = run(soft, bboxes=[[{**BOX, "face_width": 60.0}]], **inputs)
    assert not torch.equal(followed.args[0], wider.args[0])


def test_boxes_without_a_face_change_nothing_and_say_so(run):
    image = portrait()
    nowhere = run(image, bboxes=[[]])
    assert torch.equal(nowhere.args[0], run(image).args[0])
    assert "bboxes holds no face." in said(nowhere)
    beside = run(image, bboxes=[[{**BOX, "x": 500}]])
    assert torch.equal(beside.args[0], nowhere.args[0]) and "bboxes holds no face." in said(beside)


def test_what_is_no_box_is_refused_by_its_name(run):
    for wrong in ("face", [[{"x": 1}]], [[{**BOX, "face_width": 0}]], [[], [], []]):
        with pytest.raises(ValueError, match="bboxes"):
            run(portrait(), bboxes=wrong)


def test_texture_is_a_share_of_what_returns(run):
    image = portrait()
    soft = torch.nn.functional.avg_pool2d(image.movedim(-1, 1), 5, 1, 2).movedim(1, -1)
    inputs = {"detail_source": image, "floor": 1.0, "bboxes": [[BOX]]}
    none = run(soft, fine=0.0, medium=0.0, coarse=0.0, **inputs).args[0]
    assert torch.allclose(none, soft, atol=1e-6)
    whole, less = run(soft, **inputs).args[0], run(soft, medium=-1.0, **inputs).args[0]
    assert (less - image).abs().mean() > 1.5 * (whole - image).abs().mean()

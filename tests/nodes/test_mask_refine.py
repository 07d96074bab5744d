"""Mask Refine: what it leaves alone, what it says, other people in the picture, and ViTMatte in its place."""

from __future__ import annotations

import importlib

import pytest
import torch
from torch import Tensor

from softfocus.matting import unknown_band
from softfocus.matting.foreground import estimate_foreground
from softfocus.units import percent_of_diagonal
from testing.cases import head_distance, head_mask, portrait
from testing.nets.tiny_vitmatte import save_vitmatte

pytestmark = pytest.mark.host


@pytest.mark.parametrize("change", [{"band": 0}, {"iterations": 0}, {"band": 0, "backend": "ViTMatte"}])
def test_nothing_asked_for_returns_the_mask_as_it_came(refine, change):
    image, mask = portrait(), torch.rand(1, 256, 256) * 1.5 - 0.2
    alpha, foreground, text = refine(image, mask, **change)
    assert torch.equal(alpha, mask.clamp(0, 1))
    assert torch.equal(foreground, image)
    assert text == "The mask is returned as it came, since band or iterations is 0."


def test_mask_that_is_not_refined_is_resized(refine):
    alpha, _, _ = refine(portrait(), torch.ones(1, 64, 64), band=0)
    assert torch.equal(alpha, torch.ones(1, 256, 256))


def test_text_names_the_backend(refine):
    assert refine(portrait(), head_mask(portrait()))[2] == "Refined with colour lines."


@pytest.mark.parametrize("value, word", [(0.0, "empty"), (1.0, "full")])
def test_mask_without_an_edge(refine, value, word):
    image, mask = portrait(), torch.full((1, 256, 256), value)
    alpha, foreground, text = refine(image, mask)
    assert torch.equal(alpha, mask)
    assert torch.allclose(foreground, image, atol=1e-6)
    assert text == f"The mask is {word}: nothing to refine."


def test_text_names_the_frames_without_an_edge(refine):
    image = portrait().expand(4, -1, -1, -1)
    masks = head_mask(image).clone()
    masks[1], masks[2], masks[3] = 0, 1, 0
    alpha, _, text = refine(image, masks)
    assert text.splitlines() == [
        "Refined with colour lines.",
        "The mask is empty in frames 2, 4: nothing to refine.",
        "The mask is full in frame 3: nothing to refine.",
    ]
    assert torch.equal(alpha[1:], masks[1:])


def test_text_of_no_frames(refine):
    alpha, foreground, text = refine(portrait()[:0], head_mask(portrait()))
    assert alpha.shape == (0, 256, 256) and foreground.shape == (0, 256, 256, 3)
    assert text == "The batch has no frames: nothing to refine."


def two_people() -> tuple[Tensor, Tensor, Tensor]:
    """Two blocks of one colour side by side on a grey background, with a rough mask of each."""
    image = torch.full((1, 96, 128, 3), 0.5)
    image[:, 24:72, 32:64] = torch.tensor([0.8, 0.2, 0.1])
    image[:, 24:72, 64:96] = torch.tensor([0.8, 0.2, 0.1])
    left, right = torch.zeros(1, 96, 128), torch.zeros(1, 96, 128)
    left[:, 24:72, 32:64], right[:, 24:72, 64:96] = 1, 1
    return image, left, right


def test_other_people_are_background(refine):
    image, left, right = two_people()
    alone, _, _ = refine(image, left, band=10)
    alpha, _, _ = refine(image, left, band=10, other_masks=right)
    assert alone[:, :, 64:].max() > 0.02  # the same colours: without a word about the other person some is taken
    assert alpha[:, :, 64:].max() == 0 and alpha[0, 30:66, 36:60].min() > 0.95


def test_several_masks_of_other_people_serve_one_picture(refine):
    image, left, right = two_people()
    parts = torch.cat([right, right.clone(), torch.zeros(1, 96, 128)])
    parts[0, :48], parts[1, 48:] = 0, 0
    wanted, _, _ = refine(image, left, other_masks=right)
    for layout in (parts, parts[:, None]):
        assert torch.equal(refine(image, left, other_masks=layout)[0], wanted)


def test_other_masks_must_fit_a_batch(refine):
    image, left, right = two_people()
    with pytest.raises(ValueError, match="other_masks has 2 frames but image has 3"):
        refine(image.expand(3, -1, -1, -1), left, other_masks=right.expand(2, -1, -1))


@pytest.mark.parametrize("choice, name", [("automatic", "base"), ("small", "small")])
def test_vitmatte(refine, tmp_path, choice, name):
    for folder in ("base", "small"):
        save_vitmatte(tmp_path / "vitmatte" / folder, seed=len(folder))
    image = portrait()
    mask = head_mask(image)
    alpha, foreground, text = refine(image, mask, backend="ViTMatte", vitmatte_model=choice)
    assert text == f"Refined with ViTMatte ({name})."
    certain = (head_distance() < 0.5) | (head_distance() > 1.6)
    assert torch.equal(alpha[:, certain], mask[:, certain])
    assert 0 <= alpha.min() and alpha.max() <= 1
    assert not torch.allclose(alpha, refine(image, mask)[0], atol=0.1)
    assert foreground.shape == image.shape and torch.isfinite(foreground).all()
    assert torch.equal(foreground[:, certain], image[:, certain])


def test_foreground_follows_from_vitmatte_s_alpha(refine, tmp_path):
    save_vitmatte(tmp_path / "vitmatte" / "small")
    image, mask = portrait(), head_mask(portrait())
    alpha, foreground, _ = refine(image, mask, backend="ViTMatte", band=4.0)
    planes = image.movedim(-1, 1)
    band = unknown_band(mask[:, None], percent_of_diagonal(planes, 4.0))
    wanted = estimate_foreground(planes, alpha[:, None], band).movedim(1, -1)
    torch.testing.assert_close(foreground, wanted, atol=1e-4, rtol=0)
    assert (foreground - refine(image, mask, band=4.0)[1]).abs().max() > 0.01


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_vitmatte_leaves_a_mask_without_an_edge(refine, tmp_path, value):
    save_vitmatte(tmp_path / "vitmatte" / "small")
    mask = torch.full((1, 256, 256), value)
    assert torch.equal(refine(portrait(), mask, backend="ViTMatte")[0], mask)


def test_vitmatte_of_a_frame_is_the_same_in_a_batch(refine, tmp_path):
    save_vitmatte(tmp_path / "vitmatte" / "small")
    image = torch.cat([portrait(), portrait().flip(1), portrait() * 0.5])
    together, _, _ = refine(image, head_mask(portrait()), backend="ViTMatte")
    alone, _, _ = refine(image[2:], head_mask(portrait()), backend="ViTMatte")
    assert torch.allclose(together[2:], alone, atol=1e-5)


def test_vitmatte_keeps_other_people_out(refine, tmp_path):
    save_vitmatte(tmp_path / "vitmatte" / "small")
    image, left, right = two_people()
    alone, _, _ = refine(image, left, backend="ViTMatte")
    alpha, _, _ = refine(image, left, other_masks=right, backend="ViTMatte")
    assert alone[0, 24:72, 64:].max() > 0.1 and alpha[0, 24:72, 64:].max() == 0


def test_vitmatte_without_a_model(refine):
    with pytest.raises(ValueError, match="models/vitmatte/ has none"):
        refine(portrait(), head_mask(portrait()), backend="ViTMatte")


def test_models_are_offered_by_name(pack, vitmatte_loader, tmp_path):
    node = importlib.import_module(pack.__name__ + ".nodes.mask_refine").MaskRefine

    def offered() -> list[str]:
        (combo,) = [each for each in node.define_schema().inputs if each.id == "vitmatte_model"]
        return list(combo.options)

    assert offered() == ["automatic"]
    save_vitmatte(tmp_path / "vitmatte" / "small")
    assert offered() == ["automatic", "small"]

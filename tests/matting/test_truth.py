"""The drawn portraits that matting is measured on: exact composites, repeatable, and masks that are rough."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from testing.matting.backgrounds import BACKGROUNDS
from testing.matting.canvas import Canvas
from testing.matting.hair import HAIR, HAIR_COLORS
from testing.matting.truth import MASK_KINDS, REPORTED_SEEDS, TUNING_SEEDS, Scene, make_scene, rough_mask

SIZE = 256
KINDS = sorted(HAIR)


@pytest.fixture(scope="module", params=KINDS)
def scene(request) -> Scene:
    return make_scene(1, "smooth", request.param, SIZE)


def partly(alpha: torch.Tensor) -> float:
    return ((alpha > 0.02) & (alpha < 0.98)).float().mean().item()


def test_seeds_for_the_report_are_not_for_tuning():
    assert not set(TUNING_SEEDS) & set(REPORTED_SEEDS)


def test_ranges_and_shapes(scene):
    assert scene.alpha.shape == (1, 1, SIZE, SIZE)
    for each in (scene.image, scene.foreground, scene.background):
        assert each.shape == (1, 3, SIZE, SIZE)
        assert each.min() >= 0 and each.max() <= 1
    assert scene.alpha.min() == 0 and scene.alpha.max() == 1
    assert 0.15 < scene.alpha.mean() < 0.6


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_image_is_the_composite(background):
    scene = make_scene(2, background, "fine", SIZE)
    composite = scene.alpha * scene.foreground + (1 - scene.alpha) * scene.background
    torch.testing.assert_close(scene.image, composite, rtol=0, atol=1e-6)
    assert scene.background_kind == background


def test_a_strand_covers_its_width_times_its_length():
    canvas = Canvas(512, np.zeros(3))
    points = np.stack([np.linspace(0.2, 0.8, 25), np.full(25, 0.5)], 1)
    canvas.strand(points, np.full(24, 1.5), np.array([1.0, 0.5, 0.0]), 0.6)
    color, alpha = canvas.read()
    assert alpha.sum() == pytest.approx(0.6 * 1.5 * 0.6 * 512, rel=0.02)
    assert np.allclose(color[alpha > 0], (1, 0.5, 0), atol=0.003)


def test_strands_are_partly_covered_and_solid_heads_are_not():
    share = {hair: partly(make_scene(1, "smooth", hair, SIZE).alpha) for hair in KINDS}
    assert min(share[hair] for hair in ("fine", "curly", "translucent")) > 0.04
    assert share["bald"] < 0.015
    assert share["opaque"] < 0.03


def test_new_kinds_of_hair_come_last():
    """Scenes draw their random numbers by the place in HAIR: these five keep theirs, and so their pictures."""
    assert list(HAIR)[:5] == ["bald", "curly", "fine", "opaque", "translucent"]
    first = np.random.default_rng([7, 4, 0])
    number = HAIR_COLORS[first.integers(len(HAIR_COLORS))]
    strands = make_scene(7, "smooth", "translucent", SIZE)
    seen = strands.foreground[0, :, (strands.strands > 0.5)[0, 0]].mean(1)
    assert (seen - torch.tensor(number)).abs().max() < 0.12


def test_same_arguments_same_picture():
    torch.manual_seed(1)
    np.random.seed(1)
    first = make_scene(3, "busy", "curly", SIZE)
    torch.manual_seed(2)
    np.random.seed(2)
    second = make_scene(3, "busy", "curly", SIZE)
    assert torch.equal(first.image, second.image) and torch.equal(first.alpha, second.alpha)
    assert not torch.equal(first.alpha, make_scene(4, "busy", "curly", SIZE).alpha)


def test_the_person_depends_on_the_seed_only():
    first, second = (make_scene(3, background, "fine", SIZE) for background in ("busy", "smooth"))
    assert torch.equal(first.alpha, second.alpha) and torch.equal(first.foreground, second.foreground)
    large = torch.nn.functional.avg_pool2d(make_scene(3, "busy", "fine", 2 * SIZE).alpha, 2)
    assert (large - first.alpha).abs().mean() < 0.01


def test_backgrounds_keep_their_distance_from_the_hair():
    distance = {}
    for background in BACKGROUNDS:
        scene = make_scene(1, background, "fine", SIZE)
        ring = (scene.alpha > 0.3) & (scene.alpha < 0.7)
        gap = (scene.foreground - scene.background).square().sum(1, keepdim=True).sqrt()
        distance[background] = gap[ring].mean().item()
    assert distance["same colour"] < distance["low contrast"] < distance["busy"]
    assert distance["smooth"] > 0.3
    assert distance["same colour"] < 0.25


@pytest.mark.parametrize("kind", MASK_KINDS)
def test_masks_are_rough_but_of_the_same_person(scene, kind):
    mask = rough_mask(scene.alpha, kind, 1)
    assert mask.shape == scene.alpha.shape
    assert mask.min() >= 0 and mask.max() <= 1
    assert torch.equal(mask, rough_mask(scene.alpha, kind, 1))
    error = (mask - scene.alpha).abs().mean().item()
    assert 0.003 < error < 0.1
    both = torch.minimum(mask, scene.alpha).sum() / torch.maximum(mask, scene.alpha).sum()
    assert both > 0.7


def test_masks_err_on_their_side(scene):
    solid = scene.alpha > 0.99
    assert rough_mask(scene.alpha, "dilated", 1)[solid].mean() > 0.99
    kept = scene.alpha[rough_mask(scene.alpha, "eroded", 1) > 0.5]
    assert (kept > 0.99).float().mean() > (0.9 if scene.name.startswith("smooth, fur") else 0.99)  # a rim is wider
    assert rough_mask(scene.alpha, "eroded", 1)[..., -1, :].any()  # the body still leaves the picture
    whole, bitten = (rough_mask(scene.alpha, kind, 1) for kind in ("downsampled", "missed"))
    assert (bitten <= whole).all()
    radius = torch.sqrt((whole - bitten).sum() / (0.5 * torch.pi)) / SIZE
    assert 0.02 < radius < 0.09  # about half a disc
    assert torch.unique(whole).numel() > 2  # enlarged smoothly


def test_mask_depends_on_its_seed(scene):
    assert not torch.equal(rough_mask(scene.alpha, "polygon", 1), rough_mask(scene.alpha, "polygon", 2))


def test_unknown_names_are_refused(scene):
    with pytest.raises(ValueError, match="background"):
        make_scene(1, "empty", "fine", 64)
    with pytest.raises(ValueError, match="kind"):
        rough_mask(scene.alpha, "perfect", 1)
    with pytest.raises(ValueError, match="hair"):
        make_scene(1, "smooth", "wig", 64)

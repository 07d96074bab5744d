"""Bare heads with loose strands: their colour shows in the unknown band only."""

from __future__ import annotations

import pytest
import torch

from softfocus.matting import refine_mask
from softfocus.units import percent_of_diagonal
from testing.matting.metrics import sad
from testing.matting.truth import FRESH_SEEDS, REPORTED_SEEDS, TUNING_SEEDS, Scene, make_scene, rough_mask

CLEAR = 0.11  # in RGB: shades of one hair lie nearer to its mean, other things farther
BAND = 4.0


@pytest.fixture(scope="module", params=TUNING_SEEDS[:4])
def scene(request) -> Scene:
    return make_scene(request.param, "smooth", "sparse")


def known(scene: Scene) -> tuple[torch.Tensor, torch.Tensor]:
    """The certain foreground and all that is certain, for the node's band around a coarse mask."""
    mask = rough_mask(scene.alpha, "downsampled", 1)
    band = refine_mask(scene.image, mask, percent_of_diagonal(scene.image, BAND), iterations=1).band
    return (band < 0.5) & (mask > 0.5), band < 0.5


def hair_color(scene: Scene) -> torch.Tensor:
    """The mean colour [1, 3, 1, 1] of strands."""
    return scene.foreground[0, :, (scene.strands > 0.5)[0, 0]].mean(1)[None, :, None, None]


def nearest(scene: Scene, where: torch.Tensor) -> float:
    return (scene.image - hair_color(scene)).square().sum(1, keepdim=True).sqrt()[where].min().item()


def test_no_strand_leaves_the_band(scene):
    front, certain = known(scene)
    assert scene.strands.sum() > 1000
    assert not (scene.strands[certain] > 0).any()
    assert (scene.alpha[front] == 1).all()


def test_nothing_certain_has_the_colour_of_hair(scene):
    _, certain = known(scene)
    assert nearest(scene, certain) > CLEAR
    assert nearest(scene, ~certain) < CLEAR


def test_closed_hair_shows_its_colour_in_the_certain_part():
    scene = make_scene(1, "smooth", "fine")
    front, _ = known(scene)
    assert nearest(scene, front) < CLEAR


def test_strands_are_thin_and_let_light_through(scene):
    strands = scene.strands[scene.strands > 0]
    assert strands.max() < 0.91  # opacity .9 in steps of 1/255
    assert ((strands > 0.3) & (strands < 0.9)).float().mean() > 0.4
    assert torch.equal(torch.maximum(scene.alpha, scene.strands), scene.alpha)


def test_the_head_itself_is_no_strand(scene):
    solid = scene.alpha == 1
    assert not (scene.strands[solid] > 0).any()
    assert solid.sum() > 40_000


def test_strands_are_much_of_what_the_mask_misses(scene):
    mask = rough_mask(scene.alpha, "downsampled", 1)
    on_strands = sad(mask, scene.alpha, (scene.strands > 0).float())
    assert (on_strands > 0.3 * sad(mask, scene.alpha)).all()


def test_its_seeds_were_used_for_nothing_else():
    assert not set(FRESH_SEEDS) & (set(TUNING_SEEDS) | set(REPORTED_SEEDS))

"""Foreground colours by alpha: exact where there is one answer, near the truth where there are many."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from softfocus.filters.gaussian import gaussian_blur
from softfocus.matting.foreground import estimate_foreground
from testing.matting.backgrounds import BACKGROUNDS
from testing.matting.truth import make_scene
from testing.pictures import make_picture

SIZE = 192


@pytest.fixture(scope="module")
def scene():
    return make_scene(1, "busy", "curly", SIZE)


@pytest.fixture(scope="module")
def found(scene) -> Tensor:
    return estimate_foreground(scene.image, scene.alpha)


def soft_disc(size: int = 96) -> Tensor:
    at = torch.arange(size) - (size - 1) / 2
    return gaussian_blur((torch.hypot(at[:, None], at[None]) < size / 4)[None, None].float(), 4.0)


def color(red: float, green: float, blue: float) -> Tensor:
    return torch.tensor([red, green, blue]).view(1, 3, 1, 1)


def weighted_error(colors: Tensor, scene) -> float:
    weight = scene.alpha * (scene.alpha < 1)
    return float(((colors - scene.foreground).abs() * weight).sum() / weight.sum())


@pytest.mark.parametrize("mirrored", [False, True])
def test_two_colors_are_told_apart_exactly(mirrored):
    alpha = soft_disc()
    alpha = 1 - alpha if mirrored else alpha
    front, back = color(0.8, 0.3, 0.2), color(0.1, 0.6, 0.9)
    image = alpha * front + (1 - alpha) * back
    band = torch.ones_like(alpha)
    assert (estimate_foreground(image, alpha, band) - front).abs().max() < 1.5 / 255


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize(("hair", "most"), [("curly", 0.5), ("translucent", 0.6), ("opaque", 0.35)])
def test_colors_come_nearer_to_the_truth(background, hair, most):
    scene = make_scene(2, background, hair, SIZE)
    found = estimate_foreground(scene.image, scene.alpha)
    assert weighted_error(found, scene) < most * weighted_error(scene.image, scene)


def test_opaque_pixels_and_those_outside_the_band_keep_every_bit(scene):
    band = torch.zeros_like(scene.alpha)
    band[..., : SIZE // 2] = 1
    image = scene.image * 1.2  # brighter than white in places
    found = estimate_foreground(image, scene.alpha, band)
    kept = ((scene.alpha == 1) | (band == 0)).expand_as(image)
    assert torch.equal(found[kept], image[kept])
    assert (found != image)[..., : SIZE // 2].any()
    changed = found[~kept]
    assert torch.isfinite(changed).all() and changed.min() >= 0 and changed.max() <= 1


def test_the_foreground_goes_on_where_alpha_is_0():
    """Colours and alpha that are resized apart meet no background at the edge."""
    alpha = (soft_disc() > 0.5).float()
    alpha[..., 47:49] *= 0.5
    front = color(0.9, 0.5, 0.1)
    image = alpha * front + (1 - alpha) * color(0.0, 0.2, 0.8)
    found = estimate_foreground(image, alpha, band=gaussian_blur(alpha, 3.0) > 0.01)
    near = (gaussian_blur(alpha, 3.0) > 0.01) & (alpha == 0)
    assert (found - front).abs().amax(1, keepdim=True)[near].max() < 2 / 255


@pytest.mark.parametrize("axis", [-1, -2])
def test_mirrored_picture_gives_mirrored_colors(scene, found, axis):
    mirrored = estimate_foreground(scene.image.flip(axis), scene.alpha.flip(axis)).flip(axis)
    assert (mirrored - found).abs().max() < 0.5 / 255


def test_batch_is_the_pictures_one_by_one(scene, found):
    other = make_scene(3, "smooth", "fine", SIZE)
    images, alphas = torch.cat([scene.image, other.image]), torch.cat([scene.alpha, other.alpha])
    together = estimate_foreground(images, alphas)
    assert torch.equal(together[:1], found)
    assert torch.equal(together[1:], estimate_foreground(other.image, other.alpha))


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_without_mixtures_the_picture_stays(value):
    image = make_picture(40, 56)
    alpha = torch.full((1, 1, 40, 56), value)
    for band in (None, torch.ones_like(alpha)):
        assert torch.equal(estimate_foreground(image, alpha, band), image)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 2), (33, 50)])
def test_a_veil_without_any_known_pixel_stays_finite(shape):
    alpha = torch.full((1, 1, *shape), 0.5)
    found = estimate_foreground(make_picture(*shape), alpha)
    assert torch.isfinite(found).all() and found.min() >= 0 and found.max() <= 1


def test_inputs_are_not_changed(scene):
    image, alpha = scene.image.clone(), scene.alpha.clone()
    estimate_foreground(image, alpha)
    assert torch.equal(image, scene.image) and torch.equal(alpha, scene.alpha)


def test_a_far_pixel_changes_nothing_here(scene, found):
    """Beyond the reach of the windows no colour counts."""
    wide, alpha = make_picture(64, 700), torch.zeros(1, 1, 64, 700)
    alpha[..., 20:44, 20:44] = 0.5
    alpha[..., 28:36, 28:36] = 1
    changed = wide.clone()
    changed[..., 650:] = 1 - changed[..., 650:]
    first, second = (estimate_foreground(each, alpha) for each in (wide, changed))
    assert torch.equal(first[..., :600], second[..., :600])

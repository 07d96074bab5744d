"""Refinement as a whole: what it must never do, and what it must see."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from softfocus.filters.gaussian import gaussian_blur
from softfocus.matting import refine as refine_module
from softfocus.matting import refine_mask
from softfocus.matting import samples as samples_module
from softfocus.matting.trimap import make_trimap
from testing.matting.truth import make_scene, rough_mask

SIZE, BAND = 256, 14.0


@pytest.fixture(scope="module")
def scene():
    return make_scene(1, "smooth", "curly", SIZE)


@pytest.fixture(scope="module")
def rough(scene) -> Tensor:
    return rough_mask(scene.alpha, "downsampled", 1)


@pytest.fixture(scope="module")
def matte(scene, rough):
    return refine_mask(scene.image, rough, BAND)


def error(alpha: Tensor, truth: Tensor) -> float:
    return float((alpha - truth).abs().sum())


@pytest.mark.parametrize("background", ["smooth", "busy", "low contrast", "same colour"])
@pytest.mark.parametrize("hair", ["fine", "opaque", "bald"])
def test_error_falls(background, hair):
    scene = make_scene(2, background, hair, 256)
    mask = rough_mask(scene.alpha, "downsampled", 2)
    refined = refine_mask(scene.image, mask, 14.0).alpha
    assert error(refined, scene.alpha) < error(mask, scene.alpha)


def test_hair_is_found(scene, rough, matte):
    assert error(matte.alpha, scene.alpha) < 0.5 * error(rough, scene.alpha)


def test_known_pixels_are_untouched(scene, rough, matte):
    trimap = make_trimap(rough[0, 0], BAND)
    alpha = matte.alpha[0, 0]
    assert torch.equal(matte.band[0, 0] > 0, trimap.unknown)
    assert torch.equal(alpha[~trimap.unknown], rough[0, 0][~trimap.unknown])
    inside = trimap.foreground.expand(3, -1, -1)
    assert torch.equal(matte.foreground[0][inside], scene.image[0][inside])


def test_alpha_and_foreground_are_in_range(matte):
    for part in (matte.alpha, matte.foreground):
        assert torch.isfinite(part).all() and part.min() >= 0 and part.max() <= 1


def test_promotions_are_one_way(scene, rough, monkeypatch):
    """A pixel that a pass has made certain is never solved again, and keeps its value through all passes."""
    live = make_trimap(rough[0, 0], BAND).unknown
    decided = torch.full_like(rough[0, 0], -1)
    solve = samples_module.solve_pixels

    def following(colors, *rest):
        found = solve(colors, *rest)
        if bool((rest[-1] == 0.5).all()):  # learning what the mask is worth decides no pixel
            return found
        y, x = live.nonzero(as_tuple=True)
        assert torch.equal(colors, scene.image[0][:, y, x])
        certain = found.states[[0, 2]].amax(0) > refine_module.CERTAIN
        decided[y[certain], x[certain]] = (found.states[2, certain] > 0.5).float()
        live[y[certain], x[certain]] = False
        return found

    monkeypatch.setattr(samples_module, "solve_pixels", following)
    monkeypatch.setattr(refine_module, "follow_colors", lambda image, alpha, *rest: alpha)
    alpha = refine_mask(scene.image, rough, BAND).alpha[0, 0]
    promoted = decided >= 0
    assert promoted.sum() > 1000
    assert torch.equal(alpha[promoted], decided[promoted])


def test_batch_is_the_pictures_one_by_one(scene, rough):
    other = make_scene(3, "busy", "fine", SIZE)
    masks = torch.cat([rough, rough_mask(other.alpha, "polygon", 3)])
    images = torch.cat([scene.image, other.image])
    together = refine_mask(images, masks, BAND)
    for index in range(2):
        alone = refine_mask(images[index : index + 1], masks[index : index + 1], BAND)
        assert torch.equal(together.alpha[index], alone.alpha[0])
        assert torch.equal(together.foreground[index], alone.foreground[0])


def test_flipped_picture_gives_the_flipped_matte(scene, rough, matte):
    flipped = refine_mask(scene.image.flip(-1), rough.flip(-1), BAND).alpha.flip(-1)
    assert (flipped - matte.alpha).abs().mean() < 1e-3


def test_neutral_settings_return_the_inputs(scene, rough):
    for band, count in ((0.0, 3), (BAND, 0)):
        same = refine_mask(scene.image, rough, band, count)
        assert same.alpha is rough and same.foreground is scene.image


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_empty_and_full_masks_stay(scene, value):
    mask = torch.full_like(scene.alpha, value)
    matte = refine_mask(scene.image, mask, BAND)
    assert torch.equal(matte.alpha, mask) and torch.equal(matte.foreground, scene.image)


def test_flat_picture_keeps_the_mask():
    """Colours that say nothing leave the mask as it was, but for rounding its edge."""
    mask = torch.zeros(1, 1, 64, 64)
    mask[..., 16:48, 16:48] = 1
    alpha = refine_mask(torch.full((1, 3, 64, 64), 0.5), mask, 5.0).alpha
    assert (alpha - mask).abs().mean() < 0.03
    assert torch.equal((alpha > 0.5).float(), mask)


def test_thin_subject_is_not_swallowed():
    image = torch.full((1, 3, 64, 64), 0.2)
    image[:, 0, :, 30:34] = 0.9
    mask = torch.zeros(1, 1, 64, 64)
    mask[..., 30:34] = 1
    alpha = refine_mask(image, mask, 8.0).alpha
    assert alpha[..., 31:33].min() > 0.9 and alpha[..., :24].max() < 0.1


def test_new_background_shows_no_fringe(scene, matte):
    """The decontaminated foreground over white is nearer to the true one than the picture's own colours are."""
    truth = scene.alpha * scene.foreground + (1 - scene.alpha)
    ours = matte.alpha * matte.foreground + (1 - matte.alpha)
    naive = matte.alpha * scene.image + (1 - matte.alpha)
    assert error(ours, truth) < 0.75 * error(naive, truth)


def test_other_subjects_are_background(scene, rough):
    left, right = rough.clone(), rough.clone()
    left[..., SIZE // 2 :] = 0
    right[..., : SIZE // 2] = 0
    alone, beside = (refine_mask(scene.image, left, BAND, others=others).alpha for others in (None, right))
    other = (right >= 0.5) & (left < 0.5)
    assert beside[other].max() == 0 < alone[other].max()
    assert beside[left >= 0.5].max() == 1


def test_cost_follows_the_band(scene, rough, monkeypatch):
    """Pixels are solved in the band only, fewer in each pass, however large the picture."""
    solved: list[int] = []
    solve = samples_module.solve_pixels

    def counting(colors, *rest):
        solved.append(colors.shape[1])
        return solve(colors, *rest)

    monkeypatch.setattr(samples_module, "solve_pixels", counting)
    refine_mask(scene.image, rough, BAND)
    assert solved == sorted(solved, reverse=True) and solved[-1] < solved[0]
    assert solved[0] == int(make_trimap(rough[0, 0], BAND).unknown.sum())


def test_input_is_not_changed(scene, rough):
    image, mask = scene.image.clone(), rough.clone()
    refine_mask(image, mask, BAND)
    assert torch.equal(image, scene.image) and torch.equal(mask, rough)


def test_smooth_mask_values_are_taken_as_given(scene):
    soft = gaussian_blur(scene.alpha, 3)
    matte = refine_mask(scene.image, soft, BAND)
    assert error(matte.alpha, scene.alpha) < error(soft, scene.alpha)


def test_a_drawn_unknown_part_is_solved_whatever_the_mask_says_in_it(scene):
    """A trimap: the mask counts outside of the unknown part only, and the band's width nowhere."""
    known = gaussian_blur(scene.alpha, 4)
    unknown = ((known > 0.01) & (known < 0.99)).float()
    first, second = (
        refine_mask(scene.image, torch.where(unknown > 0, inside, (scene.alpha > 0.5).float()), band, unknown=unknown)
        for inside, band in ((torch.zeros(1), 0.0), (torch.ones(1), BAND))
    )
    assert torch.equal(first.alpha, second.alpha) and torch.equal(first.band, unknown)
    guess = torch.where(unknown > 0, 0.5, scene.alpha)
    assert error(first.alpha, scene.alpha) < 0.35 * error(guess, scene.alpha)


def test_an_empty_unknown_part_leaves_the_band(scene, rough, matte):
    assert torch.equal(refine_mask(scene.image, rough, BAND, unknown=torch.zeros_like(rough)).alpha, matte.alpha)


def test_a_little_noise_moves_alpha_less_than_single_pixels_would(scene, rough, monkeypatch):
    """Frames of a still clip: what single pixels say jumps with the noise; following the colors evens it out."""
    generator = torch.Generator().manual_seed(0)
    frames = [scene.image + 2 / 255 * torch.randn(scene.image.shape, generator=generator) for _ in range(2)]

    def jump() -> float:
        first, second = (refine_mask(frame, rough, BAND) for frame in frames)
        return float((first.alpha - second.alpha)[first.band > 0.5].square().mean().sqrt())

    together = jump()
    monkeypatch.setattr(refine_module, "follow_colors", lambda image, alpha, *rest: alpha)
    assert together < 0.7 * jump()

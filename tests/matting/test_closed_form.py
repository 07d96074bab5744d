"""Samples made consistent along the picture's colours: what stays, what is corrected, what may not spread."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from softfocus.filters.gaussian import gaussian_blur
from softfocus.matting.closed_form import _texture, follow_colors
from softfocus.matting.laplacian import MattingLaplacian
from testing.matting.truth import make_scene

SIDE = 32
SURE, IN_DOUBT = 0.0, 0.25  # variance of a sample: none, and of a coin
FRONT, BACK = torch.tensor([0.9, 0.5, 0.1]), torch.tensor([0.1, 0.3, 0.6])


def random_plane(seed: int, height: int = SIDE, width: int = SIDE) -> Tensor:
    return torch.rand(height, width, generator=torch.Generator().manual_seed(seed))


def mixed(alpha: Tensor) -> Tensor:
    """The picture [3, H, W] of two colours that alpha [H, W] mixes."""
    return alpha * FRONT[:, None, None] + (1 - alpha) * BACK[:, None, None]


def strip(half_width: int) -> Tensor:
    """Unknown columns around the middle."""
    plane = torch.zeros(SIDE, SIDE, dtype=torch.bool)
    plane[:, SIDE // 2 - half_width : SIDE // 2 + half_width] = True
    return plane


def step() -> Tensor:
    return (torch.arange(SIDE) >= SIDE // 2).float().expand(SIDE, SIDE)


def ramp() -> Tensor:
    return ((torch.arange(SIDE) - SIDE / 2 + 4.5) / 8).clamp(0, 1).expand(SIDE, SIDE)


@given(st.integers(0, 10_000), st.integers(1, 20), st.integers(1, 20), st.sampled_from([0.0, 0.5, 1.0]))
def test_known_pixels_keep_every_bit_at_any_size(seed, height, width, share):
    image = torch.stack([random_plane(seed + channel, height, width) for channel in range(3)])
    alpha, doubt = random_plane(seed + 3, height, width), IN_DOUBT * random_plane(seed + 4, height, width)
    unknown = random_plane(seed + 5, height, width) < share
    found = follow_colors(image, alpha, doubt, unknown)
    assert found.shape == alpha.shape and torch.isfinite(found).all() and found.min() >= 0 and found.max() <= 1
    assert torch.equal(found[~unknown], alpha[~unknown])


@pytest.mark.parametrize(("truth", "half_width"), [(step(), 3), (ramp(), 6)], ids=["step", "ramp"])
def test_samples_in_doubt_become_what_the_colors_say(truth, half_width):
    """Of two colours that have some texture, without which samples stay."""
    unknown = strip(half_width)
    image = mixed(truth) + 0.02 * torch.stack([random_plane(seed) for seed in (11, 12, 13)])
    samples = torch.where(unknown, torch.full_like(truth, 0.5), truth)
    found = follow_colors(image, samples, torch.full_like(truth, IN_DOUBT), unknown)
    assert (found - truth).abs().max() < 0.1 < (samples - truth).abs().max()


def test_noise_of_doubtful_samples_is_smoothed_away():
    truth, unknown = ramp(), strip(6)
    samples = torch.where(unknown, (truth + 0.6 * random_plane(1) - 0.3).clamp(0, 1), truth)
    doubtful, sure = (
        follow_colors(mixed(truth), samples, torch.full_like(truth, doubt), unknown) for doubt in (IN_DOUBT, SURE)
    )
    noise = (samples - truth).abs().mean()
    assert (doubtful - truth).abs().mean() < 0.05 * noise < 0.1 * noise < (sure - truth).abs().mean()


def test_sure_samples_that_agree_with_the_colors_stay():
    truth = ramp()
    found = follow_colors(mixed(truth), truth, torch.full_like(truth, SURE), strip(6))
    assert (found - truth).abs().max() < 2e-3


def test_alpha_does_not_spread_where_there_is_no_texture():
    """A plain picture says nothing; the samples stay, also those beside another value."""
    samples = step()
    found = follow_colors(torch.full((3, SIDE, SIDE), 0.4), samples, torch.full_like(samples, IN_DOUBT), strip(8))
    assert (found - samples).abs().max() < 0.2
    assert ((found - samples).abs() < 0.03)[:, (torch.arange(SIDE) - (SIDE - 1) / 2).abs() > 2].all()


@pytest.mark.parametrize("axis", [-1, -2])
@pytest.mark.parametrize("size", [96, 98, 95])
def test_flipped_picture_gives_flipped_alpha(axis, size):
    scene = make_scene(1, "busy", "curly", 98)
    image, truth = scene.image[0, :, :size, :size], scene.alpha[0, 0, :size, :size]
    unknown = gaussian_blur(((truth > 0.02) & (truth < 0.98))[None, None].float(), 1.5)[0, 0] > 0.05
    samples = torch.where(unknown, (truth + random_plane(2, size, size) - 0.5).clamp(0, 1), truth)
    doubt = 0.05 * random_plane(3, size, size)
    found = follow_colors(image, samples, doubt, unknown)
    flipped = follow_colors(*(plane.flip(axis) for plane in (image, samples, doubt, unknown))).flip(axis)
    assert (flipped - found).abs().max() < 2e-3


def test_the_same_twice_and_inputs_unchanged():
    image, samples, doubt, unknown = mixed(ramp()), random_plane(4), IN_DOUBT * random_plane(5), strip(6)
    before = [plane.clone() for plane in (image, samples, doubt, unknown)]
    first, second = (follow_colors(image, samples, doubt, unknown) for _ in range(2))
    assert torch.equal(first, second)
    assert all(torch.equal(*pair) for pair in zip(before, (image, samples, doubt, unknown), strict=True))


def test_texture_is_the_variance_of_the_windows_around():
    image = torch.zeros(3, 7, 9)
    image[:, :, 5:] = 0.6
    texture = _texture(image)
    assert texture[:, :3].max() < 1e-8 and texture[:, 7:].max() < 1e-8
    third = 3 * 0.6**2 * (1 / 3) * (2 / 3)  # of a window with one column of three in the other color
    torch.testing.assert_close(texture[:, 3], torch.full((7,), third / 3))
    torch.testing.assert_close(texture[:, 4], torch.full((7,), 2 * third / 3))


def test_a_hard_edge_is_not_moved_to_the_coarse_picture():
    """It lies on an odd column, in the middle of a pixel of half the size."""
    truth = (torch.arange(SIDE) >= SIDE // 2 + 1).float().expand(SIDE, SIDE)
    image = mixed(truth) + 0.02 * torch.stack([random_plane(seed) for seed in (11, 12, 13)])
    found = follow_colors(image, truth, torch.full_like(truth, SURE), strip(8))
    assert (found - truth).abs().max() < 0.02


def test_the_fine_picture_is_solved_only_where_the_coarse_one_leaves_something_open(monkeypatch):
    solved = []

    def noted(image: Tensor, unknown: Tensor) -> MattingLaplacian:
        solved.append(int(unknown.sum()))
        return MattingLaplacian(image, unknown)

    monkeypatch.setattr("softfocus.matting.closed_form.MattingLaplacian", noted)
    image = mixed(step()) + 0.02 * torch.stack([random_plane(seed) for seed in (11, 12, 13)])
    found = follow_colors(image, step(), torch.full_like(step(), SURE), strip(12))
    assert (found - step()).abs().max() < 0.02
    assert solved[-1] < 0.5 * strip(12).sum()

"""Gains against the same sums at full size, and noise: flats get no gain, and no overshoot either."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import pad

from softfocus.color import luminance
from softfocus.detail.detail_gain import structure_gains
from softfocus.detail.structure import noise_contrast
from softfocus.filters.gaussian import gaussian_blur
from softfocus.filters.noise_level import noise_level
from softfocus.sharpen import PLAIN_WEIGHTS, feature_sharpen
from testing.pictures import make_picture


def full_size_gains(luma: Tensor, radius: float, threshold: float, noise: float = 0.0) -> Tensor:
    """The gains with every step at full size."""
    gains = []
    for scale in (radius, 2 * radius, 4 * radius):
        padded = pad(gaussian_blur(luma, scale), (1, 1, 1, 1), mode="replicate")
        dy = (padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]) / 2
        dx = (padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]) / 2
        xx, yy, xy = gaussian_blur(torch.cat([dx * dx, dy * dy, dx * dy], 1), 2 * scale).split(1, 1)
        energy = scale**2 * (0.5 * (xx + yy) + torch.sqrt((0.5 * (xx - yy)) ** 2 + xy**2))
        reach = (noise * noise_contrast(scale)) ** 2
        energy = (energy - reach).clamp_min(0)
        gains.append(energy / (energy + max(reach, threshold**2)))
    return torch.cat(gains, 1)


@pytest.mark.parametrize("noise", [0.0, 0.03, 0.2])
def test_the_threshold_is_the_larger_of_the_given_one_and_what_noise_reaches(noise):
    luma = gaussian_blur(luminance(make_picture(120, 160)), 1.2)
    made = structure_gains(
        gaussian_blur(luma, 2.0), (luma.shape[-2], luma.shape[-1]), torch.full((1, 1, 1, 1), noise), 2.0, 0.01
    )
    wanted = full_size_gains(luma, 2.0, 0.01, noise)
    assert (torch.cat(made, 1) - wanted).abs().mean() < 0.01


@pytest.mark.parametrize("radius", [0.8, 2.17, 4.0])
def test_coarse_grids_do_as_well_as_the_full_size(radius):
    """Of the picture less than 1/255 changes."""
    image = gaussian_blur(make_picture(200, 260), 1.2)
    luma, made = luminance(image), feature_sharpen(image, amount=1, radius_px=radius, halo_limit=1)
    gains = full_size_gains(luma, radius, 0.01)
    assert (made.features - gains).abs().mean((0, 2, 3)).max() < 0.0075
    base = 7 * radius
    levels = [luma, *(gaussian_blur(luma, scale * radius) for scale in (1, 2))]
    levels.append(2 * gaussian_blur(luma, base) - gaussian_blur(luma, math.sqrt(2) * base))
    bands = torch.cat([fine - coarse for fine, coarse in zip(levels[:-1], levels[1:], strict=True)], 1)
    weights = torch.tensor(PLAIN_WEIGHTS).view(1, 3, 1, 1)
    wanted = (image + (weights * gains * bands).sum(1, keepdim=True)).clamp(0, 1)
    assert (made.image - wanted).abs().max() < 1 / 255


def noisy_step(sigma: float, seed: int = 0) -> Tensor:
    """[1, 3, 96, 192] with a step of 0.4 at column 144."""
    step = torch.where(torch.arange(192) < 144, 0.3, 0.7).expand(1, 3, 96, -1)
    return gaussian_blur(step, 1) + sigma * torch.randn(1, 3, 96, 192, generator=torch.Generator().manual_seed(seed))


def flat_spread(image: Tensor) -> float:
    return float(luminance(image)[..., 10:-10, 10:90].std())


@settings(max_examples=25, deadline=None)
@given(
    sigma=st.floats(0.5 / 255, 16 / 255),
    radius=st.floats(0.5, 2.0),
    amount=st.sampled_from([1, 2]),
    seed=st.integers(0, 2**16),
)
def test_noisy_flats_get_no_gain(sigma, radius, amount, seed):
    """Neither when the noisy picture is sharpened, nor from a noisy source whose detail is restored."""
    noisy = noisy_step(sigma, seed)
    sharp = feature_sharpen(noisy, amount=amount, radius_px=radius)
    assert flat_spread(sharp.image) < 1.05 * flat_spread(noisy)
    assert sharp.gain[..., 140:148].amax() > 0.5  # the step keeps its own
    soft = gaussian_blur(noisy, 2)
    assert flat_spread(feature_sharpen(soft, amount=amount, radius_px=radius, source=noisy).image) < 1.05 * flat_spread(
        soft
    )


def test_noise_of_the_picture_takes_no_gain_from_a_clean_one():
    """The floor estimated from the picture is all that differs: the same texture, with and without noise."""
    clean = gaussian_blur(0.5 + 0.1 * torch.randn(1, 3, 96, 96, generator=torch.Generator().manual_seed(1)), 1.5)
    noisy = clean + 0.08 * torch.randn(clean.shape, generator=torch.Generator().manual_seed(2))
    assert noise_level(luminance(clean), gaussian_blur(luminance(clean), 1)) < 0.3 / 255
    gains = [
        feature_sharpen(each, amount=1, radius_px=1.0, noise_threshold=0.001).features[:, 0] for each in (clean, noisy)
    ]
    assert gains[0].median() > 0.9 and gains[1].median() < 0.1


@pytest.mark.parametrize("amount", [1, 4])
def test_overshoot_in_noise_is_held_too(amount):
    """The local maximum of a noisy picture is lifted by its noise; the mean along the edge shows the overshoot."""
    noisy = noisy_step(0.02)
    before, after = (
        luminance(each).mean(-2) for each in (noisy, feature_sharpen(noisy, amount=amount, radius_px=1.5).image)
    )
    assert after.max() < before.max() + 0.015 and after.min() > before.min() - 0.015

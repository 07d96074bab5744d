"""The noise level: what was put in comes out, and pictures without noise have none."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from softfocus.color import luminance
from softfocus.detail.structure import edge_contrast, noise_contrast
from softfocus.filters.coarse_grid import reduce
from softfocus.filters.gaussian import gaussian_blur
from softfocus.filters.noise_level import noise_level
from testing.pictures import make_picture


def measured(luma: Tensor) -> Tensor:
    return noise_level(luma, gaussian_blur(luma, 1.5)).flatten()


def clean(height: int, width: int, seed: int) -> Tensor:
    """Ramps, stripes and a spot, without noise: half of it flat."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 1, 4, 5, generator=generator) * 0.6 + 0.2
    return torch.nn.functional.interpolate(coarse, (height, width), mode="nearest")


@settings(max_examples=25, deadline=None)
@given(
    sigma=st.floats(0.002, 0.06), height=st.integers(96, 200), width=st.integers(96, 200), seed=st.integers(0, 2**16)
)
def test_white_noise_is_measured_also_beside_edges(sigma, height, width, seed):
    picture = clean(height, width, seed)
    noisy = picture + sigma * torch.randn(picture.shape, generator=torch.Generator().manual_seed(seed))
    assert measured(noisy)[0] == pytest.approx(sigma, rel=0.15)


@settings(max_examples=20, deadline=None)
@given(size=st.integers(64, 200), blur=st.floats(0, 3), seed=st.integers(0, 2**16))
def test_pictures_without_noise_have_none(size, blur, seed):
    """Also rounded to eight bits, which is noise of 0.3/255 at most."""
    picture = gaussian_blur(clean(size, size, seed), blur)
    assert measured(picture)[0] < 0.05 / 255
    assert measured((picture * 255).round() / 255)[0] < 0.5 / 255


def test_a_blurred_picture_has_none():
    luma = luminance(make_picture(200, 200))
    assert measured(gaussian_blur(luma, 2))[0] < 0.1 / 255 < measured(luma)[0]


def test_clipped_flats_do_not_hide_the_noise_of_the_rest():
    noise = 0.03 * torch.randn(1, 1, 160, 160, generator=torch.Generator().manual_seed(1))
    picture = 0.5 + noise
    picture[..., :80] = 1.0
    assert measured(picture)[0] == pytest.approx(0.03, rel=0.1)


def test_frames_are_independent_and_inputs_unchanged():
    frames = torch.cat([clean(120, 90, seed) + 0.01 * seed * torch.randn(1, 1, 120, 90) for seed in range(4)])
    smooth, before = gaussian_blur(frames, 1), frames.clone()
    kept = smooth.clone()
    together = noise_level(frames, smooth)
    assert torch.equal(frames, before) and torch.equal(smooth, kept)
    alone = torch.cat([noise_level(*each) for each in zip(frames.split(1), smooth.split(1), strict=True)])
    assert torch.equal(together, alone) and together.shape == (4, 1, 1, 1)
    assert (together.flatten().diff() > 0).all()


@pytest.mark.parametrize("shape", [(1, 1, 2, 40), (2, 1, 40, 1), (0, 1, 40, 40), (3, 1, 3, 3)])
def test_pictures_too_small_to_tell_have_none(shape):
    level = noise_level(torch.full(shape, 0.5), torch.full(shape, 0.5))
    assert level.shape == (shape[0], 1, 1, 1) and not level.any()


@pytest.mark.parametrize("sigma", [0.5, 1.0, 2.17, 4.0, 9.0])
@pytest.mark.parametrize("first", [0.0, 0.5])
def test_noise_contrast_is_what_noise_nearly_never_passes(sigma, first):
    """On the grid of the pixels and on the coarser one that a blurred picture comes down to."""
    full, noise = (600, 600), torch.randn(1, 1, 600, 600, generator=torch.Generator().manual_seed(2))
    start = gaussian_blur(noise, first * sigma)
    smoothed = gaussian_blur(noise, sigma) if first == 0 else reduce(start, full, sigma, first * sigma)
    contrast = edge_contrast(smoothed, full, sigma).sqrt()
    reach = noise_contrast(sigma, full[1] / smoothed.shape[-1])
    if first == 0 or sigma >= 2:  # a blur of a fraction of a pixel is only sampled roughly
        assert (contrast > reach).float().mean() <= 0.0015
    assert 0.3 * reach < contrast.median() < 0.8 * reach

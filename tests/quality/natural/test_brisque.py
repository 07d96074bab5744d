"""BRISQUE against values of the package brisque 0.2.0 (tools/convert/freeze_quality_values.py), and its invariants."""

from __future__ import annotations

import math

import pytest
import torch
from frozen_pictures import noise, same_pictures
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.quality.natural.brisque import brisque, half_size
from softfocus.quality.natural.generalised_gaussian import fit_gaussian
from softfocus.quality.natural.natural_scenes import normalised_luma
from testing.pictures import make_picture
from testing.portraits import to_tensor
from testing.quality.photographs import photographs, worsened


def test_values_of_the_reference():
    """With the noise of flat areas taken out of it; as it is, the package itself is off by up to 3 % there."""
    errors = {name: float(brisque(image)) / value - 1 for name, image, value in same_pictures("brisque")}
    assert len(errors) >= 15
    assert max(map(abs, errors.values())) < 2e-4, errors


def test_values_of_the_reference_as_it_is():
    errors = {name: float(brisque(image)) / value - 1 for name, image, value in same_pictures("brisque_as_is")}
    assert max(map(abs, errors.values())) < 4e-2, errors
    assert sorted(map(abs, errors.values()))[len(errors) // 2] < 1e-3, errors


def test_rises_with_blur_noise_and_jpeg():
    for name, picture in photographs():
        for kind, levels in {"blur": (1, 2, 4), "noise": (8, 16, 32), "jpeg": (60, 20, 7)}.items():
            values = brisque(torch.cat([to_tensor(worsened(picture, kind, level, name)) for level in levels])).tolist()
            assert values == sorted(values), (name, kind, values)


@settings(max_examples=25, deadline=None)
@given(shape=st.sampled_from([1.0, 2.0]), left=st.floats(0.1, 2), right=st.floats(0.1, 2), by_table=st.booleans())
def test_fit_finds_the_distribution_that_values_were_drawn_from(shape, left, right, by_table):
    """Laplacian (shape 1) and Gaussian (shape 2) halves; each side holds values in proportion to its scale."""
    generator = torch.Generator().manual_seed(0)
    count = 400_000
    if shape == 2:
        sizes = torch.randn(count, generator=generator).abs()
    else:
        sizes = -torch.rand(count, generator=generator).clamp_min(1e-12).log() / math.sqrt(2)
    below = torch.rand(count, generator=generator) < left / (left + right)
    fit = fit_gaussian(torch.where(below, -left * sizes, right * sizes), by_table)
    assert float(fit.shape) == pytest.approx(shape, rel=0.03)
    assert (float(fit.left), float(fit.right)) == pytest.approx((left, right), rel=0.03)


@settings(max_examples=25, deadline=None)
@given(height=st.integers(1, 30), width=st.integers(1, 30), low=st.integers(0, 200), seed=st.integers(0, 99))
def test_normalised_luma_against_float64(height, width, low, seed):
    """A dense window in float64 with mean of squares less square of mean, where that has digits to spare."""
    luma = torch.randint(low, low + 50, (height, width), generator=torch.Generator().manual_seed(seed)).float()
    bell = torch.exp(-torch.arange(-3.0, 4.0, dtype=torch.float64).square() / (2 * (7 / 6) ** 2))
    window = torch.outer(bell, bell) / bell.sum() ** 2
    for zeros_outside in (False, True):
        mode = "constant" if zeros_outside else "replicate"
        values = torch.nn.functional.pad(luma.double()[None, None], (3,) * 4, mode=mode)
        mean, square = (torch.conv2d(each, window[None, None])[0, 0] for each in (values, values.square()))
        expected = (luma - mean) / ((square - mean.square()).abs().sqrt() + 1)
        found = normalised_luma(luma, zeros_outside=zeros_outside).double()
        assert torch.allclose(found, expected, atol=1e-5)


def test_normalised_luma_of_flat_is_exactly_zero():
    luma = torch.full((20, 30), 254.0)
    assert torch.equal(normalised_luma(luma), torch.zeros(20, 30))
    assert torch.equal(normalised_luma(luma, zeros_outside=True)[3:-3, 3:-3], torch.zeros(14, 24))


def test_half_size_of_odd_pictures_and_of_ramps():
    assert half_size(torch.zeros(33, 451)).shape == (16, 226)
    ramp = torch.arange(40.0).expand(40, 40)
    assert torch.allclose(half_size(ramp)[:, 1:-1], (2 * torch.arange(20.0) + 0.5).expand(20, 20)[:, 1:-1])


def test_region_of_ones_is_the_whole_picture():
    image = make_picture(61, 75)
    assert torch.allclose(brisque(image, torch.ones(1, 1, 61, 75)), brisque(image), rtol=1e-4)


def test_only_pixels_inside_the_region_count():
    """Beyond 3 px at half size, plus what the resizing reaches, the ruined half changes nothing for the other."""
    image = make_picture(64, 128)
    ruined = image.clone()
    ruined[..., 74:] = noise(1, 3, 64, 54)
    region = torch.zeros(1, 1, 64, 128)
    region[..., :64] = 1
    assert torch.equal(brisque(ruined, region), brisque(image, region))
    assert not torch.allclose(brisque(ruined), brisque(image), rtol=1e-3)


def test_too_small_or_flat_is_nan():
    assert brisque(noise(2, 3, 31, 90)).isnan().tolist() == [True, True]
    region = torch.zeros(1, 1, 64, 64)
    region[..., :31, :32] = 1
    assert brisque(make_picture(64, 64), region).isnan().all()
    assert brisque(make_picture(64, 64), 0 * region).isnan().all()
    inner = torch.zeros(1, 1, 64, 64)
    inner[..., 8:-8, 8:-8] = 1  # without the border, which is black outside
    assert brisque(torch.full((1, 3, 64, 64), 0.4), inner).isnan().all()
    assert brisque(make_picture(32, 32)).isfinite().all()


def test_frames_are_independent_and_the_input_stays():
    batch = make_picture(40, 50, frames=3)
    before = batch.clone()
    alone = torch.cat([brisque(frame[None]) for frame in batch])
    assert torch.equal(brisque(batch), alone) and torch.equal(batch, before)


def test_values_beyond_the_range_are_clipped():
    image = make_picture(40, 50)
    assert torch.equal(brisque(image * 3 - 1), brisque((image * 3 - 1).clamp(0, 1)))

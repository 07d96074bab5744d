"""Coarse grids: down and up again is the Gaussian it says, constants and ranges stay."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.filters.coarse_grid import enlarge, enlarging_px, reduce
from softfocus.filters.gaussian import gaussian_blur
from testing.pictures import make_picture


@settings(max_examples=40, deadline=None)
@given(height=st.integers(1, 90), width=st.integers(1, 90), sigma=st.floats(0.2, 60), share=st.floats(0, 0.9))
def test_constants_stay_and_grids_never_grow(height, width, sigma, share):
    image = torch.full((2, 1, height, width), 0.37)
    small = reduce(image, (height, width), sigma, share * sigma)
    assert small.shape[-2] <= height and small.shape[-1] <= width
    large = enlarge(small, (height, width))
    assert large.shape == image.shape and torch.allclose(large, image, atol=1e-6)


@pytest.mark.parametrize("sigma", [1.0, 3.0, 5.5, 12.0])
def test_down_and_up_is_one_gaussian(sigma):
    image = make_picture(150, 180)
    full = (150, 180)
    small = reduce(image, full, sigma)
    added = enlarging_px(small, full)
    wanted = gaussian_blur(image, math.hypot(sigma, added))
    assert (enlarge(small, full) - wanted).abs().max() < 1.5 / 255


def test_a_second_step_needs_only_the_difference():
    image, full = make_picture(150, 180), (150, 180)
    once = reduce(image, full, 12.0)
    twice = reduce(reduce(image, full, 6.0), full, 12.0, 6.0)
    assert once.shape == twice.shape and (once - twice).abs().max() < 1 / 255


def test_ranges_stay():
    image = (torch.rand(1, 1, 90, 70, generator=torch.Generator().manual_seed(0)) > 0.5).float()
    large = enlarge(reduce(image, (90, 70), 4.0), (90, 70))
    assert large.min() >= -1e-6 and large.max() <= 1 + 1e-6


@given(height=st.integers(60, 400), width=st.integers(60, 400), sigma=st.floats(3, 3.6))
def test_both_sides_change_their_grid_together(height, width, sigma):
    small = reduce(torch.zeros(1, 1, height, width), (height, width), sigma)
    assert (small.shape[-2] == height) == (small.shape[-1] == width)

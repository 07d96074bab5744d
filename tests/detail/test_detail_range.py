"""Where restored detail has to stop: the base it stands on, walls behind an outline, small highlights."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from softfocus.color import luminance
from softfocus.detail.detail_range import detail_range
from softfocus.filters.gaussian import gaussian_blur
from softfocus.filters.local_range import local_maximum
from softfocus.look import make_look
from softfocus.settings import SHARPEN
from softfocus.sharpen import feature_sharpen
from softfocus.units import percent_of_diagonal
from testing.pictures import make_picture


def distance_to_disc(side: int, radius: float) -> Tensor:
    """[1, 1, side, side], negative inside."""
    rows, columns = torch.arange(side)[:, None] + 0.5 - side / 2, torch.arange(side) + 0.5 - side / 2
    return ((rows**2 + columns**2).sqrt() - radius)[None, None]


def test_a_wall_behind_a_dark_outline_gets_no_bright_spot():
    """A textured dark disc before a white ring that bloom makes darker; the mask reaches softly over the outline."""
    side = 512
    distance = distance_to_disc(side, 0.25 * side)
    x = torch.arange(side) + 0.5
    texture = 0.06 * torch.sin(1.1 * x) * torch.sin(0.9 * x)[:, None]
    inside, beyond = torch.sigmoid(-distance / 0.6), torch.sigmoid((distance - 24) / 0.6)
    source = (1 + (texture - 0.85) * inside - 0.9 * beyond).expand(1, 3, -1, -1)
    mask = gaussian_blur((distance < 10).float(), 6)
    look = make_look(source, mask)
    dreamy, sharp = look.bloomed, look.image
    lightest = local_maximum(luminance(dreamy), round(14 * percent_of_diagonal(source, SHARPEN.radius)))
    assert (luminance(sharp) - lightest).max() < SHARPEN.halo_limit + 0.005

    def contrast(image: Tensor) -> tuple[float, float]:
        luma = luminance(image)
        fine = (luma - gaussian_blur(luma, 4))[distance < -12].std()
        return float(luma.diff(dim=-1).abs()[distance[..., 1:].abs() < 2].max()), float(fine)

    edge, inner = (made / true for made, true in zip(contrast(sharp), contrast(source), strict=True))
    assert edge > 0.9 and inner > 0.66 > 1.05 * contrast(dreamy)[1] / contrast(source)[1]


def test_a_small_highlight_may_pass_its_surroundings():
    """A catchlight is no wall: blurred away, it comes back brighter than all around it."""
    source = 0.3 + 0.6 * (distance_to_disc(96, 3) < 0).float().expand(1, 3, -1, -1)
    soft = gaussian_blur(source, 3)
    sharp = feature_sharpen(soft, amount=1, radius_px=1.5, source=source).image
    assert sharp.max() > soft.max() + 0.6 * (source.max() - soft.max())


@pytest.mark.parametrize("radius", [1.0, 2.5])
def test_the_base_is_a_gaussian_with_twicing(radius):
    luma, base = luminance(make_picture(150, 200)), 7 * radius
    wanted = 2 * gaussian_blur(luma, base) - gaussian_blur(luma, math.sqrt(2) * base)
    assert (detail_range(luma, None, radius).base - wanted).abs().max() < 0.8 / 255
    made = detail_range(0.5 * luma, luma, radius)
    assert (made.base - 0.5 * wanted).abs().max() < 0.4 / 255


@settings(max_examples=20, deadline=None)
@given(source=st.floats(0, 1), own=st.floats(0, 1), height=st.integers(1, 60), width=st.integers(1, 60))
def test_the_range_of_a_flat_source_is_the_flat_image(source, own, height, width):
    wanted, low, high = detail_range(
        torch.full((1, 1, height, width), own), torch.full((1, 1, height, width), source), 2
    )
    for part, value in ((wanted, source - own), (low, own), (high, own)):
        assert torch.allclose(part, torch.full_like(part, value), atol=1e-5)


def test_frames_are_independent_and_inputs_unchanged():
    own, source = torch.rand(3, 1, 40, 50), torch.rand(3, 1, 40, 50)
    before = own.clone(), source.clone()
    together = detail_range(own, source, 1.5)
    assert torch.equal(own, before[0]) and torch.equal(source, before[1])
    for frame in range(3):
        alone = detail_range(own[frame : frame + 1], source[frame : frame + 1], 1.5)
        for one, all_of_them in zip(alone, together, strict=True):
            assert torch.allclose(one[0], all_of_them[frame], atol=2e-6)

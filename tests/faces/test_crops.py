"""Square crops: geometry both ways, what lies outside, no aliasing."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.faces.crops import Square, sample_square
from testing.faces.portrait import picture

places = st.floats(-200, 900)


@given(places, places, st.floats(1, 2000), st.floats(-math.pi, math.pi))
@settings(max_examples=50, deadline=None)
def test_picture_coordinates_round_trip(x, y, side, angle):
    square = Square(x, y, side, angle)
    points = torch.rand(5, 2, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(square.from_picture(square.to_picture(points)), points, atol=2e-3)


def test_the_whole_picture_at_its_own_size_is_the_picture():
    image = picture(96)
    assert torch.allclose(sample_square(image, Square(48, 48, 96), 96), image, atol=1e-5)


def test_a_quarter_turn_turns_the_pixels():
    image = picture(96)
    turned = sample_square(image, Square(48, 48, 96, math.pi / 2), 96)
    assert torch.allclose(turned, image.rot90(1, (2, 3)), atol=1e-4)


def test_outside_is_black_and_far_outside_too():
    image = torch.ones(1, 3, 40, 60)
    half = sample_square(image, Square(0, 20, 40), 20)
    assert half[..., :9].max() == 0 and half[..., 11:].min() == 1
    assert sample_square(image, Square(-500, 20, 40), 20).max() == 0


def test_shrinking_averages_instead_of_skipping():
    checkers = (torch.arange(512)[:, None] + torch.arange(512)[None]) % 2
    small = sample_square(checkers.float().expand(1, 3, 512, 512), Square(256, 256, 512), 64)
    assert (small - 0.5).abs().max() < 0.05


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (3, 400)])
def test_tiny_and_thin_pictures(shape):
    image = torch.rand(1, 3, *shape)
    crop = sample_square(image, Square(shape[1] / 2, shape[0] / 2, max(shape)), 32)
    assert crop.shape == (1, 3, 32, 32) and crop.isfinite().all()

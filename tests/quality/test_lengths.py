"""Lengths follow faces where they are known, and stay those of the picture everywhere else."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.face_box import FaceBox
from softfocus.filters.gaussian import gaussian_blur
from softfocus.filters.local_range import local_maximum
from softfocus.quality.lengths import DIAGONAL, SMALLEST, Lengths
from softfocus.quality.regions import EMPTY
from softfocus.units import diagonal

SIDES = (240, 320)  # a diagonal of 400
EVERYWHERE = torch.ones(1, 1, *SIDES)
SMALL = FaceBox(140, 100, 40, 50, 40)  # half of the width that takes a fifth of the diagonal


def grain(seed: int = 0) -> torch.Tensor:
    return torch.rand(1, 1, *SIDES, generator=torch.Generator().manual_seed(seed))


def test_without_faces_lengths_are_shares_of_the_diagonal_to_the_bit():
    picture = grain()
    for lengths in (DIAGONAL, Lengths.near([], EVERYWHERE, EMPTY)):
        assert torch.equal(lengths.blur(picture, 0.01), gaussian_blur(picture, 4.0))
        assert torch.equal(lengths.spread(picture, 0.01), gaussian_blur(picture, 4.0))
        assert torch.equal(lengths.maximum(picture, 0.01), local_maximum(picture, 4))
        assert lengths.mean(lambda reach: reach, picture, picture) == diagonal(picture)


@settings(max_examples=15, deadline=None)
@given(
    places=st.lists(st.tuples(st.floats(-60, 300), st.floats(-60, 220)), min_size=1, max_size=3),
    share=st.sampled_from([0.0015, 0.006, 0.01, 0.03]),
)
def test_faces_a_fifth_of_the_diagonal_wide_change_nothing(places, share):
    picture = grain()
    lengths = Lengths.near([FaceBox(x, y, 80, 100, 80) for x, y in places], EVERYWHERE, EMPTY)
    assert torch.allclose(lengths.blur(picture, share), DIAGONAL.blur(picture, share), atol=1e-3)
    assert torch.allclose(lengths.spread(picture, share), DIAGONAL.spread(picture, share), atol=1e-3)
    assert torch.equal(lengths.maximum(picture, 0.01), DIAGONAL.maximum(picture, 0.01))
    assert lengths.mean(lambda reach: reach, picture, picture) == pytest.approx(400)


@pytest.mark.parametrize("share", [0.002, 0.01, 0.024])
def test_at_a_face_lengths_are_shares_of_five_widths_and_far_away_of_the_diagonal(share):
    picture = grain()
    lengths = Lengths.near([SMALL], EVERYWHERE, EMPTY)
    found = lengths.blur(picture, share)
    at, beyond = (..., slice(100, 150), slice(140, 180)), (..., slice(0, 60), slice(None))
    assert torch.allclose(found[at], gaussian_blur(picture, share * 200)[at], atol=1e-3)
    assert torch.equal(found[beyond], gaussian_blur(picture, share * 400)[beyond])
    assert (found[at] - gaussian_blur(picture, share * 400)[at]).abs().max() > 0.01


def test_each_of_two_faces_has_its_own_lengths():
    large, small = FaceBox(20, 60, 100, 120, 100), FaceBox(260, 100, 36, 40, 36)
    picture = grain()
    found = Lengths.near([large, small], EVERYWHERE, EMPTY).blur(picture, 0.01)
    for face in (large, small):
        box = (
            ...,
            slice(int(face.top), int(face.top + face.height)),
            slice(int(face.left), int(face.left + face.width)),
        )
        assert torch.allclose(found[box], gaussian_blur(picture, 0.05 * face.face_width)[box], atol=1e-3)


def test_what_a_mask_spreads_stays_as_much_and_reaches_as_far_as_its_face_says():
    mask = torch.zeros(1, 1, *SIDES)
    mask[..., 120:126, 156:162] = 1
    found = Lengths.near([SMALL], mask, EMPTY).spread(mask, 0.03)
    assert float(found.sum()) == pytest.approx(float(mask.sum()), rel=1e-4)
    assert torch.allclose(found, gaussian_blur(mask, 6.0), atol=1e-3)


def test_only_faces_in_the_mask_count():
    mask = torch.zeros(1, 1, *SIDES)
    mask[..., 100:150, 140:180] = 1
    other = FaceBox(10, 10, 20, 20, 20)
    (face,) = Lengths.near([other, SMALL, SMALL], mask, EMPTY).faces
    assert face.reach == 5 * SMALL.face_width
    assert Lengths.near([other, FaceBox(900, 900, 9, 9, 9)], mask, EMPTY).faces == ()


def test_means_weigh_places():
    mask = torch.zeros(1, 1, *SIDES)
    mask[..., 110:120, 150:170] = 3
    lengths = Lengths.near([SMALL], mask, EMPTY)
    assert lengths.mean(lambda reach: reach, mask, mask) == pytest.approx(200)
    mask[..., 10:20, 10:30] = 3
    assert lengths.mean(lambda reach: reach, mask, mask) == pytest.approx(300)
    assert lengths.mean(lambda reach: reach, torch.zeros_like(mask), mask) == 400
    assert lengths.mean(lambda reach: reach, mask[..., :-1, :-1], mask) == pytest.approx(300)


@pytest.mark.parametrize("width", [1e-3, 3.0, SMALLEST / 5])
def test_a_face_of_a_few_pixels_has_no_shorter_lengths_than_pixels_can_show(width):
    (face,) = Lengths.near([FaceBox(160, 120, width, width, width)], EVERYWHERE, 0).faces
    assert face.reach == pytest.approx(SMALLEST)
    tiny = torch.ones(1, 1, 30, 40)
    (face,) = Lengths.near([FaceBox(10, 10, 5, 5, 5)], tiny, 0).faces
    assert face.reach == 50  # the diagonal: such a picture is measured as it always was

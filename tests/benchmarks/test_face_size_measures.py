"""One face in larger pictures keeps its pixels, and what is measured of it is what it says."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from softfocus.faces.face import landmarks_of
from softfocus.units import diagonal
from testing.face_size import measures
from testing.face_size.measures import FINE, Close, away_from
from testing.face_size.pair import CORE, EDGE, resized, set_in
from testing.face_size.sitters import Sitter, place
from testing.faces.portrait import LEFT_EYE, NOSE, RIGHT_EYE


def textured(one: Sitter) -> Close:
    """The sitter before gray with fine texture everywhere, so that every band has something to lose."""
    noise = torch.rand(one.image.shape[-2:], generator=torch.Generator().manual_seed(1))
    return Close.to(replace(one, image=(0.25 + 0.5 * noise).expand_as(one.image).contiguous()))


@pytest.mark.parametrize("share", [0.44, 0.2, 0.05])
def test_a_face_keeps_its_pixels_and_takes_its_share(astronaut, share):
    placed = place(astronaut, share)
    assert placed.width == pytest.approx(astronaut.width, rel=1e-5)
    assert placed.width / diagonal(placed.image) == pytest.approx(share, rel=0.01)
    before, after = (Close.to(each) for each in (astronaut, placed))
    width = min(each.right - each.left for each in (before, after)) // 2
    for name in ("image", "mask", "region"):
        first, second = (
            getattr(each.sitter, name)[..., y - width // 2 : y + width // 2, x - width // 2 : x + width // 2]
            for each in (before, after)
            for x, y in [landmarks_of(each.sitter.face)[1].round().int().tolist()]
        )
        assert torch.equal(first, second), name


def test_around_a_face_the_picture_goes_on_mirrored(astronaut):
    placed = place(astronaut, 0.05)
    shift = (landmarks_of(placed.face) - landmarks_of(astronaut.face))[0].round().int()
    left, top = shift.tolist()
    assert torch.equal(placed.image[..., top : top + 512, left : left + 512], astronaut.image)
    assert torch.equal(placed.image[..., top - 50 : top, left : left + 512], astronaut.image[..., :50, :].flip(-2))
    assert placed.own.sum() == 512**2 and placed.own[..., top : top + 512, left : left + 512].min() == 1
    assert (placed.mask * (1 - placed.own)).max() == 0
    assert torch.allclose(placed.points - astronaut.points, shift.float().expand(5, 2), atol=1e-3)
    assert placed.box.left - astronaut.box.left == left and placed.box.face_width == pytest.approx(astronaut.width)


def test_points_are_where_eyes_and_nose_are(astronaut):
    for found, marked in zip(astronaut.points, (RIGHT_EYE, LEFT_EYE, NOSE), strict=False):
        assert (found - torch.tensor(marked)).norm() < 0.08 * astronaut.width


def test_the_source_itself_keeps_everything(small):
    close = Close.to(small)
    assert close.kept(small.image) == close.ring(small.image) == 1
    assert close.tone_shift(small.image, small.image) == close.overshoot(small.image, small.image) == 0


def test_kept_detail_is_an_energy(small):
    close = Close.to(small)
    assert close.kept(0.5 * small.image) == pytest.approx(0.25, rel=1e-3)
    assert close.ring(0.5 * small.image) == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize(("cycles", "least", "most"), [(3, 0, 0.01), (15, 0.05, 1), (45, 0, 0.005)])
def test_a_band_holds_its_cycles_a_face(small, cycles, least, most):
    columns = torch.arange(small.image.shape[-1]) * 2 * torch.pi * cycles / small.width
    waves = (0.5 + 0.1 * columns.sin()).expand_as(small.image).contiguous()
    close = Close.to(replace(small, image=waves))
    assert least <= close.energy(close.source, FINE) / (0.1**2 / 2) <= most


def test_half_sigma_halves_its_frequency():
    sigma = torch.tensor(measures.half_sigma(7.0))
    assert torch.exp(-2 * (torch.pi * sigma * 7) ** 2) == pytest.approx(0.5)


def test_ring_sees_what_is_kept_inside_of_the_outline_alone(small):
    close = textured(small)
    inside = close.sitter.region
    soft = torch.full_like(close.sitter.image, 0.5)
    assert close.ring(torch.lerp(soft, close.sitter.image, 0.2 + 0.8 * inside)) > 4
    assert close.ring(torch.lerp(soft, close.sitter.image, 1 - 0.8 * inside)) < 0.25


def test_tones_are_shifted_by_as_much(small):
    close = Close.to(small)
    assert close.tone_shift(small.image + 3 / 255, small.image) == pytest.approx(3, rel=1e-3)
    fine = torch.arange(small.image.shape[-1]) % 2 * 2 - 1
    assert close.tone_shift(small.image + 10 / 255 * fine, small.image) < 0.05


@pytest.mark.parametrize("sign", [-1, 1])
def test_overshoot_is_what_lies_beyond_both(small, sign):
    close, dream = Close.to(small), 0.5 + 0 * small.image
    between = torch.lerp(small.image, dream, 0.3)
    assert close.overshoot(between, dream) < 1e-3
    gray = small.image.mean(1, keepdim=True).expand_as(dream)  # of colors, the extreme of each has another luma
    close = Close.to(replace(small, image=gray))
    extreme = torch.maximum(gray, dream) if sign > 0 else torch.minimum(gray, dream)
    assert close.overshoot(extreme + sign * 5 / 255, dream) == pytest.approx(5, abs=1e-3)
    middle = [length // 2 for length in extreme.shape[-2:]]
    extreme[..., middle[0], middle[1]] += sign * 0.2
    assert close.overshoot(extreme, dream) < 1e-3  # one pixel in thousands


def test_far_is_further_than_the_faces_width(small):
    one, box = place(small, 0.1), place(small, 0.1).box
    far, row = away_from(one)[0, 0], int(box.top + box.height / 2)
    edges = far[row].diff().nonzero().flatten() + 1
    assert edges.tolist() == pytest.approx([box.left - box.face_width, box.left + box.width + box.face_width], abs=1)
    assert far[row, 0] == 1 and far[row, int(box.left)] == 0


def test_a_small_face_is_set_into_a_picture(astronaut):
    large, small = place(astronaut, 0.2), place(resized(astronaut, 0.5), 0.2)
    assert small.width == pytest.approx(0.5 * large.width, rel=0.02)
    x, y = 0.2 * large.image.shape[-1], 0.7 * large.image.shape[-2]
    one, other = set_in(large, small, x, y)
    assert one.image is other.image and one.mask is other.mask
    assert other.box.left + other.box.width / 2 == pytest.approx(x, abs=1)
    reach = int(0.5 * small.width)
    there, here = (
        each.image[..., int(top) : int(top) + reach, int(left) : int(left) + reach]
        for each, left, top in (
            (other, other.box.left + 0.2, other.box.top + 0.2),
            (small, small.box.left + 0.2, small.box.top + 0.2),
        )
    )
    assert torch.equal(there, here)
    away = away_from(other, CORE + EDGE)
    assert torch.equal(one.image * away, large.image * away) and torch.equal(one.region * away, large.region * away)
    assert one.own[..., int(y), int(x)] == 0 and other.own[..., int(y), int(x)] == 1

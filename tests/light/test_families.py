"""Diffusion filters against the model as docs/methods.md writes it, integrated by code of its own."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.color import linear_to_srgb, srgb_to_linear
from softfocus.diffusion import diffusion_filter
from softfocus.light.families import FAMILIES, filter_spread, scattered_share
from softfocus.settings import FILTER_FAMILIES
from testing.light.filter_model import CHANNELS, SHARES, TABLE, over_pixels, transfer
from testing.light.measures import around_a_point, edge_transfer

SIDE = 384
DISTANCES = np.unique(np.geomspace(3, SIDE // 2 - 1, 40).astype(int)).astype(float)
EACH_FAMILY = pytest.mark.parametrize("family", FILTER_FAMILIES)
EACH_SIZE = pytest.mark.parametrize("size", [50.0, 100.0, 200.0])
ANY = {
    "family": st.sampled_from(FILTER_FAMILIES),
    "grade": st.floats(0, 2),
    "size": st.floats(10, 400),
    "warmth": st.floats(0, 1),
}


def test_settings_and_model_name_the_same_families():
    assert set(FILTER_FAMILIES) == set(FAMILIES) == set(TABLE)


@EACH_FAMILY
@EACH_SIZE
def test_a_point_spreads_as_the_model_says(family, size):
    """Within 10 % from 3 px outwards, over three decades."""
    added = around_a_point(lambda image: diffusion_filter(image, family=family, grade=1, size=size), (SIDE, SIDE))
    for index, channel in enumerate(CHANNELS):
        scattered = over_pixels(DISTANCES, family, size, 1.0, channel, (SIDE, SIDE))
        wanted = SHARES[1] * TABLE[family].gain * scattered
        row = added[index, SIDE // 2, SIDE // 2 + DISTANCES.astype(int)]
        counted = wanted > wanted[0] / 1000
        assert np.abs(row / wanted - 1)[counted].max() < 0.1
    assert abs(added.sum(axis=(1, 2))).max() < 1e-4


@EACH_FAMILY
@EACH_SIZE
def test_an_edge_keeps_the_contrast_that_the_model_keeps(family, size):
    for grade in (0.25, 2.0):
        share = SHARES[grade] * TABLE[family].gain
        effect = partial(diffusion_filter, family=family, grade=grade, size=size)
        for *kept, true in edge_transfer(effect, (300, SIDE), (5, 20, 80)):
            wanted = [1 - share + share * transfer(true, family, size, 1.0, channel) for channel in CHANNELS]
            assert kept == pytest.approx(wanted, abs=0.02)


@EACH_FAMILY
def test_shares_are_the_makers_and_go_on_between(family):
    for grade, share in SHARES.items():
        assert scattered_share(family, grade) == pytest.approx(TABLE[family].gain * share)
    assert scattered_share(family, math.sqrt(0.5)) == pytest.approx(TABLE[family].gain * 0.45)
    grades = np.linspace(0, 2, 401)
    shares = np.array([scattered_share(family, grade) for grade in grades])
    assert shares[0] == 0 and (np.diff(shares) > 0).all() and np.diff(shares).max() < 0.015 and shares[-1] < 1


@settings(max_examples=60, deadline=None)
@given(diagonal_px=st.floats(1, 10000), **{name: ANY[name] for name in ("family", "size", "warmth")})
def test_weights_share_all_light_in_each_channel(family, size, warmth, diagonal_px):
    spread = filter_spread(family, size, warmth, diagonal_px)
    assert list(spread.sigmas_px) == sorted(spread.sigmas_px)
    weights = np.array([np.broadcast_to(weight, 3) for weight in spread.weights])
    assert weights.sum(0) == pytest.approx([1, 1, 1]) and weights.min() >= 0
    assert (np.array(spread.stays) >= -1e-12).all() and (np.array(spread.stays) <= 1).all()


@settings(max_examples=40, deadline=None)
@given(value=st.floats(0, 4), halation=st.floats(0, 1), highlight_boost=st.floats(0, 4), **ANY)
def test_a_flat_picture_stays_flat(value, **options):
    flat = torch.full((1, 3, 13, 22), value)
    assert torch.allclose(diffusion_filter(flat, **options)[0], flat, atol=3e-5)


@settings(max_examples=30, deadline=None)
@given(**ANY)
def test_light_is_kept_and_grey_stays_grey_without_warmth(**options):
    image = torch.rand(1, 1, 40, 30, generator=torch.Generator().manual_seed(3)).expand(-1, 3, -1, -1) * 0.5
    seen, _ = diffusion_filter(image, **options)
    before, after = (srgb_to_linear(each).mean((0, 2, 3)) for each in (image, seen))
    assert torch.allclose(before, after, rtol=1e-4)
    grey, _ = diffusion_filter(image, **(options | {"warmth": 0.0}))
    assert torch.allclose(grey, grey[:, :1].expand_as(grey), atol=1e-6)


def test_warmth_is_red_outside_and_blue_inside():
    added = around_a_point(lambda image: diffusion_filter(image, family="cine bloom", grade=1), (SIDE, SIDE))
    row = added[:, SIDE // 2, SIDE // 2 :]
    near, far = round(0.003 * SIDE * 1.4142), round(0.02 * SIDE * 1.4142)
    assert row[2, near] > row[0, near] and row[0, far] > 1.1 * row[2, far]


def test_the_same_filter_at_every_size_of_the_picture():
    """Averaged over the same places, a picture and its enlargement show the same light."""
    small = torch.rand(1, 3, 24, 32, generator=torch.Generator().manual_seed(5)) * 0.6
    pictures = [torch.nn.functional.interpolate(small, scale_factor=scale) for scale in (8, 32)]
    for family in FILTER_FAMILIES:
        seen = [srgb_to_linear(diffusion_filter(each, family=family, grade=1)[0]) for each in pictures]
        shrunk = [torch.nn.functional.avg_pool2d(each, scale) for each, scale in zip(seen, (8, 32), strict=True)]
        assert (linear_to_srgb(shrunk[0]) - linear_to_srgb(shrunk[1])).abs().mean() < 1 / 255


def test_grade_zero_is_the_input(picture):
    seen, added = diffusion_filter(picture, grade=0, halation=1)
    assert seen is picture and not added.any()


@pytest.mark.parametrize(
    "options, told",
    [
        ({"family": "fog"}, "family is 'fog'; it must be one of glimmer"),
        ({"grade": 3}, "grade is 3; it must be 0 or more and 2 or less"),
        ({"size": 0}, "size is 0; it must be above 0"),
        ({"warmth": float("nan")}, "warmth is nan"),
    ],
)
def test_wrong_settings_are_named(picture, options, told):
    with pytest.raises(ValueError, match=told):
        diffusion_filter(picture, **options)

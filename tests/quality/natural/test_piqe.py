"""PIQE against values of pypiqe 1.2, frozen with tools/convert/freeze_quality_values.py, and its invariants."""

from __future__ import annotations

import numpy as np
import torch
from frozen_pictures import noise, same_pictures
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.quality.natural.natural_scenes import luma_levels
from softfocus.quality.natural.piqe import piqe, whole_blocks
from testing.pictures import make_picture
from testing.portraits import to_tensor
from testing.quality.photographs import photographs, worsened


def test_values_of_the_reference():
    errors = {name: float(piqe(image)) / value - 1 for name, image, value in same_pictures("piqe")}
    assert len(errors) >= 15
    assert max(map(abs, errors.values())) < 1e-6, errors


def test_rises_with_blur_noise_and_jpeg():
    """Noise that can be seen: a little of it covers flat segments, and PIQE takes that for an improvement."""
    for name, picture in photographs():
        for kind, levels in {"blur": (1, 2, 4), "noise": (8, 16, 32), "jpeg": (60, 20, 7)}.items():
            values = piqe(torch.cat([to_tensor(worsened(picture, kind, level, name)) for level in levels])).tolist()
            assert values == sorted(values), (name, kind, values)


def test_stretching_to_255_rounds_as_float64_does():
    """Every level under every brightest level."""
    for brightest in range(1, 256):
        levels = np.arange(brightest + 1)
        exact = np.round(255 * (levels / brightest))
        ours = (255 * torch.from_numpy(levels).float() / torch.tensor(float(brightest))).round()
        assert np.array_equal(ours.numpy(), exact), brightest


@settings(max_examples=50, deadline=None)
@given(red=st.integers(0, 255), green=st.integers(0, 255), blue=st.integers(0, 255))
def test_luma_is_bt601_to_half_a_level(red, green, blue):
    luma = float(luma_levels(torch.tensor([red, green, blue]).float().view(3, 1, 1)))
    assert abs(luma - (0.299 * red + 0.587 * green + 0.114 * blue)) < 0.506
    assert luma == int(luma) and (luma == red if red == green == blue else True)


@settings(max_examples=25, deadline=None)
@given(height=st.integers(16, 50), width=st.integers(16, 50))
def test_filling_up_mirrors_as_numpy_does(height, width):
    plane = noise(height, width)
    padding = [(0, -height % 16), (0, -width % 16)]
    assert np.array_equal(whole_blocks(plane).numpy(), np.pad(plane.numpy(), padding, mode="symmetric"))


def test_flat_and_black_pictures_score_100():
    assert piqe(torch.full((1, 3, 40, 40), 0.5)).tolist() == [100]
    assert piqe(torch.zeros(1, 3, 40, 40)).tolist() == [100]


def test_region_of_ones_is_the_whole_picture():
    image = make_picture(61, 75)
    assert torch.equal(piqe(image, torch.ones(1, 1, 61, 75)), piqe(image))


def test_only_blocks_mostly_inside_the_region_count():
    image = make_picture(64, 128)
    ruined = image.clone()
    ruined[..., 67:] = (noise(1, 3, 64, 61) > 0.5).float()
    ruined[..., 0, -1] = image[..., 0, -1] = 1  # the brightest pixel, which the stretching goes by
    region = torch.zeros(1, 1, 64, 128)
    region[..., :76] = 0.9
    region[..., :56] = 1
    first = region * (torch.arange(128) < 64)
    assert torch.equal(piqe(ruined, first), piqe(image, first))
    assert not torch.equal(piqe(ruined, region), piqe(image, region))


def test_too_small_a_picture_or_region_is_nan():
    assert piqe(noise(2, 3, 15, 90)).isnan().tolist() == [True, True]
    assert piqe(make_picture(64, 64), torch.zeros(1, 1, 64, 64)).isnan().all()
    assert piqe(noise(1, 3, 16, 16)).isfinite().all()


def test_frames_are_independent_and_the_input_stays():
    batch = make_picture(40, 50, frames=3)
    before = batch.clone()
    region = (noise(3, 1, 40, 50) > 0.2).float()
    alone = torch.cat([piqe(batch[k : k + 1], region[k : k + 1]) for k in range(3)])
    assert torch.equal(piqe(batch, region), alone) and torch.equal(batch, before)

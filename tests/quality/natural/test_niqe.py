"""NIQE against basicsr's values, frozen with tools/convert/freeze_quality_values.py, and its invariants."""

from __future__ import annotations

import math

import pytest
import torch
from frozen_pictures import noise, same_pictures

from softfocus.quality.natural.natural_scenes import luma_levels
from softfocus.quality.natural.niqe import half_size, niqe
from testing.pictures import make_picture
from testing.portraits import to_tensor
from testing.quality.photographs import photographs, worsened


def test_values_of_the_reference():
    """With the noise of flat areas taken out of it; as it is, the package itself is off by up to 0.8 % there."""
    errors = {name: float(niqe(image)) / value - 1 for name, image, value in same_pictures("niqe")}
    assert len(errors) >= 15  # of the five photographs three versions do not depend on a JPEG reader
    assert max(map(abs, errors.values())) < 3e-4, errors


def test_values_of_the_reference_as_it_is():
    errors = {name: float(niqe(image)) / value - 1 for name, image, value in same_pictures("niqe_as_is")}
    assert max(map(abs, errors.values())) < 1e-2, errors
    assert sorted(map(abs, errors.values()))[len(errors) * 9 // 10] < 1e-3, errors


def test_rises_with_blur_noise_and_jpeg():
    for name, picture in photographs():
        for kind, levels in {"blur": (1, 2, 4), "noise": (5, 12, 30), "jpeg": (60, 20, 7)}.items():
            values = niqe(torch.cat([to_tensor(worsened(picture, kind, level, name)) for level in levels])).tolist()
            assert values == sorted(values), (name, kind, values)


def test_region_of_ones_is_the_whole_picture():
    image = make_picture(200, 300)
    assert torch.equal(niqe(image, torch.ones(1, 1, 200, 300)), niqe(image))


def test_only_blocks_mostly_inside_the_region_count():
    """The ruined half changes nothing for the other half, and the region may end inside its own blocks."""
    image = make_picture(192, 384)
    ruined = image.clone()
    ruined[..., 201:] = noise(1, 3, 192, 183)  # the half-size block before 192 sees as far as that
    region = torch.zeros(1, 1, 192, 384)
    region[..., :150] = 1
    assert torch.equal(niqe(ruined, region), niqe(image, region))
    assert not torch.allclose(niqe(ruined), niqe(image), rtol=1e-3)


def test_a_block_of_which_less_than_half_is_inside_does_not_count():
    image = make_picture(192, 384)
    region = torch.zeros(3, 1, 192, 384)
    for frame, columns in enumerate((96, 143, 144)):
        region[frame, ..., :columns] = 1
    one, still_one, two = niqe(image.expand(3, -1, -1, -1), region).tolist()
    assert one == still_one != two


@pytest.mark.parametrize(("height", "width"), [(1, 1), (96, 191), (95, 400)])
def test_too_small_a_picture_is_nan(height, width):
    assert niqe(noise(2, 3, height, width)).isnan().tolist() == [True, True]


def test_the_least_picture_has_a_value():
    assert math.isfinite(float(niqe(noise(1, 3, 96, 192))))


def test_flat_pictures_and_small_regions_are_nan():
    assert niqe(torch.full((1, 3, 200, 300), 0.4)).isnan().all()
    region = torch.zeros(1, 1, 200, 300)
    region[..., :96, :96] = 1
    assert niqe(make_picture(200, 300), region).isnan().all()


def test_frames_are_independent_and_the_input_stays():
    batch = make_picture(100, 200, frames=3)
    before = batch.clone()
    alone = torch.cat([niqe(frame[None]) for frame in batch])
    assert torch.equal(niqe(batch), alone) and torch.equal(batch, before)
    assert niqe(batch[:0]).shape == (0,)


def test_half_size_is_exact_where_flat_and_keeps_the_mean():
    assert torch.equal(half_size(torch.full((96, 192), 77.0)), torch.full((48, 96), 77.0))
    luma = luma_levels(make_picture(96, 192)[0] * 255)
    assert abs(float(half_size(luma).mean() - luma.mean())) < 0.05


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match=r"image is \[1, 1, 96, 192\]"):
        niqe(torch.zeros(1, 1, 96, 192))
    with pytest.raises(ValueError, match="region is"):
        niqe(torch.zeros(1, 3, 96, 192), torch.zeros(1, 1, 96, 96))

"""Pictures at the limits: many faces, cut faces, tiny and huge frames, broken pixels."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from softfocus.faces import Face, find_faces, region_masks
from softfocus.faces.face import same_faces
from testing.faces.portrait import BOX, face, nets, picture
from testing.faces.reference import overlap

HEAD = (slice(None), slice(None), slice(20, 220), slice(120, 320))


def found_in(image: Tensor) -> list[Face]:
    """The faces of one picture; checks that they and their masks are sane."""
    (faces,) = find_faces(nets(), image)
    for each in faces:
        assert each.landmarks is not None and each.landmarks.isfinite().all()
        assert all(map(math.isfinite, each.box)) and 0 <= each.score <= 1
    masks = region_masks([faces], image.shape[2:])
    assert bool(masks["face"].any()) == bool(faces)
    for mask in masks.values():
        assert mask.shape == (1, 1, *image.shape[2:]) and mask.isfinite().all()
        assert mask.min() >= 0 and mask.max() <= 1
    return faces


def test_two_hundred_faces():
    head = interpolate(picture()[HEAD], (100, 100), mode="bilinear", antialias=True)
    faces = found_in(head.tile(1, 1, 10, 20))
    cells = {(int((x + w / 2) // 100), int((y + h / 2) // 100)) for x, y, w, h in (each.box for each in faces)}
    assert len(cells) >= 190
    assert len(faces) == len(cells) <= 200
    assert torch.equal(same_faces(faces, faces), torch.eye(len(faces), dtype=torch.bool))


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (7, 5)])
def test_tiny_and_thin(shape):
    assert found_in(torch.rand(1, 3, *shape, generator=torch.Generator().manual_seed(0))) == []


def test_a_face_that_touches_every_border():
    left, top, width, height = BOX
    (found,) = found_in(picture()[..., top : top + height, left : left + width])
    shifted = (found.box[0] + left, found.box[1] + top, *found.box[2:])
    assert overlap(shifted, face().box) > 0.7


@pytest.mark.parametrize("cut", [(0, 120), (1, 223)])
@pytest.mark.parametrize("keep_first", [True, False])
def test_half_a_face_at_a_border(cut, keep_first):
    axis, middle = cut
    part = slice(0, middle) if keep_first else slice(middle, None)
    found_in(picture()[..., part, :] if axis == 0 else picture()[..., part])


def test_an_8k_frame():
    frame = torch.full((1, 3, 4320, 7680), 0.3)
    frame[..., 1000:1512, 6000:6512] = picture()
    (found,) = found_in(frame)
    assert overlap(found.box, (BOX[0] + 6000, BOX[1] + 1000, *BOX[2:])) > 0.7


@pytest.mark.parametrize(("value", "counts_as"), [(math.nan, 0.0), (math.inf, 1.0), (-math.inf, 0.0)])
def test_broken_pixels_count_as_black_or_white(value, counts_as):
    broken, whole = picture().clone(), picture().clone()
    broken[..., 300:400, :] = value
    whole[..., 300:400, :] = counts_as
    (found,), (wanted,) = found_in(broken), found_in(whole)
    assert found.box == wanted.box and torch.equal(found.landmarks, wanted.landmarks)
    assert found_in(torch.full((1, 3, 64, 64), value)) == []

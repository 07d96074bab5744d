"""The parts that CLIP looks at lie in the picture, show what their names say, and are resized as CLIP's were."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from softfocus.quality.clip.clip_views import BACKGROUND, CROPS, FACE, SQUARE, WHOLE, Box, cut_squares, picture_boxes
from softfocus.quality.regions import find_regions
from testing.pictures import make_picture


def mask_of(height: int, width: int, box: Box) -> torch.Tensor:
    mask = torch.zeros(1, 1, height, width)
    mask[..., box.top : box.top + box.height, box.left : box.left + box.width] = 1
    return mask


def boxes_of(height: int, width: int, mask: torch.Tensor | None, everything: bool = True) -> dict[str, Box]:
    """With the mask's inside as the node has it: none where nothing is left outside."""
    inside = find_regions(mask).inside
    return picture_boxes(torch.zeros(1, 3, height, width), inside, crops=everything, square=everything)


@settings(max_examples=100, deadline=None)
@given(height=st.integers(1, 200), width=st.integers(1, 200), data=st.data())
def test_boxes_lie_in_the_picture(height, width, data):
    top, left = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    face = Box(top, left, data.draw(st.integers(1, height - top)), data.draw(st.integers(1, width - left)))
    boxes = boxes_of(height, width, mask_of(height, width, face))
    for box in boxes.values():
        assert box.top >= 0 and box.left >= 0 and box.height > 0 and box.width > 0
        assert box.top + box.height <= height and box.left + box.width <= width
    assert boxes[WHOLE] == (0, 0, height, width)
    assert boxes[SQUARE].height == boxes[SQUARE].width == min(height, width)
    assert len({(boxes[name].height, boxes[name].width) for name in CROPS}) == 1
    if FACE in boxes:
        assert covers(boxes[FACE], face)
    if BACKGROUND in boxes:
        assert not mask_of(height, width, face)[0, 0][region(boxes[BACKGROUND])].any()


def region(box: Box) -> tuple[slice, slice]:
    return slice(box.top, box.top + box.height), slice(box.left, box.left + box.width)


def covers(outer: Box, inner: Box) -> bool:
    return (
        outer.top <= inner.top
        and outer.left <= inner.left
        and outer.top + outer.height >= inner.top + inner.height
        and outer.left + outer.width >= inner.left + inner.width
    )


def test_boxes_of_a_portrait():
    face = Box(60, 70, 60, 50)
    boxes = boxes_of(300, 200, mask_of(300, 200, face))
    assert boxes[SQUARE] == (50, 0, 200, 200)
    assert boxes["upper left"] == (0, 0, 133, 133) and boxes["lower right"] == (167, 67, 133, 133)
    assert boxes["middle"] == (83, 33, 133, 133)
    assert boxes[FACE] == (52, 57, 75, 75)
    assert boxes[BACKGROUND] == (120, 0, 180, 200)


def test_a_long_background_is_shortened_and_a_narrow_one_left_out():
    beside = boxes_of(100, 400, mask_of(100, 400, Box(0, 0, 60, 390)), everything=False)[BACKGROUND]
    assert beside == (60, 160, 40, 80)
    assert BACKGROUND not in boxes_of(100, 400, mask_of(100, 400, Box(5, 5, 90, 390)), everything=False)


def test_the_face_is_what_is_seen_of_the_mask():
    mask, alpha = mask_of(100, 100, Box(20, 20, 40, 40)), torch.ones(1, 1, 100, 100)
    alpha[..., :40, :] = 0
    boxes = picture_boxes(torch.zeros(1, 3, 100, 100), find_regions(mask, alpha).inside, crops=False, square=False)
    assert boxes[FACE] == (25, 15, 50, 50)


@pytest.mark.parametrize("mask", [None, torch.zeros(1, 1, 40, 60), torch.ones(1, 1, 40, 60)])
def test_no_face_without_a_usable_mask(mask):
    assert list(boxes_of(40, 60, mask, everything=False)) == [WHOLE]


@pytest.mark.parametrize("box", [Box(0, 0, 200, 300), Box(10, 20, 61, 61), Box(3, 5, 9, 17), Box(50, 0, 1, 1)])
def test_resized_as_by_pillow(box):
    """Pillow's own float mode is met closely; its 8-bit mode, which rounds between the axes, within a level or so."""
    picture = (make_picture(200, 300) * 255).round() / 255
    got = cut_squares(picture, [box], 56)[0] * 255
    rows, columns = region(box)
    for plane, made in zip(picture[0, :, rows, columns] * 255, got, strict=True):
        exact, rounded = (
            torch.from_numpy(np.array(Image.fromarray(levels).resize((56, 56), Image.Resampling.BICUBIC))).float()
            for levels in (plane.numpy(), plane.round().numpy().astype(np.uint8))
        )
        assert (made - exact.clamp(0, 255)).abs().max() < 1e-3
        assert (made.round() - rounded).abs().mean() < 0.5


def test_values_beyond_white_are_clipped_and_the_picture_is_left_alone():
    picture = 3 * make_picture(20, 20) - 1
    before = picture.clone()
    squares = cut_squares(picture, [Box(0, 0, 20, 20), Box(2, 3, 5, 5)], 14)
    assert squares.shape == (2, 3, 14, 14) and squares.min() >= 0 and squares.max() <= 1
    assert torch.equal(picture, before)
    assert torch.equal(squares[:1], cut_squares(picture.clamp(0, 1), [Box(0, 0, 20, 20)], 14))

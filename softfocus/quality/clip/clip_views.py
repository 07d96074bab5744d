"""Which parts of a picture CLIP looks at, each as one square.

A part that is not square is squashed, not cropped: in a portrait of 2:3, the crop to a square takes the forehead away,
and in a wide picture it takes what the prompt asks for at the sides. `SQUARE` alone is cropped, as in CLIP's own
preprocessing: the aesthetic head was trained on that.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import interpolate
from torchvision.ops import masks_to_boxes

from ..regions import EMPTY

WHOLE, SQUARE, FACE, BACKGROUND = "whole picture", "central square", "face", "background"
CROPS = {  # of the room that is left beside a crop, how much lies above and to the left of it
    "upper left": (0.0, 0.0),
    "upper right": (0.0, 1.0),
    "lower left": (1.0, 0.0),
    "lower right": (1.0, 1.0),
    "middle": (0.5, 0.5),
}
CROP_SIDE = 2 / 3  # of the short side: neighbours overlap by a third of it
FACE_MARGIN = 1.25  # hair and chin, by which a face is known
LEAST_BACKGROUND = 0.2  # of the short side: a narrower strip shows nothing
MAX_ASPECT = 2.0  # of the background's part


class Box(NamedTuple):
    """Part of a picture, in pixels."""

    top: int
    left: int
    height: int
    width: int


def picture_boxes(picture: Tensor, face: Tensor | None, *, crops: bool, square: bool) -> dict[str, Box]:
    """The parts to look at by name.

    Args:
        picture: [1, C, H, W]; only its size counts.
        face: [1, 1, H, W] in 0..1, `Regions.inside`: 1 on the face, as far as it is seen. Without it there is neither
            face nor background.
        crops: whether to add the five squares at the corners and in the middle.
        square: whether to add the largest central square.

    Returns:
        At least `WHOLE`. `FACE` is a square around the face, cut at the picture's edges. `BACKGROUND` is the
        largest rectangle beside it, above or below; there is none where the mask reaches nearly to all edges.
    """
    height, width = picture.shape[-2:]
    short = min(height, width)
    boxes = {WHOLE: Box(0, 0, height, width)}
    if square:
        boxes[SQUARE] = _placed(height, width, short, 0.5, 0.5)
    if crops:
        side = max(1, round(CROP_SIDE * short))
        boxes |= {name: _placed(height, width, side, *place) for name, place in CROPS.items()}
    if face is not None:
        found = _bounds(face)
        boxes[FACE] = _square_around(found, height, width)
        beside = _largest_beside(found, height, width)
        if min(beside.height, beside.width) >= LEAST_BACKGROUND * short:
            boxes[BACKGROUND] = _less_long(beside)
    return boxes


def cut_squares(picture: Tensor, boxes: Iterable[Box], side: int) -> Tensor:
    """Parts of a picture [1, 3, H, W], sRGB, as squares [N, 3, side, side] in 0..1.

    Bicubic with antialiasing (a = -0.5) as by Pillow, with which CLIP was trained, without its rounding on the way.
    """
    levels = picture.clamp(0, 1)
    parts = [levels[..., box.top : box.top + box.height, box.left : box.left + box.width] for box in boxes]
    squares = [interpolate(part, (side, side), mode="bicubic", align_corners=False, antialias=True) for part in parts]
    return torch.cat(squares).clamp_(0, 1)


def _placed(height: int, width: int, side: int, down: float, right: float) -> Box:
    return Box(int((height - side) * down), int((width - side) * right), side, side)


def _bounds(mask: Tensor) -> Box:
    """The least box [1, 1, H, W] of a mask that holds all of it."""
    left, top, right, bottom = masks_to_boxes(mask[0] >= EMPTY)[0].int().tolist()  # the last column and row included
    return Box(top, left, bottom + 1 - top, right + 1 - left)


def _square_around(box: Box, height: int, width: int) -> Box:
    side = round(FACE_MARGIN * max(box.height, box.width))
    tall, wide = min(side, height), min(side, width)
    top = min(max(0, box.top + (box.height - tall) // 2), height - tall)
    left = min(max(0, box.left + (box.width - wide) // 2), width - wide)
    return Box(top, left, tall, wide)


def _largest_beside(box: Box, height: int, width: int) -> Box:
    bottom, right = box.top + box.height, box.left + box.width
    beside = (
        Box(0, 0, box.top, width),
        Box(bottom, 0, height - bottom, width),
        Box(0, 0, height, box.left),
        Box(0, right, height, width - right),
    )
    return max(beside, key=lambda each: each.height * each.width)


def _less_long(box: Box) -> Box:
    """The middle of a long box."""
    longest = round(MAX_ASPECT * min(box.height, box.width))
    tall, wide = min(box.height, longest), min(box.width, longest)
    return Box(box.top + (box.height - tall) // 2, box.left + (box.width - wide) // 2, tall, wide)

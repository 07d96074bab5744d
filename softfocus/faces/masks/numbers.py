"""Show on the picture who is who: the number of each person above the face."""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor

from ...canvas import INK, NO_FONT, PAPER, TRACK, Canvas, font
from ..face import Face
from .preview import READABLE_PX, SMALLEST_PX

TEXT = 0.035  # height of a number over the picture's shorter side
PAD = 0.3  # around it, in heights of the text
DIM = 0.7  # opacity of the numbers of people who are not chosen


def draw_numbers(image: Tensor, faces: list[Face], chosen: Collection[int]) -> Tensor:
    """`image` [1, 3, H, W] sRGB with the number of each person in a small plate above the face.

    Args:
        image: the picture; one too small for readable text comes back as it is, and so does every one where Pillow
            cannot scale its own font.
        faces: those to number, by their `person`; 0 is nobody and gets none.
        chosen: the persons who are masked; the plates of all others are dark and translucent.
    """
    height, width = image.shape[-2:]
    numbered = [face for face in faces if face.person > 0]
    if not numbered or min(height, width) < SMALLEST_PX:
        return image
    size = max(READABLE_PX, round(TEXT * min(height, width)))
    shown = image.clone()
    for face in sorted(numbered, key=lambda each: each.person in chosen):  # those chosen on top
        try:
            plate = _plate(str(face.person), size, face.person in chosen).to(image)
        except NO_FONT:
            return image
        rows, columns = _place(face, plate.shape[-2:], (height, width))
        part = shown[..., rows, columns]
        part.lerp_(plate[..., : part.shape[-2], : part.shape[-1]], 1.0 if face.person in chosen else DIM)
    return shown


def _plate(text: str, size: int, bright: bool) -> Tensor:
    """[1, 3, h, w] sRGB: a number, dark on paper or, where it is not bright, the other way round."""
    side = round((1 + 2 * PAD) * size)
    page = Canvas(max(side, round(font(size).getlength(text) + 2 * PAD * size)), side)
    page.box((0, 0, page.width, page.height), PAPER if bright else INK)
    page.text(page.width / 2, page.height / 2, text, size, INK if bright else TRACK, anchor="mm")
    return page.tensor()


def _place(face: Face, plate: torch.Size, picture: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of a plate that stands on the face's box, moved into the picture where it leaves it."""
    left, top, width, _ = face.box
    row, column = round(top - plate[0]), round(left + (width - plate[1]) / 2)
    row, column = (max(0, min(at, side - own)) for at, side, own in zip((row, column), picture, plate, strict=True))
    return slice(row, row + plate[0]), slice(column, column + plate[1])

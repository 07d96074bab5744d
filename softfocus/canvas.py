"""A small drawing surface for charts and legends: text and boxes in the same fonts and colours."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

Color = tuple[int, int, int]
Box = tuple[float, float, float, float]

PAPER: Color = (250, 249, 246)
INK: Color = (38, 40, 46)
FAINT: Color = (112, 116, 126)
TRACK: Color = (229, 228, 223)
TARGET: Color = (186, 221, 205)
# Blue, amber and vermilion stay apart for colour-blind readers too (Okabe and Ito's palette, 2008).
GOOD: Color = (0, 114, 178)
FAIR: Color = (230, 159, 0)
POOR: Color = (213, 94, 0)

ELLIPSIS = "..."
NO_FONT = (ImportError, OSError, TypeError)  # what `font` raises with a Pillow without FreeType, or older than 10.1


class Canvas:
    """A page of width x height pixels. Coordinates are pixels from the top left corner."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._page = Image.new("RGB", (width, height), PAPER)
        self._draw = ImageDraw.Draw(self._page)

    def box(self, box: Box, color: Color) -> None:
        """Fill left, top, right, bottom (right and bottom excluded)."""
        left, top, right, bottom = (round(edge) for edge in box)
        if right > left and bottom > top:
            self._draw.rectangle((left, top, right - 1, bottom - 1), fill=color)

    def arrow(self, x: float, y: float, size: float, color: Color) -> None:
        """A triangle with its tip at x, y, pointing right, or left for a negative size."""
        self._draw.polygon([(x, y), (x - size, y - abs(size) * 0.7), (x - size, y + abs(size) * 0.7)], fill=color)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: int,
        color: Color = INK,
        anchor: str = "lm",
        room: float | None = None,
    ) -> None:
        """Write one line, cut with an ellipsis to `room` pixels; anchor as in Pillow (lm: left, middle)."""
        if room is not None:
            text = _fitted(text, size, room)
        self._draw.text((x, y), text, fill=color, font=font(size), anchor=anchor)

    def tensor(self) -> Tensor:
        """The page as [1, 3, H, W] float32 sRGB in 0..1."""
        return torch.from_numpy(np.asarray(self._page).copy()).permute(2, 0, 1)[None].float() / 255


def grade(score: float) -> Color:
    """Colour of a part score in 0..1: vermilion, amber at 1/2, blue at 1."""
    low, high, step = (POOR, FAIR, 2 * score) if score < 0.5 else (FAIR, GOOD, 2 * score - 1)
    return mix(low, high, step)


def mix(first: Color, second: Color, share: float) -> Color:
    """The colour `share` (0..1) of the way from first to second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _fitted(text: str, size: int, room: float) -> str:
    if font(size).getlength(text) <= room:
        return text
    while text and font(size).getlength(text + ELLIPSIS) > room:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


@lru_cache(maxsize=16)
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=size)

"""A canvas 4 times finer than the picture that records colour and opacity together.

Points are (x, y) in fractions of the side, widths are pixels of a 512 px picture.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

FINER = 4
Array = NDArray[np.float64]
Inks = tuple[tuple[int, int, int] | int, ...]  # by plane: colour, opacity, loose hair


class Canvas:
    """Colour, opacity and its part in loose hair, drawn at the same places; what is drawn later hides the rest."""

    def __init__(self, size: int, color: Array) -> None:
        self.size = size
        side = size * FINER
        self._side = side
        self._color = Image.new("RGB", (side, side), _bytes(color))
        self._alpha, self._loose = (Image.new("L", (side, side), 0) for _ in range(2))
        self._pens = tuple(ImageDraw.Draw(plane) for plane in (self._color, self._alpha, self._loose))

    def polygon(self, points: Array, color: Array) -> None:
        corners = [tuple(point) for point in points * self._side]
        inks: Inks = _bytes(color), 255, 0
        for pen, ink in zip(self._pens, inks, strict=True):
            pen.polygon(corners, fill=ink)

    def hole(self, points: Array) -> None:
        """What is inside the polygon is gone; its colour stays."""
        corners = [tuple(point) for point in points * self._side]
        for pen in self._pens[1:]:
            pen.polygon(corners, fill=0)

    def strand(self, points: Array, widths: Array, color: Array, opacity: float, loose: bool = False) -> None:
        """A line through points [N, 2], of widths [N - 1] px at 512; loose: hair that leaves the closed outline."""
        corners = [tuple(point) for point in points * self._side]
        cover = round(255 * opacity)
        inks: Inks = _bytes(color), cover, cover if loose else 0
        for start, end, width in zip(corners, corners[1:], widths * self._side / 512, strict=False):
            line = max(1, round(width))
            for pen, ink in zip(self._pens, inks, strict=True):
                pen.line((start, end), fill=ink, width=line)

    def read(self) -> tuple[Array, Array]:
        """Colour [size, size, 3] (averaged by opacity) and alpha [size, size], both 0..1."""
        color, alpha = np.asarray(self._color) / 255, np.asarray(self._alpha)[..., None] / 255
        covered, whole = _average(color * alpha), _average(alpha)
        filled = np.where(whole > 0, covered / np.maximum(whole, 1e-6), color[0, 0])
        return filled, whole[..., 0]

    def read_loose(self) -> Array:
        """What of alpha [size, size] is loose hair, 0..alpha."""
        return _average(np.asarray(self._loose)[..., None] / 255)[..., 0]


def ellipse(centre: Array, radii: Array) -> Array:
    """The outline [180, 2] of an upright ellipse."""
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    return centre + radii * np.stack([np.cos(angle), np.sin(angle)], 1)


def _average(fine: Array) -> Array:
    side = len(fine) // FINER
    return fine.reshape(side, FINER, side, FINER, -1).mean((1, 3))


def _bytes(color: Array) -> tuple[int, int, int]:
    red, green, blue = (round(255 * min(max(float(each), 0.0), 1.0)) for each in color)
    return red, green, blue

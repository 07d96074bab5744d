"""Two point spreads as a picture: what the matched filter does with the light of a point, and what the pair says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from ..canvas import FAINT, FAIR, GOOD, INK, TRACK, Canvas, Color
from .moments import Array

WIDTH, HEIGHT = 900, 620
LEFT, TOP, RIGHT, BOTTOM = 96, 84, 868, 540
NEAREST, FARTHEST = 0.02, 30.0  # percent of the diagonal
DECADES = 6.0  # of intensity, down from the brightest
POINTS = 400
DOT = 2
TITLE, LEGEND, LABEL = 24, 17, 14  # sizes of text


@dataclass(frozen=True)
class Curve:
    """Scattered light as a sum of Gaussians: sigmas in percent of the diagonal, shares of all the light."""

    name: str
    sigmas: Sequence[float]
    shares: Sequence[float]

    def at(self, radius: Array) -> Array:
        """Light by area, in shares a square percent of the diagonal."""
        sigmas, shares = np.array(self.sigmas)[:, None], np.array(self.shares)[:, None]
        return (shares / (2 * math.pi * sigmas**2) * np.exp(-0.5 * (radius / sigmas) ** 2)).sum(0)


def draw_spreads(title: str, curves: Sequence[Curve]) -> Tensor:
    """Draw the first two of `curves` over the distance from a point, both axes logarithmic.

    Returns:
        [1, 3, H, W] float32 sRGB in 0..1.
    """
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.text(LEFT, TOP / 2, title, TITLE, room=RIGHT - LEFT)
    radius = np.geomspace(NEAREST, FARTHEST, POINTS)
    values = [curve.at(radius) for curve in curves]
    brightest = max((float(each.max()) for each in values), default=0.0)
    top = math.ceil(math.log10(brightest)) if brightest > 0 else 0
    _axes(canvas, top)
    for number, (curve, value, color) in enumerate(zip(curves, values, (GOOD, FAIR), strict=False)):
        _curve(canvas, radius, value, top, color, dashed=number > 0)
        middle = TOP + 24 + 26 * number
        canvas.box((RIGHT - 300, middle - 3, RIGHT - 264, middle + 3), color)
        canvas.text(RIGHT - 254, middle, curve.name, LEGEND, room=250)
    return canvas.tensor()


def _x(radius: float) -> float:
    return LEFT + (RIGHT - LEFT) * math.log(radius / NEAREST) / math.log(FARTHEST / NEAREST)


def _y(power: float, top: float) -> float:
    return TOP + (BOTTOM - TOP) * (top - power) / DECADES


def _axes(canvas: Canvas, top: int) -> None:
    for decade in range(int(DECADES) + 1):
        y = _y(top - decade, top)
        canvas.box((LEFT, y, RIGHT, y + 1), TRACK)
        canvas.text(LEFT - 10, y, f"1e{top - decade}", LABEL, FAINT, anchor="rm")
    for radius in (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0):
        x = _x(radius)
        canvas.box((x, TOP, x + 1, BOTTOM), TRACK)
        canvas.text(x, BOTTOM + 16, f"{radius:g}", LABEL, FAINT, anchor="mm")
    canvas.text((LEFT + RIGHT) / 2, BOTTOM + 46, "distance from a point of light, % of the diagonal", LEGEND, INK, "mm")
    canvas.text(LEFT, TOP - 14, "scattered light: share a square percent of the diagonal", LABEL, FAINT)


def _curve(canvas: Canvas, radius: Array, value: Array, top: float, color: Color, dashed: bool) -> None:
    for number, (distance, light) in enumerate(zip(radius, value, strict=True)):
        power = math.log10(light) if light > 0 else -math.inf
        if power > top - DECADES and not (dashed and number % 8 >= 5):
            x, y = _x(distance), _y(power, top)
            canvas.box((x - DOT, y - DOT, x + DOT, y + DOT), color)

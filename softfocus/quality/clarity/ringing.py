"""Ringing: how much further luma swings around the strongest edges than the edges need."""

from __future__ import annotations

from torch import Tensor

from ...filters.gaussian import gaussian_blur
from ..edges import pixel_size
from ..order import largest

SMOOTHED = 0.8  # in `pixel_size`: sigma that takes fine texture off and leaves the lobes of a sharpened edge
SPAN = 12.0  # in `pixel_size`: wider than the lobes of a sharpened edge
STRONGEST = 0.01  # share of the spans


def ringing(luma: Tensor, seen: Tensor | None = None) -> float:
    """Way of luma over its rise, less 1, along the rows and columns where it rises or falls most.

    A clean edge takes the shortest way: 0. Lobes on both sides of an edge are gone up and down again, at any contrast.
    What is left of texture and noise near edges counts too.

    Args:
        luma: [1, 1, H, W] in 0..1.
        seen: [1, 1, H, W] of 0 and 1: only spans that lie in it count. None: all.

    Returns:
        0 to 0.2 in photographs, above 0.3 where sharpening shows. 0 without edges.
    """
    luma = gaussian_blur(luma, SMOOTHED * pixel_size(luma))
    way = rise = 0.0
    for axis in (-1, -2):
        span = min(round(SPAN * pixel_size(luma)), luma.shape[axis] - 1)
        if span >= 1:
            length = luma.shape[axis] - span
            rises = (luma.narrow(axis, span, length) - luma.narrow(axis, 0, length)).abs_().flatten()
            ways = _moving_sum((_later(luma, 1, axis) - _earlier(luma, 1, axis)).abs_(), span, axis).flatten()
            if seen is not None:
                whole = _moving_sum(seen, span + 1, axis).flatten() == span + 1
                rises, ways = rises[whole], ways[whole]
            strongest = largest(rises, min(len(rises), max(1, int(STRONGEST * len(rises)))))
            way += float(ways[strongest].sum()) / span
            rise += float(rises[strongest].sum()) / span
    return max(0.0, way / rise - 1) if rise > 0 else 0.0


def _moving_sum(values: Tensor, count: int, axis: int) -> Tensor:
    """Sums of so many neighbours along an axis, in about 2 log2(count) passes; the axis is shorter by count - 1."""
    length, found, done = values.shape[axis] - count + 1, None, 0
    window, size = values, 1  # sums of `size` neighbours, doubled in each round
    while True:
        if count & size:
            part = window.narrow(axis, done, length)
            found, done = part if found is None else found + part, done + size
        if 2 * size > count:
            assert found is not None
            return found
        window, size = _later(window, size, axis) + _earlier(window, size, axis), 2 * size


def _later(values: Tensor, step: int, axis: int) -> Tensor:
    return values.narrow(axis, step, values.shape[axis] - step)


def _earlier(values: Tensor, step: int, axis: int) -> Tensor:
    return values.narrow(axis, 0, values.shape[axis] - step)

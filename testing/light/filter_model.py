"""The model of diffusion filters as docs/methods.md writes it, over pixels; it shares nothing with the product."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, special

Array = NDArray[np.float64]
NODES = 9  # of Gauss and Legendre's rule, on each side of a pixel
MOST_REFLECTIONS = 2  # of the borders, on either side: the cut ends the model at one diagonal
CHANNELS = {"red": 1.0, "green": 0.0, "blue": -1.0}  # how a channel leans to the outer halo
SHARES = {0.125: 0.10, 0.25: 0.20, 0.5: 0.35, 1.0: 0.55, 2.0: 0.75}


@dataclass(frozen=True)
class Numbers:
    """Of one family, as in the table: lengths in percent of the diagonal."""

    gain: float
    sizes: tuple[float, float, float]  # core, halo, bloom
    tail: float
    shares: tuple[float, float, float]
    warmth: float


TABLE = {
    "glimmer": Numbers(0.65, (0.023, 0.12, 0.60), 3.2, (0.60, 0.30, 0.10), 0.0),
    "black mist": Numbers(0.75, (0.037, 0.22, 0.88), 3.5, (0.40, 0.47, 0.13), 0.65),
    "white mist": Numbers(1.05, (0.032, 0.35, 1.5), 2.9, (0.28, 0.42, 0.30), 0.40),
    "cine bloom": Numbers(1.0, (0.046, 0.46, 2.3), 2.5, (0.22, 0.30, 0.48), 0.85),
}


def exponential(r: Array, size: float) -> Array:
    return np.exp(-r / size) / (2 * math.pi * size**2)


def power_tail(r: Array, size: float, tail: float, cut: float) -> Array:
    """(1 + (r/s)^2)^(-a/2) up to the cut, where its integral is 1."""
    total = 2 * math.pi * size**2 / (tail - 2) * (1 - (1 + (cut / size) ** 2) ** (1 - tail / 2))
    return np.where(r <= cut, (1 + (r / size) ** 2) ** (-tail / 2), 0) / total


def point_spread(r_px: Array, family: str, size: float, warmth: float, channel: str, diagonal_px: float) -> Array:
    """Density per px^2 of the scattered light at distances of a point."""
    numbers = TABLE[family]
    core, halo, bloom = (each / 100 * size / 100 * diagonal_px for each in numbers.sizes)
    lean = CHANNELS[channel] * warmth * numbers.warmth
    inner = (exponential(r_px, core / 1.5) + exponential(r_px, core * 1.5)) / 2
    middle = (
        (1 - lean) * exponential(r_px, halo / 2) + exponential(r_px, halo) + (1 + lean) * exponential(r_px, halo * 2)
    ) / 3
    outer = power_tail(r_px, bloom, numbers.tail, diagonal_px)
    return numbers.shares[0] * inner + numbers.shares[1] * middle + numbers.shares[2] * outer


def over_pixels(x: Array, family: str, size: float, warmth: float, channel: str, shape: tuple[int, int]) -> Array:
    """Share of the scattered light that pixels receive at offsets x in the row of a point light.

    The point lies in the middle of pixel (height // 2, width // 2) of a picture of `shape`; borders are half-sample
    symmetric, so it has images behind them.
    """
    height, width = shape
    diagonal = math.hypot(height, width)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    total = np.zeros(x.shape)
    for image_y in _images(height):
        for image_x in _images(width):
            far = math.hypot(image_x, image_y) > 2 * diagonal
            for dx, wx in zip(nodes / 2, weights / 2, strict=True):
                for dy, wy in () if far else zip(nodes / 2, weights / 2, strict=True):
                    r = np.hypot(x + dx - image_x, dy - image_y)
                    total += wx * wy * point_spread(r, family, size, warmth, channel, diagonal)
    return total


def _images(length: int) -> list[int]:
    """Offsets of the images of pixel length // 2 along one axis, itself among them."""
    at = length // 2
    mirrored = 2 * length - 1 - at
    return sorted(
        place + 2 * length * step - at
        for step in range(-MOST_REFLECTIONS, MOST_REFLECTIONS + 1)
        for place in (at, mirrored)
    )


def transfer(cycles: float, family: str, size: float, warmth: float, channel: str) -> float:
    """Of the scattered light at a frequency in cycles a diagonal: the Hankel transform of the model."""
    numbers = TABLE[family]
    k = 2 * math.pi * cycles
    core, halo, bloom = (each / 100 * size / 100 for each in numbers.sizes)
    lean = CHANNELS[channel] * warmth * numbers.warmth

    def closed(s: float) -> float:
        return (1 + (k * s) ** 2) ** -1.5

    inner = (closed(core / 1.5) + closed(core * 1.5)) / 2
    middle = ((1 - lean) * closed(halo / 2) + closed(halo) + (1 + lean) * closed(halo * 2)) / 3
    r = np.geomspace(1e-6, 1, 200_001)
    values = power_tail(r, bloom, numbers.tail, 1.0) * special.j0(k * r) * 2 * math.pi * r
    outer = float(integrate.trapezoid(values, r))
    return numbers.shares[0] * inner + numbers.shares[1] * middle + numbers.shares[2] * outer

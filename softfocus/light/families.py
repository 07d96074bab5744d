"""Diffusion filters of four families as point spread functions: a model in closed form, and the Gaussians that draw it.

Lengths are percent of the picture's diagonal, 43.3 mm of full frame. The numbers are estimates from pictures
(spektrafilm, `model/diffusion.py`); no laboratory has published such filters' point spread. The model is written out in
docs/methods.md. Both of its forms are mixtures of Gaussians with a known density of widths:

    exp(-r/s): s^2/(2 sigma^2) is inverse gamma (Andrews and Mallows 1974); energy by u = sigma^2/(2 s^2): Gamma(3/2)
    (1 + (r/s)^2)^(-a/2): u = s^2/(2 sigma^2) is Gamma(a/2) in amplitude, as of Student's t

so the weight of a Gaussian is that density at its width: the trapezoidal rule in log sigma, no fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..settings import BLOOM
from .scatter import PointSpread, Weight

GRADES = (0.125, 0.25, 0.5, 1.0, 2.0)  # the makers' 1/8, 1/4, 1/2, 1, 2
SHARES = (0.10, 0.20, 0.35, 0.55, 0.75)  # of the light that they scatter, times the family's gain
CORE_SIZES, HALO_SIZES = (1 / 1.5, 1.5), (0.5, 1.0, 2.0)  # of a group's exponentials, as shares of its size
CUT = 100.0  # percent of the diagonal: bloom's tail ends there

WIDEST, STEP, COUNT = 66.0, 2**0.8, 19  # sigmas of the Gaussians: the widest in percent, the ratio of two, how many
SIGMAS = tuple(WIDEST / STEP**step for step in reversed(range(COUNT)))
NARROWEST_PX = 0.7  # of a sigma: what is narrower stays in its pixel
PIXEL_VARIANCE = 1 / 12  # px^2 of a pixel's own area, over which the light that arrives is summed


@dataclass(frozen=True)
class FilterFamily:
    """One make of filters; lengths in percent of the diagonal, shares of the scattered light sum to 1.

    Attributes:
        gain: of the share of light that a grade scatters.
        core, halo, bloom: sizes of the three groups.
        tail: power of the distance by which bloom falls off.
        core_share, halo_share, bloom_share: of the scattered light.
        warmth: how much redder the halo's outer and bluer its inner light is, 0..1.
    """

    gain: float
    core: float
    halo: float
    bloom: float
    tail: float
    core_share: float
    halo_share: float
    bloom_share: float
    warmth: float


FAMILIES = {
    "glimmer": FilterFamily(0.65, 0.023, 0.12, 0.60, 3.2, 0.60, 0.30, 0.10, 0.0),
    "black mist": FilterFamily(0.75, 0.037, 0.22, 0.88, 3.5, 0.40, 0.47, 0.13, 0.65),
    "white mist": FilterFamily(1.05, 0.032, 0.35, 1.5, 2.9, 0.28, 0.42, 0.30, 0.40),
    "cine bloom": FilterFamily(1.0, 0.046, 0.46, 2.3, 2.5, 0.22, 0.30, 0.48, 0.85),
}


def scattered_share(family: str, grade: float) -> float:
    """Share of the light that a filter scatters: linear in log2 of the grade, and in the grade itself below 1/8."""
    step = math.log2(max(grade, GRADES[0]) / GRADES[0])
    low = min(int(step), len(GRADES) - 2)
    share = SHARES[low] + (step - low) * (SHARES[low + 1] - SHARES[low])
    return FAMILIES[family].gain * share * min(1.0, grade / GRADES[0])


def film_strength(grade: float, halation: float) -> float:
    """How much light a film behind a filter gives back: as in Luminance Bloom at its default intensity; as the share of
    scattered light, it fades with grades below 1/8."""
    return BLOOM.intensity * halation * min(1.0, grade / GRADES[0])


def filter_sigmas_px(diagonal_px: float) -> tuple[float, ...]:
    """Of the Gaussians that all families and sizes share in a picture, ascending; each summed over a pixel's area."""
    lengths = [sigma * diagonal_px / 100 for sigma in SIGMAS]
    wide = [length for length in lengths if length >= NARROWEST_PX] or lengths[-1:]  # a picture may be a pixel or two
    return tuple(math.sqrt(length**2 + PIXEL_VARIANCE) for length in wide)


def filter_spread(family: str, size: float, warmth: float, diagonal_px: float) -> PointSpread:
    """Where the scattered light of one pixel goes.

    Args:
        family: of FAMILIES.
        size: percent of the real filter's spread, above 0.
        warmth: share of the real filter's warmth, 0..1.
        diagonal_px: of the picture.
    """
    sigmas_px = filter_sigmas_px(diagonal_px)
    first = COUNT - len(sigmas_px)
    red, green, blue = (_channel_weights(FAMILIES[family], size / 100, slope * warmth) for slope in (1.0, 0.0, -1.0))
    moving = [sum(channel[first:]) for channel in (red, green, blue)]
    weights = [
        _weight([each / total for each, total in zip(channels, moving, strict=True)])
        for channels in list(zip(red, green, blue, strict=True))[first:]
    ]
    return PointSpread(sigmas_px, tuple(weights), _weight([1 - total for total in moving]))


def _weight(channels: list[float]) -> Weight:
    red, green, blue = channels
    return red if red == green == blue else (red, green, blue)


def _channel_weights(family: FilterFamily, size: float, warmth: float) -> list[float]:
    """Energy of each Gaussian, sum 1."""
    slope = warmth * family.warmth
    weights = []
    for sigma in SIGMAS:
        core = _mean([_exponential(sigma, size * family.core * share) for share in CORE_SIZES], [1.0, 1.0])
        halo = _mean(
            [_exponential(sigma, size * family.halo * share) for share in HALO_SIZES], [1 - slope, 1.0, 1 + slope]
        )
        bloom = _power_tail(sigma, size * family.bloom, family.tail)
        weights.append(family.core_share * core + family.halo_share * halo + family.bloom_share * bloom)
    return [each / sum(weights) for each in weights]


def _mean(values: list[float], weights: list[float]) -> float:
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)


def _exponential(sigma: float, size: float) -> float:
    """Energy at one sigma of exp(-r/size) / (2 pi size^2)."""
    u = sigma**2 / (2 * size**2)
    return 2 * math.log(STEP) * u**1.5 * math.exp(-u) / math.gamma(1.5)


def _power_tail(sigma: float, size: float, tail: float) -> float:
    """Energy at one sigma of (1 + (r/size)^2)^(-tail/2), cut and normalized at CUT."""
    u = size**2 / (2 * sigma**2)
    within = 1 - (1 + (CUT / size) ** 2) ** (1 - tail / 2)
    return 2 * math.log(STEP) * u ** (tail / 2 - 1) * math.exp(-u) / (math.gamma(tail / 2 - 1) * within)

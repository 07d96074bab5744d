"""Detail as the energy of one band of a picture's luma, without its noise.

The band is a difference of Gaussians between 0.15 % and 0.6 % of the diagonal, or of five widths of a face that is
known: eyelashes and lip lines in a portrait, and the range that the pack blurs and restores. White noise is estimated
from the picture itself (`filters.noise_level`), and what it would put into the band is taken off the energy.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..lengths import DIAGONAL, Lengths
from ..measured import Measured
from ..regions import mean_square

FINE, MIDDLE, COARSE = 0.0015, 0.006, 0.024  # of `Lengths`: edges of the detail band and of the next one
CYCLES = 7, 23  # a face width, where FINE and MIDDLE are shares of five: half of the power that the band passes at most
INVISIBLE = (0.1 / 255) ** 2  # band energy that nobody can see; keeps ratios of flat regions at 1


def smoothed(luma: Tensor, lengths: Lengths = DIAGONAL) -> tuple[Tensor, Tensor, Tensor]:
    """[1, 1, H, W] luma under Gaussians of FINE, MIDDLE and COARSE; their differences are bands."""
    return lengths.blur(luma, FINE), lengths.blur(luma, MIDDLE), lengths.blur(luma, COARSE)


def detail_energy(picture: Measured, weight: Tensor | None, lengths: Lengths = DIAGONAL) -> float:
    """`clean_energy` of the detail band of a picture."""
    band = lengths.blur(picture.luma, FINE) - lengths.blur(picture.luma, MIDDLE)
    return clean_energy(band, picture.noise_in(weight), weight, FINE, MIDDLE, lengths)


def clean_energy(
    band: Tensor, noise: float, weight: Tensor | None, fine: float, coarse: float, lengths: Lengths = DIAGONAL
) -> float:
    """Mean square of a band under a weight, less that of the noise, plus INVISIBLE.

    Args:
        band: [1, 1, H, W], the difference of two Gaussians of luma.
        noise: standard deviation of luma's white noise under the weight.
        weight: [1, 1, H, W], or None: everywhere.
        fine, coarse: sigmas of the two Gaussians as shares of `lengths`, fine < coarse.
        lengths: those of the band.
    """
    passed = noise**2 * lengths.mean(lambda reach: noise_gain(fine * reach, coarse * reach), weight, band)
    return max(mean_square(band, weight) - passed, 0.0) + INVISIBLE


def noise_gain(fine_px: float, coarse_px: float) -> float:
    """Share of white noise variance that passes the difference of two sampled Gaussians (sigmas in pixels)."""
    reach = math.ceil(4.5 * coarse_px) + 1
    squares = torch.arange(-reach, reach + 1, dtype=torch.float64).square()
    fine, coarse = (torch.softmax(-squares / (2 * sigma**2), 0) for sigma in (fine_px, coarse_px))

    def overlap(first: Tensor, second: Tensor) -> float:
        return float((first * second).sum()) ** 2  # squared: the same kernel runs along both axes

    return overlap(fine, fine) + overlap(coarse, coarse) - 2 * overlap(fine, coarse)


def decibels(ratio: float) -> float:
    """Ratio of two energies in dB."""
    return 10 * math.log10(ratio)

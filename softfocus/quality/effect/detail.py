"""Detail as the energy of one band of a picture's luma, without its noise.

The band is a difference of Gaussians between 0.15 % and 0.6 % of the diagonal: eyelashes and lip
lines in a portrait, and the range that the pack blurs and restores. White noise is estimated from
the picture itself, and what it would put into the band is taken off the energy.

Source of the noise estimate: J. Immerkaer, "Fast noise variance estimation", CVIU 64 (1996), with a
median in place of the mean, so that edges do not count as noise.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import pad

from ...filters.gaussian import gaussian_blur
from ...units import diagonal
from ..regions import weighted_mean

FINE, MIDDLE, COARSE = 0.0015, 0.006, 0.024  # of the diagonal: edges of the detail band and of the next one
INVISIBLE = (0.1 / 255) ** 2  # band energy that nobody can see; keeps ratios of flat regions at 1


def band(luma: Tensor, fine: float, coarse: float) -> Tensor:
    """Difference of two Gaussians of [1, 1, H, W] luma; fine < coarse are shares of the diagonal."""
    reach = diagonal(luma)
    return gaussian_blur(luma, fine * reach) - gaussian_blur(luma, coarse * reach)


def detail_energy(luma: Tensor, weight: Tensor | None, fine: float = FINE, coarse: float = MIDDLE) -> float:
    """Mean square of a band of [1, 1, H, W] luma under a weight, less that of the noise, plus INVISIBLE."""
    return clean_energy(band(luma, fine, coarse), luma, weight, fine, coarse)


def clean_energy(plane: Tensor, luma: Tensor, weight: Tensor | None, fine: float, coarse: float) -> float:
    """The same of a band that is there already: `plane` is `band(luma, fine, coarse)`."""
    reach = diagonal(luma)
    noise = noise_variance(luma, weight) * noise_gain(fine * reach, coarse * reach)
    return max(weighted_mean(plane.square(), weight) - noise, 0.0) + INVISIBLE


def noise_variance(luma: Tensor, weight: Tensor | None) -> float:
    """Variance of white noise in [1, 1, H, W] luma, where the weight is at least half its maximum."""
    rows = pad(luma, (1, 1, 1, 1), mode="replicate")
    rows = rows[..., :-2] - 2 * rows[..., 1:-1] + rows[..., 2:]
    response = (rows[..., :-2, :] - 2 * rows[..., 1:-1, :] + rows[..., 2:, :]).abs() / 6
    values = response if weight is None else response[weight >= 0.5 * weight.max()]
    return (float(torch.median(values)) / 0.6745) ** 2  # 0.6745: median of |x| for a unit Gaussian


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

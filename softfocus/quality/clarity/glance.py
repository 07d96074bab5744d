"""What people go by when they say how good a picture looks, as far as a few numbers tell it.

All are measured at one size, that of a picture on a page: a large picture is not called soft for what only its single
pixels lack. The measures were chosen, and their targets in `report.score` fitted, on opinions of many people about
photographs of all kinds (`benchmarks.opinion` says which, and how well they agree), and so that the score falls with
every distortion of a picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, pad

from ...filters.gaussian import gaussian_blur
from ...filters.sample import sample
from ...units import diagonal
from ..measured import Measured
from ..regions import weighted_mean

DIAGONAL = 724.0  # px that a larger picture is brought to: 512 x 512
SMOOTHED = 0.5  # sigma on the way, in samples of the smaller picture
BLOCK = 32
SHARP, DARK = 0.9, 0.25  # quantiles of the blocks
INVISIBLE = 1e-6  # mean squared step that nobody sees: of a quarter of a level
FAINT = 1e-5  # power of differences that rounding to 8 bits would make unlike
BLACK = 0.02  # a flat block below it is no part of the picture: a backdrop, or space
LEAST = 1e-3  # contrast, and noise, below which nothing is told
AROUND = 7 / 6  # sigma of the neighbourhood of a pixel


@dataclass(frozen=True)
class Glance:
    """Of a whole picture, as far as it is seen.

    Attributes:
        detail_db: mean squared step from pixel to pixel, as they differ from their surroundings, in the block that is
            sharper than nine of ten; across or down, whichever is less. In dB over INVISIBLE: 23 to 37 in good
            photographs, 0 in a flat picture.
        dark_quarter: luma that a quarter of the blocks do not reach, in percent of white.
        burnt_root: square root of the percentage of burnt pixels: 0 (none) to 10.
        likeness: correlation of neighbouring pixels, as they differ from their surroundings: 0.41 to 0.66 in good
            photographs, less with noise, more with blur; 1 without any contrast.
        signal_db: median local contrast over noise, in dB.
    """

    detail_db: float
    dark_quarter: float
    burnt_root: float
    likeness: float
    signal_db: float


def measure_glance(picture: Measured, burnt_percent: float) -> Glance:
    """Measure one picture, whose burnt pixels are known."""
    luma = _at_one_size(picture.luma)
    seen = None if picture.regions.seen is None else _at_one_size(picture.regions.seen)
    mean = gaussian_blur(luma, AROUND)
    contrast = (gaussian_blur(luma.square(), AROUND) - mean.square()).clamp_min_(0).sqrt_()
    fine = luma - mean
    across, down, brightness = _shown_blocks(luma, fine, seen)
    detail = min(float(torch.quantile(each, SHARP)) for each in (across, down))
    return Glance(
        detail_db=10 * math.log10(1 + detail / INVISIBLE),
        dark_quarter=100 * float(torch.quantile(brightness, DARK)),
        burnt_root=math.sqrt(burnt_percent),
        likeness=_likeness(fine, seen),
        signal_db=20 * math.log10((float(contrast.median()) + LEAST) / (picture.noise + LEAST)),
    )


def _at_one_size(plane: Tensor) -> Tensor:
    step = diagonal(plane) / DIAGONAL
    if step <= 1:
        return plane
    height, width = (max(1, round(side / step)) for side in plane.shape[-2:])
    sigmas = SMOOTHED * plane.shape[-2] / height, SMOOTHED * plane.shape[-1] / width
    return sample(plane, (height, width), sigmas, planes=True).clamp_(0, 1)


def _shown_blocks(luma: Tensor, fine: Tensor, seen: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
    """Mean squared steps of what is fine, across and down, and mean luma: of blocks that show something, or of all."""
    size = [min(BLOCK, side) for side in luma.shape[-2:]]
    wider, taller = pad(fine, (0, 1, 0, 0), mode="replicate"), pad(fine, (0, 0, 0, 1), mode="replicate")
    planes = (wider[..., 1:] - fine).square_(), (taller[..., 1:, :] - fine).square_(), luma
    blocks = torch.stack([avg_pool2d(plane, size).flatten() for plane in planes])
    if seen is not None:
        share = avg_pool2d(seen, size).flatten()
        blocks = blocks[:, share >= min(0.5, float(share.max()))]
    shown = (blocks[0] + blocks[1] > INVISIBLE) | (blocks[2] > BLACK)
    across, down, brightness = blocks[:, shown] if shown.any() else blocks
    return across, down, brightness


def _likeness(values: Tensor, seen: Tensor | None) -> float:
    """Of neighbours along both axes."""
    if min(values.shape[-2:]) < 2:
        return 1.0
    power = weighted_mean(values.square(), seen)
    right, below = values[..., 1:] * values[..., :-1], values[..., 1:, :] * values[..., :-1, :]
    first, second = (None, None) if seen is None else (seen[..., 1:], seen[..., 1:, :])
    product = (weighted_mean(right, first) + weighted_mean(below, second)) / 2
    return (product + FAINT) / (power + FAINT)

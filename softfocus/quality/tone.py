"""What an effect does besides detail: light, colour and faults, as numbers for one picture.

All pictures are [1, 3, H, W] sRGB in 0..1 and all planes [1, 1, H, W]; every length is a share of
the diagonal. `luma` is Y' of the sRGB values.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..color import luminance, srgb_to_linear
from ..gaussian import gaussian_blur
from ..local_range import local_maximum
from ..units import diagonal
from .regions import weighted_mean

LOW_PASS = 0.01  # sigma of what counts as light rather than detail
HIGHLIGHTS = 0.98  # quantile of luminance from which on a pixel is a highlight
GLOW_REACH = 0.025  # how far around the highlights the glow is measured
FLARE = 0.01  # linear light added on both sides of the glow gain, so that black surroundings stay finite
HALO_WINDOW = 0.01  # radius of the reference's local range; a smaller one takes blur across an edge for overshoot
HALF_CODE = 0.5 / 255


def low_pass(picture: Tensor) -> Tensor:
    """The light of a picture of any channel count, without its detail."""
    return gaussian_blur(picture, LOW_PASS * diagonal(picture))


def glow_stops(picture: Tensor, light: Tensor) -> float:
    """Gain of light next to the reference's highlights over that of the whole picture, in stops.

    A change of exposure is no glow, so the gain of the whole picture is taken off. 0.0 where there
    is nothing next to the highlights.

    Args:
        light: linear luminance of the reference.
    """
    reach = diagonal(light)
    bright = (light >= quantile(light, HIGHLIGHTS)).to(light.dtype)
    beside = gaussian_blur(bright, GLOW_REACH * reach) * (gaussian_blur(bright, GLOW_REACH / 4 * reach) < 0.05)
    if float(beside.max()) <= 0:
        return 0.0
    lit = luminance(srgb_to_linear(picture))

    def gain(weight: Tensor | None) -> float:
        return (weighted_mean(lit, weight) + FLARE) / (weighted_mean(light, weight) + FLARE)

    return math.log2(gain(beside) / gain(None))


def halo(luma: Tensor, reference: Tensor, shift: Tensor, weight: Tensor | None) -> tuple[float, float]:
    """Overshoot of luma beyond the reference's local range, after taking off the change of light.

    Args:
        luma, reference: planes of the picture and of what it was made from.
        shift: low-passed luma less that of the reference.
        weight: where to look (None: everywhere).

    Returns:
        Mean and 99.9th percentile, in code values (/255).
    """
    radius = max(1, round(HALO_WINDOW * diagonal(luma)))
    levelled = luma - shift
    over = torch.relu(levelled - local_maximum(reference, radius)) + torch.relu(
        -levelled - local_maximum(-reference, radius)
    )
    values = over if weight is None else over[weight > 0]
    return 255 * float(values.mean()), 255 * quantile(values, 0.999)


def clipped_percent(picture: Tensor, reference: Tensor | None) -> float:
    """Percentage of pixels with a channel at the end of the range, less the reference's.

    White and black are counted apart and only increases count, so that blurring away black pixels
    does not make up for burnt highlights. Values beyond the range count as clipped.
    """

    def shares(rgb: Tensor) -> tuple[float, float]:
        white = rgb.amax(1) >= 1 - HALF_CODE
        black = rgb.amin(1) <= HALF_CODE
        return float(white.float().mean()), float(black.float().mean())

    if reference is None:
        either = (picture.amax(1) >= 1 - HALF_CODE) | (picture.amin(1) <= HALF_CODE)
        return 100 * float(either.float().mean())
    return 100 * sum(max(0.0, now - before) for now, before in zip(shares(picture), shares(reference), strict=True))


def colour_drift(picture: Tensor, reference: Tensor, weight: Tensor | None) -> float | None:
    """Mean distance of the low-passed colours in the a*b* plane of CIELAB (lightness left out).

    Returns:
        CIE76 units, about 2 being just noticeable, or None on a machine without kornia.
    """
    try:
        from kornia.color import rgb_to_lab
    except ImportError:
        return None
    drift = rgb_to_lab(low_pass(picture).clamp(0, 1)) - rgb_to_lab(low_pass(reference).clamp(0, 1))
    return weighted_mean(drift[:, 1:].square().sum(1, keepdim=True).sqrt(), weight)


def quantile(values: Tensor, share: float) -> float:
    """The value that `share` (0..1) of a tensor's elements do not exceed; any shape and size, not empty."""
    rank = max(1, math.ceil(share * values.numel()))
    return float(values.flatten().cpu().kthvalue(rank).values)

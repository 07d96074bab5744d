"""Feature-gated detail: bring the bands of fine detail back to a source's level, or sharpen beyond it.

    out = image + mask * amount * sum over bands k:  gain_k * (D_k(source) - D_k(image))

D_k are differences of smoothed luma (Burt and Adelson 1983) up to a base that is never touched.
Without a source the bands of the image itself are added: plain sharpening.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .color import luminance
from .gaussian import gaussian_blur, gaussian_mixture
from .local_range import local_maximum, local_minimum
from .structure import edge_contrast

BAND_LIMITS = (1.0, 2.0)  # Gaussian scales between the bands, in units of the radius
BASE_SCALE = 7.0  # of the base; at radius 0.15 % all detail finer than about 0.6 % of the diagonal is above it
GAIN_SCALES = (1.0, 2.0, 4.0)  # scale at which each band looks for structure, in units of the radius
RANGE_WINDOW = 2.0  # half width of the local range, in units of the radius: about an edge's width


@dataclass(frozen=True)
class Sharpened:
    """image [B, 3, H, W] sRGB; gain [B, 1, H, W] in 0..1; features [B, 3, H, W], gain of each band, fine to coarse."""

    image: Tensor
    gain: Tensor
    features: Tensor


def feature_sharpen(
    image: Tensor,
    *,
    amount: float,
    radius_px: float,
    floor: float = 0.0,
    noise_threshold: float = 0.01,
    halo_limit: float = 0.01,
    source: Tensor | None = None,
    mask: Tensor | None = None,
) -> Sharpened:
    """Return or add detail where there is structure.

    Args:
        image: [B, 3, H, W] sRGB, any range.
        amount: 0 returns the input itself; 1 with a source restores its detail, above 1 exceeds it.
        radius_px: scale of the finest band, in pixels, > 0.
        floor: gain where there is no structure, 0..1.
        noise_threshold: edge contrast (in luma) at which the gain is half way up.
        halo_limit: how far (in luma) detail may pass the source's local minimum and maximum.
        source: [B, 3, H, W] sRGB picture whose detail is wanted.
        mask: [B, 1, H, W] in 0..1; 0 leaves the pixel bit for bit.

    Returns:
        Sharpened. Only luma detail changes, equally in all channels; no channel is pushed out of
        0..1 that was inside. Borders as in `gaussian_blur`.
    """
    reference = luminance(image if source is None else source)
    gains = _gains(reference, radius_px, floor, noise_threshold)
    gain = gains.mean(1, keepdim=True)
    if amount == 0:
        return Sharpened(image, gain, gains)
    levels, own_levels = _levels(reference, radius_px), _levels(luminance(image), radius_px)
    wanted = _bands(levels) if source is None else _bands(levels) - _bands(own_levels)
    change = amount * (gains * wanted).sum(1, keepdim=True)
    change = limit_overshoot(change, own_levels, levels, radius_px, halo_limit)
    if mask is not None:
        change = change * mask
    lowest, highest = image.clamp_max(0), image.clamp_min(1)
    return Sharpened(torch.clamp(image + change, lowest, highest), gain, gains)


def limit_overshoot(
    change: Tensor, own_levels: list[Tensor], levels: list[Tensor], radius_px: float, halo_limit: float
) -> Tensor:
    """Shorten `change` so that the detail stays in the local range of the reference's detail.

    Detail is luma minus its base, so the range moves with the image's own brightness.
    """
    reach = max(1, round(RANGE_WINDOW * radius_px))
    low = local_minimum(levels[0], reach) - levels[-1] - halo_limit
    high = local_maximum(levels[0], reach) - levels[-1] + halo_limit
    detail = own_levels[0] - own_levels[-1]
    return torch.clamp(change, (low - detail).clamp_max(0), (high - detail).clamp_min(0))


def _levels(luma: Tensor, radius_px: float) -> list[Tensor]:
    """Luma, its smoothings at the band limits, and the base, each [B, 1, H, W].

    The base is a Gaussian with twicing (Tukey 1977): 2 G - G G. It keeps low frequencies much more
    exactly than G does, so that restored detail does not shift the face's tones.
    """
    base = BASE_SCALE * radius_px
    smoothed = [gaussian_blur(luma, limit * radius_px) for limit in BAND_LIMITS]
    return [luma, *smoothed, gaussian_mixture(luma, [base, math.sqrt(2) * base], [2.0, -1.0])]


def _bands(levels: list[Tensor]) -> Tensor:
    """[B, 3, H, W]: differences of neighbouring levels, fine to coarse."""
    return torch.cat([fine - coarse for fine, coarse in zip(levels[:-1], levels[1:], strict=True)], 1)


def _gains(reference: Tensor, radius_px: float, floor: float, noise_threshold: float) -> Tensor:
    """[B, 3, H, W]: per band near 1 where edge contrast is well above the threshold (Wiener-like), else `floor`."""
    scales = [scale * radius_px for scale in GAIN_SCALES]
    contrast = torch.cat([edge_contrast(gaussian_blur(reference, scale), scale) for scale in scales], 1)
    energy = contrast**2
    return floor + (1 - floor) * energy / (energy + noise_threshold**2 + 1e-12)

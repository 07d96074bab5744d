"""Gaussian blur around a protected region, without the region's light leaking into the blur."""

from __future__ import annotations

import torch
from torch import Tensor

from .color import linear_to_srgb, srgb_to_linear
from .gaussian import gaussian_blur

TINY_WEIGHT = 1e-6  # below this there is nothing to average, and the pixel keeps its own value


def selective_gaussian_blur(
    image: Tensor,
    sigma_px: float,
    *,
    protect: Tensor | None = None,
    alpha: Tensor | None = None,
    linear_light: bool = True,
) -> Tensor:
    """Blur the picture outside `protect`.

    Averages are normalised convolutions (Knutsson and Westin, 1993) with weights
    (1 - protect) * alpha: protected and transparent pixels give nothing to their surroundings.

    Args:
        image: [B, 3, H, W] sRGB, any range.
        sigma_px: standard deviation in pixels; 0 returns the input itself.
        protect: [B, 1, H, W] in 0..1; 1 keeps the pixel bit for bit.
        alpha: [B, 1, H, W] in 0..1; itself never blurred.
        linear_light: average light rather than sRGB values, as a lens does.

    Returns:
        [B, 3, H, W] sRGB. Borders as in `gaussian_blur`.
    """
    if sigma_px == 0:
        return image
    light = srgb_to_linear(image) if linear_light else image
    blurred = weighted_blur(light, sigma_px, _product(None if protect is None else 1 - protect, alpha))
    soft = linear_to_srgb(blurred) if linear_light else blurred
    return soft if protect is None else torch.lerp(soft, image, protect)


def weighted_blur(values: Tensor, sigma_px: float, weight: Tensor | None) -> Tensor:
    """Normalised convolution G * (values weight) / G * weight; the value itself where no weight is near."""
    if weight is None:
        return gaussian_blur(values, sigma_px)
    channels = values.shape[1]
    sums = gaussian_blur(torch.cat([values * weight, weight], 1), sigma_px)
    total = sums[:, channels:]
    return torch.where(total > TINY_WEIGHT, sums[:, :channels] / total.clamp_min(TINY_WEIGHT), values)


def _product(first: Tensor | None, second: Tensor | None) -> Tensor | None:
    if first is None or second is None:
        return second if first is None else first
    return first * second

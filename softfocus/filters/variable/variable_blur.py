"""Gaussian blur whose sigma differs from pixel to pixel, mixed from a few blurs of the whole.

A pixel mixes the (up to four) levels of a scale space around its own sigma. Cost: one blur per level, over the box of
the pixels that use it, and four levels read per pixel. On a CPU all of that is done in bands of rows: beside the sums
and the result, memory holds four levels of one band.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from ...checkpoint import checkpoint
from ...checks import check_image, fitted, fitted_if_given
from ...device_path import on_device
from ..gaussian import gaussian_blur
from ..near_faces import bounds
from .blurred_rows import BlurredRows
from .level_bands import mix_band
from .level_mixing import at_widest, level_sigmas
from .level_planes import mix_planes

BAND = 1 << 19  # pixels of a band of rows ...
BAND_ROWS = 128  # ... and rows at least: narrow levels are blurred with a halo around it


def variable_blur(values: Tensor, sigma_px: Tensor, weight: Tensor | None) -> Tensor:
    """Normalised convolution with a Gaussian of its own sigma at every output pixel.

    out(p) = sum_q G(p - q; sigma(p)) weight(q) values(q) / sum_q G(p - q; sigma(p)) weight(q)
    (normalised convolution: Knutsson and Westin, 1993)

    Args:
        values: [B, C, H, W] float32, any values, averaged as they are.
        sigma_px: [B, 1, H, W] standard deviations in pixels, finite, >= 0; 0 keeps the pixel bit for bit.
        weight: [B, 1, H, W], >= 0, or None for equal weights. Where no weight is near, the value itself.

    Returns:
        [B, C, H, W]. Borders are half-sample symmetric. Where sigma is the largest of its frame, the
        result is that of `gaussian_blur`; elsewhere it never leaves the values' range, and on
        photographs 99.9 % of it lies within 1/255 of the sum above. Frames are independent.

    Raises:
        ValueError: sigma_px or weight is not [B, 1, H, W] of the size of values.
    """
    check_image(values, "values", channels=None)
    sigma_px, weight = fitted(sigma_px, values, "sigma_px"), fitted_if_given(weight, values, "weight")
    if values.numel() == 0:
        return values
    weights = [None] * len(values) if weight is None else list(weight)
    frames = [_frame(*each) for each in zip(values, sigma_px, weights, strict=True)]
    return torch.stack(frames) if len(frames) > 1 else frames[0][None]


def _frame(values: Tensor, sigma_px: Tensor, weight: Tensor | None) -> Tensor:
    """`variable_blur` of one frame: values [C, H, W], sigma and weight [1, H, W]."""
    widest = float(sigma_px.amax())
    if widest == 0:
        return values
    values = values.contiguous()
    source = (values if weight is None else _weighted(values, weight))[None]
    sigmas = level_sigmas(widest)
    if on_device(values):
        is_widest = sigma_px == widest
        out = at_widest(values[None], gaussian_blur(source, widest), is_widest[None])
        partial = (sigma_px > 0) ^ is_widest
        if (window := bounds(partial[0])) is not None:
            mix_planes(out, source, weight is not None, sigma_px[None], partial[None], sigmas, window)
        return out[0]
    out = torch.empty_like(values)
    level = cache(lambda index: BlurredRows(source, sigmas[index]))
    height, width = out.shape[-2:]
    rows = max(BAND_ROWS, BAND // width)
    for band in (slice(top, min(top + rows, height)) for top in range(0, height, rows)):
        checkpoint()
        mix_band(out[:, band], values[:, band], weight is not None, sigma_px[0, band], sigmas, level, band.start)
    return out


def _weighted(values: Tensor, weight: Tensor) -> Tensor:
    """The values times their weight, and the weight as one channel more."""
    source = torch.cat([values, weight])
    source[:-1] *= weight
    return source

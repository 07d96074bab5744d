"""Smoothed pictures on grids just fine enough for them, half-sample aligned with the edges."""

from __future__ import annotations

import math

from torch import Tensor

from .gaussian import UP_SIGMA, gaussian_blur
from .sample import sample

SAMPLES = 2.5  # a sigma: fewer are quicker, and change a sharpened picture by more than 1/255 at places
WORTH = 0.75  # of the samples; a grid that is hardly smaller costs more than the plain blur

Size = tuple[int, int]


def reduce(image: Tensor, full: Size, wanted_px: float, had_px: float = 0.0) -> Tensor:
    """Bring a picture with blur `had_px` to blur `wanted_px`, on the grid that needs.

    Args:
        image: [B, C, h, w], on a grid over a picture of size `full`.
        full: (H, W) of that picture, whose pixels are the unit of both sigmas.
        wanted_px: more than had_px; variances add.

    Returns:
        [B, C, h', w'] with h' <= h and w' <= w. Borders as in `gaussian_blur`.
    """
    sigma = math.sqrt(wanted_px**2 - had_px**2)
    sizes = [_grid_size(side, has, wanted_px) for side, has in zip(full, image.shape[-2:], strict=True)]
    if tuple(image.shape[-2:]) == full == tuple(sizes):
        return gaussian_blur(image, sigma)
    sigmas = [sigma * side / whole for side, whole in zip(image.shape[-2:], full, strict=True)]
    return sample(image, (sizes[0], sizes[1]), (sigmas[0], sigmas[1]))


def enlarge(small: Tensor, full: Size) -> Tensor:
    """Bring a grid back to [B, C, H, W]; this blurs by `enlarging_px`, and keeps constants and ranges."""
    up_y, up_x = (0.0 if has == side else UP_SIGMA for has, side in zip(small.shape[-2:], full, strict=True))
    return sample(small, full, (up_y, up_x), planes=True)


def enlarging_px(small: Tensor, full: Size) -> float:
    """Sigma in pixels of the blur that `enlarge` adds."""
    return UP_SIGMA * full[1] / small.shape[-1] if tuple(small.shape[-2:]) != full else 0.0


def _grid_size(side: int, has: int, sigma_px: float) -> int:
    needed = side * SAMPLES / sigma_px  # rounded later, so that both axes of a picture change their grid together
    return has if needed > WORTH * has else max(1, math.ceil(needed))

"""The base of a change that a mask lets through: with it taken off, the change has no local mean, whatever the mask."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..filters.coarse_grid import Size, enlarge, enlarging_px, reduce
from ..filters.gaussian import gaussian_blur

BASE_SCALE = 11.5  # in units of the radius: 8.6 % of the face's width at the default radius
GRID_SCALE = 4.0  # scale whose grid it is made on, in units of the radius
ROUNDS = 3
TINY_WEIGHT = 1e-4  # of the mask around: less lets nothing through


def masked_base(wanted: Tensor, mask: Tensor, radius_px: float) -> Tensor:
    """The local mean of a change as the mask weighs it, such that G (mask (wanted - base)) is nearly 0.

    A normalised convolution (Knutsson and Westin 1993) of what is left, three times over: b <- b + G (m (d - b)) / G m,
    as in iterated twicing (Tukey 1977). A base made before the mask is laid on leaves the masked change a mean wherever
    the mask is narrower than the base: at the eyes of a small face their tones would return with their detail.

    Args:
        wanted: [B, 1, H, W].
        mask: [B, 1, H, W] in 0..1.
        radius_px: > 0.

    Returns:
        [B, 1, H, W]. Borders as in `gaussian_blur`.
    """
    full: Size = (wanted.shape[-2], wanted.shape[-1])
    had, base_px = GRID_SCALE * radius_px, BASE_SCALE * radius_px
    weight, weighted = reduce(torch.cat([mask, mask * wanted], 1), full, had).split(1, 1)
    step = full[1] / weight.shape[-1]
    sigma = math.sqrt(base_px**2 - had**2 - enlarging_px(weight, full) ** 2) / step
    around = gaussian_blur(weight, sigma).clamp_min(TINY_WEIGHT)
    base = torch.zeros_like(weight)
    for _ in range(ROUNDS):
        base = base + gaussian_blur(weighted - weight * base, sigma) / around
    return enlarge(base, full)

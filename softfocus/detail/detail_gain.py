"""How much detail to let through: much where edges stand out of the noise, none where noise is all there is."""

from __future__ import annotations

import torch
from torch import Tensor

from ..filters.coarse_grid import Size, enlarge, reduce
from .structure import edge_contrast, noise_contrast

GAIN_SCALES = (1.0, 2.0, 4.0)  # scale at which each band looks for structure, in units of the radius
TINY = 1e-12


def structure_gains(
    smoothed: Tensor, full: Size, noise: Tensor, radius_px: float, threshold: float, order: int = 1
) -> list[Tensor]:
    """Gain of each band, near 1 where edge contrast is well above the threshold.

    A Wiener filter's rule (Wiener 1949): energy / (energy + threshold^2), with energy what edge contrast squared is
    above the most that noise alone makes of it. Where that is more than the threshold, it is the threshold. An order
    above 1 takes both to that power: half way up at the same contrast, and steeper there.

    Args:
        smoothed: [B, 1, h, w] luma, blurred with radius_px, on a grid over a picture of size `full` (`reduce`).
        full: (H, W), whose pixels are the unit of radius_px.
        noise: [B, 1, 1, 1], standard deviation of the white noise in that luma before the blur.
        radius_px: > 0.
        threshold: edge contrast in luma, >= 0.
        order: >= 1.

    Returns:
        Three gains [B, 1, H, W] in 0..1, fine to coarse. Borders as in `gaussian_blur`.
    """
    energies, contrasts, had = [], [], radius_px
    for scale in (each * radius_px for each in GAIN_SCALES):
        smoothed = smoothed if scale == had else reduce(smoothed, full, scale, had)
        had = scale
        energies.append(edge_contrast(smoothed, full, scale))
        contrasts.append(noise_contrast(scale, full[1] / smoothed.shape[-1]) ** 2)
    reaches = noise.square() * noise.new_tensor(contrasts).view(-1, 1, 1)  # [B, 3, 1, 1]
    limits = reaches.clamp_min(threshold**2 + TINY)
    gains = []
    for energy, reach, limit in zip(energies, reaches.split(1, 1), limits.split(1, 1), strict=True):
        energy.sub_(reach).clamp_min_(0)
        if order > 1:
            energy, limit = energy.div_(limit).pow_(order), torch.ones_like(limit)
        gains.append(enlarge(energy.div_(energy + limit), full))
    return gains

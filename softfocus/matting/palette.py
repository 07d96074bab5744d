"""A small palette of a picture's colours, by k-means (Lloyd 1982) on its colour histogram.

Working on the histogram makes the result independent of the order of the pixels, and cheap.
"""

from __future__ import annotations

import torch
from torch import Tensor

BINS = 16  # per channel
ROUNDS = 8
RARE = 1e-5  # share of the pixels below which a bin is left out


def make_palette(colors: Tensor, size: int) -> Tensor:
    """At most `size` colours [K, 3] that stand for `colors` [N, 3] sRGB (clamped to 0..1 for the histogram)."""
    step = (colors.clamp(0, 1) * BINS).long().clamp_max(BINS - 1)
    key = (step[:, 0] * BINS + step[:, 1]) * BINS + step[:, 2]
    count = torch.bincount(key, minlength=BINS**3).to(colors)
    total = colors.new_zeros(BINS**3, 3).index_add_(0, key, colors)
    kept = count > RARE * len(colors)
    weights, points = count[kept], total[kept] / count[kept, None]
    centers = _spread(points, weights, size)
    for _ in range(ROUNDS):
        nearest = torch.cdist(points, centers).argmin(1)
        mass = weights.new_zeros(len(centers)).index_add_(0, nearest, weights)
        mean = torch.zeros_like(centers).index_add_(0, nearest, points * weights[:, None])
        centers = torch.where(mass[:, None] > 0, mean / mass.clamp_min(1e-9)[:, None], centers)
    return centers


def _spread(points: Tensor, weights: Tensor, size: int) -> Tensor:
    """First centres: the commonest colour, then again and again the one that is worst represented."""
    limited = weights.clamp_max(3 * weights.mean())  # a plain background must not take every centre
    centers = points[weights.argmax()][None]
    while len(centers) < min(size, len(points)):
        error = torch.cdist(points, centers).amin(1) ** 2 * limited
        centers = torch.cat([centers, points[error.argmax()][None]])
    return centers

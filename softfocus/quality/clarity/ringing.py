"""Ringing: how much further luma swings around the strongest edges than the edges need."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import avg_pool2d, max_pool2d

from ...filters.gaussian import gaussian_blur
from ..edges import pixel_size

SMOOTHED = 0.8  # in `pixel_size`: sigma that takes fine texture off and leaves the lobes of a sharpened edge
SPAN = 12.0  # in `pixel_size`: wider than the lobes of a sharpened edge
STRONGEST = 0.01  # share of the spans


def ringing(luma: Tensor, seen: Tensor | None = None) -> float:
    """Way of luma over its rise, less 1, along the rows and columns where it rises or falls most.

    A clean edge takes the shortest way: 0. Lobes on both sides of an edge are gone up and down again, at any contrast.
    What is left of texture and noise near edges counts too.

    Args:
        luma: [1, 1, H, W] in 0..1.
        seen: [1, 1, H, W] of 0 and 1: only spans that lie in it count. None: all.

    Returns:
        0 to 0.2 in photographs, above 0.3 where sharpening shows. 0 without edges.
    """
    luma = gaussian_blur(luma, SMOOTHED * pixel_size(luma))
    way = rise = 0.0
    turned = None if seen is None else seen.transpose(-1, -2)
    for plane, own in ((luma, seen), (luma.transpose(-1, -2), turned)):
        span = min(round(SPAN * pixel_size(luma)), plane.shape[-1] - 1)
        if span >= 1:
            steps = plane[..., 1:] - plane[..., :-1]
            rises, ways = (avg_pool2d(each, (1, span), 1).flatten() for each in (steps, steps.abs()))
            rises = rises.abs()
            if own is not None:
                whole = max_pool2d(1 - own, (1, span + 1), 1).flatten() == 0
                rises, ways = rises[whole], ways[whole]
            strongest = rises.topk(min(len(rises), max(1, int(STRONGEST * len(rises)))), sorted=False)
            way += float(ways[strongest.indices].sum())
            rise += float(strongest.values.sum())
    return max(0.0, way / rise - 1) if rise > 0 else 0.0

"""Add to the upsampled coarse map what tiles show of it at a higher resolution, as far as the views agree."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from .joint_bilateral import joint_bilateral_filter

WINDOW = 7  # coarse cells
COARSE_SHARE = 0.5  # of the coarse map in what both can show, for factor 1; less by the factor, as its pixels are
CHANCE = 0.2  # cosine that maps of different things reach
STEEPNESS = 3  # how soon agreement counts as full: half way from CHANCE to 1 it counts as 1 - 0.5^3 = 0.875
TINY = 1e-12


def fuse(upsampled: Tensor, tiles: Tensor, coarse: Tensor, noise: Tensor, guide: Tensor, fusion: float) -> Tensor:
    """F = J + fusion * w * (T - J).

    T is the tiles' map drawn a little towards the coarse map in what both can show, since either sees
    the picture at its own zoom, and smoothed along the picture's edges. w is the product of two locally
    measured doubts: do the tiles, averaged over coarse cells, point the same way as the coarse map; and
    is their distance from J more than the tiles' own uncertainty explains (then it is J's error).

    Args:
        upsampled: J, [B, C, H, W].
        tiles: [B, C, H, W].
        coarse: [B, C, h, w], H a multiple of h.
        noise: [B, 1, H, W] variance of the tiles' map, summed over channels, as `variance_of_mean` gives it.
        guide: [B, 3, H, W] in CIELAB.
        fusion: 0..1; 0 gives J.

    Returns:
        [B, C, H, W].
    """
    factor = tiles.shape[-1] // coarse.shape[-1]
    seen_coarsely = avg_pool2d(tiles, factor)
    correction = _enlarge(coarse - seen_coarsely, factor)
    difference = joint_bilateral_filter(tiles + COARSE_SHARE / factor * correction, guide) - upsampled
    cosine = _enlarge(agreement(coarse, seen_coarsely), factor)
    distance = local_mean(difference.square().sum(1, keepdim=True), WINDOW // 2 * factor)
    certainty = (1 - noise / distance.clamp_min(TINY)).clamp(0, 1)
    doubt = ((1 - cosine) / (1 - CHANCE)).clamp_max(1) ** STEEPNESS
    trust = (1 - doubt) * certainty
    return upsampled + fusion * trust * difference


def agreement(first: Tensor, second: Tensor) -> Tensor:
    """Local cosine of two maps [B, C, H, W], each less its own mean; negative counts as 0. [B, 1, H, W]."""
    first, second = (each - each.mean((-1, -2), keepdim=True) for each in (first, second))
    shared, one, two = (
        local_mean(each.sum(1, keepdim=True), WINDOW // 2) for each in (first * second, first**2, second**2)
    )
    return (shared / (one * two).sqrt().clamp_min(TINY)).clamp(0, 1)


def local_mean(values: Tensor, reach: int) -> Tensor:
    """Mean over a square of 2 * reach + 1 cells, at a border over the part inside."""
    return avg_pool2d(values, 2 * reach + 1, 1, reach, count_include_pad=False)


def _enlarge(values: Tensor, factor: int) -> Tensor:
    return interpolate(values, scale_factor=factor, mode="bilinear", align_corners=False)

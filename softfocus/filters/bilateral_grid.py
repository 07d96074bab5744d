"""Gaussian sums over the neighbours of similar value, from a coarse grid of local histograms.

Local histograms vary slowly over space, so a coarse grid of them will do (the bilateral grid: Chen, Paris and
Durand, 2007). Every pixel adds its weight, and its weight times value, to the 4 x 4 nodes around it, in the
bin of its guide. The grid is blurred, and summed up along the bins. Every pixel reads the running sums at the
two ends of its range of values from the 4 x 4 nodes around it, and subtracts (sums of a Gaussian over a range
of values from running histograms: Weiss, 2006, and Porikli, 2008, did it for boxes).

Pixels add and read with cubic B-splines of variance step^2 / 3 each, which leaves a Gaussian of variance
sigma^2 - 2 step^2 / 3 to the grid. The three together resemble the Gaussian of sigma to 1 % of its peak, 0.2 %
in the mean, and have no negative weights, so that means stay means.

The work per pixel does not depend on sigma; the grid's own share falls with sigma^2. The grid exists for a
strip of the picture at a time, about STRIP floats and at least TALL rows of nodes, which bounds memory.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from .band_matrix import bounded, mirrored_index
from .value_bins import value_bins

STEP = 0.8  # of the grid in sigmas; from 1 on too little variance is left for a Gaussian on the grid
TRUNCATE = 4.5  # half width of the grid's blur in its own sigmas
STRIP = 1 << 21  # floats of the grid in memory at a time
TALL = 16  # rows of nodes; a lower strip spends its time on the rows that it shares with the next one
CHUNK = 1 << 16  # pixels that add or read at a time, so that temporaries stay in the processor's cache
BLOCK = 32  # columns of nodes blurred by one matrix product


class _Axis(NamedTuple):
    """Pixels of one axis and the nodes they touch; two nodes of margin lie outside the picture at either end."""

    first: Tensor  # [pixels] int64: first of the four nodes around each pixel
    taps: Tensor  # [4, pixels]: weights of these nodes
    blur: Tensor  # [nodes, nodes]: the Gaussian between nodes, border rule included


def grid_sums(
    values: Tensor, guide: Tensor, weight: Tensor | None, sigma: float, max_delta: float
) -> tuple[Tensor, Tensor]:
    """G * (values weight) and G * weight for each pixel, over those whose guide is within max_delta of its own.

    Args:
        values, guide, weight: [H, W] float32; weight >= 0, None for 1 everywhere.
        sigma: of G in pixels, > 0; G sums to 1, borders are half-sample symmetric.
        max_delta: >= 0. Exact for a guide of at most 256 distinct values; otherwise a bin of guide values
            (`value_bins`) that lies partly within reach takes part by the share of it that does.
    """
    bins = value_bins(guide)
    rows, columns = (_axis(size, sigma, guide.device) for size in guide.shape)
    mass = torch.ones_like(guide) if weight is None else weight
    quantities = torch.stack([values * mass, mass])
    sums = torch.zeros_like(quantities)
    own = bins.started(guide)  # numbered from 1: slot n of the running sums holds the first n bins, slot 0 none
    for top, bottom, begin, histograms in _strips(quantities, own, rows, columns, len(bins.low) + 1):
        running = _blurred_across(histograms, columns.blur).cumsum_(-1)
        for part in _chunks(top, bottom, guide.shape[1]):
            corner = _corner(rows.first[part] - begin, columns.first, running)
            for sign, side in ((1, max_delta), (-1, -max_delta)):
                index, share = bins.below(guide[part], own[part], side)
                _read(sums[:, part], sign, running, corner + index, share, rows.taps[:, part], columns.taps)
    return sums[0], sums[1]


def _axis(size: int, sigma: float, device: torch.device) -> _Axis:
    """A grid over `size` pixels, half-sample aligned with the edges, so that it mirrors as the picture does."""
    sigma = bounded(sigma, size)
    inside = math.ceil(size / (STEP * sigma))
    step = size / inside
    position = (torch.arange(size, dtype=torch.float64) + 0.5) / step - 0.5
    below = torch.floor(position)
    t = position - below
    s = 1 - t
    taps = torch.stack([s**3, 4 - 3 * t**2 * (1 + s), 4 - 3 * s**2 * (1 + t), t**3]) / 6
    rest = math.sqrt((sigma / step) ** 2 - 2 / 3)
    reach = math.ceil(TRUNCATE * rest)
    offsets = torch.arange(-reach, reach + 1)
    kernel = torch.exp(-0.5 * (offsets.double() / rest) ** 2)
    # B-splines have a fourth cumulant of -1 / 30 each, a Gaussian has none: add 2 / 30 / 4! of the fourth difference.
    around = torch.nn.functional.pad(kernel, (2, 2)).unfold(0, 5, 1)
    kernel = kernel + around @ torch.tensor([1.0, -4.0, 6.0, -4.0, 1.0], dtype=torch.float64) / 360
    kernel /= kernel.sum() * step
    blur = torch.zeros(inside, inside, dtype=torch.float64)
    target = mirrored_index(torch.arange(inside)[:, None] + offsets, inside)
    blur.scatter_add_(1, target, kernel.expand(inside, -1))
    # What falls on the margin belongs to the mirrored node inside, and is read from there.
    nodes = mirrored_index(torch.arange(-2, inside + 2), inside)
    return _Axis((below.long() + 1).to(device), taps.float().to(device), blur[nodes][:, nodes].float().to(device))


def _strips(
    quantities: Tensor, own: Tensor, rows: _Axis, columns: _Axis, depth: int
) -> Iterator[tuple[int, int, int, Tensor]]:
    """Histograms blurred vertically, strip by strip, as (pixel row, the row after the last, node row, histograms).

    The histograms are [2, node rows, node columns, depth], the first node row being the one returned.
    """
    first, width = rows.first.tolist(), len(columns.blur)
    tall = max(TALL, STRIP // (2 * depth * width))
    grid, start, done, top = quantities.new_zeros(2, 0, width, depth), 0, 0, 0
    while top < len(first):
        begin = first[top]
        bottom = bisect_right(first, begin + tall - 4)
        end = first[bottom - 1] + 4
        used = rows.blur[begin:end].ne(0).any(0).nonzero()
        above, below = bisect_left(first, int(used[0]) - 3), bisect_left(first, int(used[-1]) + 1)
        stop = first[below - 1] + 4
        kept = grid[:, first[above] - start :]  # what pixels have added for the strip before
        grid, start = kept.new_zeros(2, stop - first[above], width, depth), first[above]
        grid[:, : kept.shape[1]] = kept
        for part in _chunks(done, below, own.shape[1]):
            corner = _corner(rows.first[part] - start, columns.first, grid)
            _add(grid, quantities[:, part], corner + own[part], rows.taps[:, part], columns.taps)
        yield top, bottom, begin, (rows.blur[begin:end, start:stop] @ grid.flatten(2)).unflatten(2, (width, depth))
        done, top = below, bottom


def _chunks(top: int, bottom: int, width: int) -> Iterator[slice]:
    rows = max(1, CHUNK // width)
    return (slice(row, min(row + rows, bottom)) for row in range(top, bottom, rows))


def _corner(rows: Tensor, columns: Tensor, grid: Tensor) -> Tensor:
    """Place of slot 0 of each pixel's first node in a flat plane of the grid: [pixel rows, pixel columns]."""
    return (rows[:, None] * grid.shape[2] + columns) * grid.shape[3]


def _around(grid: Tensor) -> Iterator[tuple[int, int, Tensor]]:
    """The flat planes [2, ...] of a grid as seen from each of the 4 x 4 nodes: shifted views share one index."""
    for i in range(4):
        for j in range(4):
            yield i, j, grid.flatten(1)[:, (i * grid.shape[2] + j) * grid.shape[3] :]


def _add(grid: Tensor, quantities: Tensor, index: Tensor, down: Tensor, across: Tensor) -> None:
    flat = index.flatten()
    for i, j, planes in _around(grid):
        share = down[i, :, None] * across[j]
        for plane, quantity in zip(planes, quantities, strict=True):
            plane.index_add_(0, flat, (quantity * share).flatten())


def _blurred_across(grid: Tensor, blur: Tensor) -> Tensor:
    out = torch.empty_like(grid)
    for left in range(0, len(blur), BLOCK):
        block = blur[left : left + BLOCK]
        used = block.ne(0).any(0).nonzero()
        nodes = slice(int(used[0]), int(used[-1]) + 1)
        out[:, :, left : left + BLOCK] = block[:, nodes] @ grid[:, :, nodes]
    return out


def _read(
    sums: Tensor, sign: int, running: Tensor, index: Tensor, share: Tensor | None, down: Tensor, across: Tensor
) -> None:
    """Add sign times the running sums at `index`, or between there and the next slot, to `sums` [2, rows, columns]."""
    steps = [(index, None)] if share is None else [(index, 1 - share), (index + 1, share)]
    for place, part in steps:
        flat = place.flatten()
        for i, j, planes in _around(running):
            gain = down[i, :, None] * across[j]
            gain = gain if part is None else gain.mul_(part)
            for plane, total in zip(planes, sums, strict=True):
                total.addcmul_(plane.index_select(0, flat).view_as(total), gain, value=sign)

"""Gaussian sums over the neighbours of similar value, from a coarse grid of local histograms.

Local histograms vary slowly over space, so a coarse grid of them will do (the bilateral grid: Chen, Paris and
Durand, 2007). Every pixel adds its weight, and its weight times value, to the 3 x 3 nodes around it, in the
bin of its guide. The grid is blurred, and summed up along the bins. Every pixel reads the running sums at the
two ends of its range of values from the 3 x 3 nodes around it, and subtracts (sums of a Gaussian over a range
of values from running histograms: Weiss, 2006, and Porikli, 2008, did it for boxes).

The work per pixel does not depend on sigma; the grid's own share falls with sigma^2. The grid exists for a
strip of the picture at a time, which bounds memory.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from .device_path import on_device
from .spline_grid import TAPS, Axis, spline_axis
from .value_bins import value_bins

TALL = 16  # rows of nodes; a lower strip spends its time on the rows that it shares with the next one


class Sizes(NamedTuple):
    """strip: floats of the grid in memory at a time; chunk: pixels that add or read at a time; block: columns of nodes
    blurred by one matrix product."""

    strip: int
    chunk: int
    block: int


CPU = Sizes(1 << 21, 1 << 14, 32)  # temporaries stay in the processor's cache
DEVICE = Sizes(1 << 24, 1 << 18, 128)  # few operations, in about 300 MB


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
    sizes = DEVICE if on_device(guide) else CPU
    bins = value_bins(guide)
    rows, columns = (spline_axis(size, sigma, guide.device) for size in guide.shape)
    mass = torch.ones_like(guide) if weight is None else weight
    quantities = torch.stack([values * mass, mass], -1)
    sums = torch.empty_like(quantities)
    own = bins.started(guide)  # numbered from 1: slot n of the running sums holds the first n bins, slot 0 none
    for top, bottom, begin, histograms in _strips(quantities, own, rows, columns, len(bins.low) + 1, sizes):
        running = _blurred_across(histograms, columns.blur, sizes.block).cumsum_(2)
        for part in _chunks(top, bottom, guide.shape[1], sizes.chunk):
            places, gains = _around(rows, columns, part, begin, running)
            upper, lower = (
                _read(running, places, gains, *bins.below(guide[part], own[part], side))
                for side in (max_delta, -max_delta)
            )
            torch.sub(upper, lower, out=sums[part])
    return sums[..., 0], sums[..., 1]


def _strips(
    quantities: Tensor, own: Tensor, rows: Axis, columns: Axis, depth: int, sizes: Sizes
) -> Iterator[tuple[int, int, int, Tensor]]:
    """Histograms blurred vertically, strip by strip, as (pixel row, the row after the last, node row, histograms).

    The histograms are [node rows, node columns, depth, 2], the first node row being the one returned.
    """
    first, width = rows.first.tolist(), len(columns.blur)
    tall = max(TALL, sizes.strip // (2 * depth * width))
    grid, start, done, top = quantities.new_zeros(0, width, depth, 2), 0, 0, 0
    while top < len(first):
        begin = first[top]
        bottom = bisect_right(first, begin + tall - TAPS)
        end = first[bottom - 1] + TAPS
        used = rows.blur[begin:end].ne(0).any(0).nonzero()
        above, below = bisect_left(first, int(used[0]) - TAPS + 1), bisect_left(first, int(used[-1]) + 1)
        stop = first[below - 1] + TAPS
        kept = grid[first[above] - start :]  # what pixels have added for the strip before
        grid, start = kept.new_zeros(stop - first[above], width, depth, 2), first[above]
        grid[: len(kept)] = kept
        for part in _chunks(done, below, own.shape[1], sizes.chunk):
            _add(grid, quantities[part], own[part], *_around(rows, columns, part, start, grid))
        yield top, bottom, begin, (rows.blur[begin:end, start:stop] @ grid.flatten(1)).view(-1, width, depth, 2)
        done, top = below, bottom


def _chunks(top: int, bottom: int, width: int, chunk: int) -> Iterator[slice]:
    rows = max(1, chunk // width)
    return (slice(row, min(row + rows, bottom)) for row in range(top, bottom, rows))


def _around(rows: Axis, columns: Axis, part: slice, start: int, grid: Tensor) -> tuple[Tensor, Tensor]:
    """Slot 0 of the nodes around each pixel, in the flat grid that starts at node row `start`, and their weights.

    Both [pixel rows, pixel columns, TAPS^2].
    """
    _, width, depth, _ = grid.shape
    taps = torch.arange(TAPS, device=grid.device, dtype=torch.int32)
    down = ((rows.first[part, None] - start + taps) * (width * depth)).repeat_interleave(TAPS, 1)
    across = ((columns.first[:, None] + taps) * depth).repeat(1, TAPS)
    gains = rows.taps[part].repeat_interleave(TAPS, 1)[:, None] * columns.taps.repeat(1, TAPS)
    return down[:, None] + across, gains


def _add(grid: Tensor, quantities: Tensor, own: Tensor, places: Tensor, gains: Tensor) -> None:
    source = gains[..., None] * quantities[..., None, :]
    index = (places + own[..., None]).flatten()
    target, source = grid.view(-1, 2), source.view(-1, 2)
    if target.device.type == "cpu":  # where rows are added one by one, numbers in a loop
        target, source = torch.view_as_complex(target), torch.view_as_complex(source)
    target.index_add_(0, index, source)


def _blurred_across(grid: Tensor, blur: Tensor, size: int) -> Tensor:
    out = torch.empty_like(grid)
    for left in range(0, len(blur), size):
        block = blur[left : left + size]
        used = block.ne(0).any(0).nonzero()
        nodes = slice(int(used[0]), int(used[-1]) + 1)
        torch.matmul(block[:, nodes], grid[:, nodes].flatten(2), out=out[:, left : left + size].flatten(2))
    return out


def _read(running: Tensor, places: Tensor, gains: Tensor, slot: Tensor, share: Tensor | None) -> Tensor:
    """The running sums at `slot`, or between there and the next slot, at each pixel: [rows, columns, 2]."""
    rows, weights, shape = running.view(-1, 2), gains.flatten(0, 1), (*slot.shape, 2)

    def at(slot: Tensor) -> Tensor:
        index = (places + slot[..., None]).flatten(0, 1)
        return embedding_bag(index, rows, mode="sum", per_sample_weights=weights).view(shape)

    return at(slot) if share is None else at(slot).lerp_(at(slot + 1), share[..., None])

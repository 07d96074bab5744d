"""Gaussian sums over the neighbours of similar value, from a coarse grid of local histograms.

Local histograms vary slowly over space, so a coarse grid of them will do (the bilateral grid: Chen, Paris and
Durand, 2007). Every pixel adds its weight, and its weight times value, to the 3 x 3 nodes around it, in the
bin of its guide. The grid is blurred, and summed up along the bins. Every pixel reads the running sums at the
two ends of its range of values from the 3 x 3 nodes around it, and subtracts (sums of a Gaussian over a range
of values from running histograms: Weiss, 2006, and Porikli, 2008, did it for boxes).

The work per pixel does not depend on sigma; the grid's own share falls with sigma^2. The grid exists for a
strip of the picture at a time (`grid_strips`), which bounds memory.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from ...checkpoint import checkpoint
from ...device_path import on_device
from .grid_strips import strips_of_sums
from .spline_grid import TAPS, Axis, grid_step, spline_axis
from .value_bins import Bins

CHUNK, DEVICE_CHUNK = 1 << 14, 1 << 18  # pixels that add or read at a time: few for a processor's cache


def grid_sums(
    values: Tensor, guide: Tensor, weight: Tensor | None, sigma: float, max_delta: float, bins: Bins, own: Tensor
) -> tuple[Tensor, Tensor]:
    """G * (values weight) and G * weight for each pixel, over those whose guide is within max_delta of its own.

    Args:
        values, guide, weight: [H, W] float32; weight >= 0, None for 1 everywhere.
        sigma: of G in pixels, > 0; G sums to 1, borders are half-sample symmetric.
        max_delta: >= 0. Exact for a guide of at most 256 distinct values; otherwise a bin of guide values
            (`value_bins`) that lies partly within reach takes part by the share of it that does.
        bins, own: of the guide, and `Bins.started` of it.
    """
    chunk = DEVICE_CHUNK if on_device(guide) else CHUNK
    depth = len(bins.low) + 1  # slot n of the running sums holds the first n bins, slot 0 none
    rows, columns = (spline_axis(size, sigma, grid_step(max_delta), guide.device) for size in guide.shape)
    around = _Around(rows, columns, depth)
    moments = values if weight is None else values * weight
    ends = [bins.below(guide, own, side) for side in (max_delta, -max_delta)]
    sums = values.new_empty(*values.shape, 2)

    def fill(grid: Tensor, start: int, top: int, bottom: int) -> None:
        for part in _chunks(top, bottom, guide.shape[1], chunk):
            places, gains = around(part, start)
            mass = gains if weight is None else gains * weight[part, :, None]
            source = torch.complex(gains * moments[part, :, None], mass).flatten()
            _add(grid, places.add_(own[part, :, None]).flatten(), source)

    for top, bottom, start, running in strips_of_sums(rows, columns, depth, fill):
        for part in _chunks(top, bottom, guide.shape[1], chunk):
            places, gains = around(part, start)
            upper, lower = (_read(running, places, gains, *(each[part] for each in end)) for end in ends)
            torch.sub(upper, lower, out=sums[part])
    return sums[..., 0], sums[..., 1]


class _Around:
    """The nodes around each pixel, as places in a flat grid, and their weights."""

    def __init__(self, rows: Axis, columns: Axis, depth: int) -> None:
        self._row = len(columns.blur) * depth
        self._down = rows.nodes.repeat_interleave(TAPS, 1) * self._row
        self._across = columns.nodes.repeat(1, TAPS) * depth
        self._taps = rows.taps.repeat_interleave(TAPS, 1), columns.taps.repeat(1, TAPS)

    def __call__(self, part: slice, start: int) -> tuple[Tensor, Tensor]:
        """Slot 0 of the nodes in a grid that starts at node row `start`; [pixel rows, columns, TAPS^2] both."""
        down, across = self._taps
        return (self._down[part, None] - start * self._row) + self._across, down[part, None] * across


def _chunks(top: int, bottom: int, width: int, chunk: int) -> Iterator[slice]:
    rows = max(1, chunk // width)
    for row in range(top, bottom, rows):
        checkpoint()
        yield slice(row, min(row + rows, bottom))


def _add(grid: Tensor, index: Tensor, source: Tensor) -> None:
    """Add complex numbers to the pairs of a grid: on a CPU as such, in a third of the time; not all devices can."""
    target = grid.view(-1, 2)
    if on_device(grid):
        target.index_add_(0, index, torch.view_as_real(source))
    else:
        torch.view_as_complex(target).index_add_(0, index, source)


def _read(running: Tensor, places: Tensor, gains: Tensor, slot: Tensor, share: Tensor | None = None) -> Tensor:
    """The running sums at `slot`, or between there and the next slot, at each pixel: [rows, columns, 2]."""
    rows, weights, shape = running.view(-1, 2), gains.flatten(0, 1), (*slot.shape, 2)

    def at(slot: Tensor) -> Tensor:
        index = (places + slot[..., None]).flatten(0, 1)
        return embedding_bag(index, rows, mode="sum", per_sample_weights=weights).view(shape)

    return at(slot) if share is None else at(slot).lerp_(at(slot + 1), share[..., None])

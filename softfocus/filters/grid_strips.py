"""Running sums of blurred histograms on a grid, made strip by strip: of the grid exists a strip and its halo."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from ..device_path import on_device
from .spline_grid import TAPS, Axis

TALL = 16  # rows of nodes; a lower strip spends its time on the rows that it shares with the next one
BLOCK, DEVICE_BLOCK = 32, 128  # columns of nodes blurred by one matrix product


class _Strip(NamedTuple):
    """Pixel rows top..bottom read node rows begin..end, which are blurred from start..stop, where rows ..below add."""

    top: int
    bottom: int
    begin: int
    end: int
    start: int
    stop: int
    below: int


def strips_of_sums(
    rows: Axis, columns: Axis, depth: int, fill: Callable[[Tensor, int, int, int], None], floats: int
) -> Iterator[tuple[int, int, int, Tensor]]:
    """Running sums of the blurred histograms, strip by strip: (pixel row, the row after the last, node row, sums).

    Args:
        rows, columns: the grid.
        depth: slots of a histogram.
        fill: (grid [node rows, node columns, depth, 2], its first node row, pixel row, the row after the last): adds
            these pixels to the grid. All pixels come once, in order.
        floats: about how many a strip holds at most, but for TALL.

    The sums are [node rows, node columns, depth, 2], the first node row being the one returned. They hold until the
    next strip.
    """
    width, block = len(columns.blur), DEVICE_BLOCK if on_device(columns.blur) else BLOCK
    strips = list(_strips(rows, max(TALL, floats // (2 * depth * width))))
    tall, high = max(strip.end - strip.begin for strip in strips), max(strip.stop - strip.start for strip in strips)
    # New memory for each strip would cost as much time as the sums.
    grids, downs, sums = (rows.blur.new_empty(height, width, depth, 2) for height in (high, tall, tall))
    last = _Strip(0, 0, 0, 0, 0, 0, 0)
    for strip in strips:
        grid = grids[: strip.stop - strip.start]
        added = _moved_up(grids, strip.start - last.start, last.stop - last.start)
        grid[added:] = 0
        fill(grid, strip.start, last.below, strip.below)
        made = _moved_up(sums, strip.begin - last.begin, last.end - last.begin)
        down = downs[: strip.end - strip.begin - made]
        weights = rows.blur[strip.begin + made : strip.end, strip.start : strip.stop]
        torch.mm(weights, grid.flatten(1), out=down.flatten(1))
        new = sums[made : made + len(down)]
        _blur_across(down, columns, new, block)
        _sum_up(new)
        yield strip.top, strip.bottom, strip.begin, sums[: made + len(down)]
        last = strip


def _moved_up(planes: Tensor, start: int, stop: int) -> int:
    """Move planes start..stop to the first places; how many there are."""
    kept = planes[start:stop]
    planes[: len(kept)] = kept if len(kept) <= start else kept.clone()
    return len(kept)


def _sum_up(grid: Tensor) -> None:
    """Running sums along the bins, in place: on a CPU of complex numbers, in half the time; not all devices can."""
    if on_device(grid):
        grid.cumsum_(2)
    else:
        torch.view_as_complex(grid).cumsum_(2)


def _strips(rows: Axis, tall: int) -> Iterator[_Strip]:
    first, top = rows.first, 0
    while top < len(first):
        begin = first[top]
        bottom = bisect_right(first, begin + tall - TAPS)
        end = first[bottom - 1] + TAPS
        start, stop = rows.taken(begin, end)
        above, below = bisect_left(first, start - TAPS + 1), bisect_left(first, stop)
        yield _Strip(top, bottom, begin, end, first[above], first[below - 1] + TAPS, below)
        top = bottom


def _blur_across(grid: Tensor, columns: Axis, out: Tensor, block: int) -> None:
    for left in range(0, len(columns.blur), block):
        right = min(left + block, len(columns.blur))
        start, stop = columns.taken(left, right)
        weights = columns.blur[left:right, start:stop].expand(len(grid), -1, -1)
        torch.bmm(weights, grid[:, start:stop].flatten(2), out=out[:, left:right].flatten(2))

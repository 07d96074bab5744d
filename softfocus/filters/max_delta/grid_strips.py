"""Running sums of blurred histograms on a grid, made strip by strip: of the grid exists a strip and its halo."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from ...checkpoint import checkpoint
from ...device_path import on_device
from .spline_grid import TAPS, Axis


class Sizes(NamedTuple):
    """Of a strip, floats, but no fewer rows of nodes than `tall`, since it shares some with the next one; and `block`,
    columns of nodes blurred at a time."""

    floats: int
    tall: int
    block: int


CPU = Sizes(1 << 21, 16, 32)  # a block stays in the processor's cache
DEVICE = Sizes(1 << 23, 32, 128)  # few operations, in about 150 MB


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
    rows: Axis, columns: Axis, depth: int, fill: Callable[[Tensor, int, int, int], None]
) -> Iterator[tuple[int, int, int, Tensor]]:
    """Running sums of the blurred histograms, strip by strip: (pixel row, the row after the last, node row, sums).

    Args:
        rows, columns: the grid.
        depth: slots of a histogram.
        fill: (grid [node rows, node columns, depth, 2], its first node row, pixel row, the row after the last): adds
            these pixels to the grid. All pixels come once, in order.

    The sums are [node rows, node columns, depth, 2], the first node row being the one returned. They hold until the
    next strip.
    """
    width, sizes = len(columns.blur), DEVICE if on_device(columns.blur) else CPU
    strips = list(_strips(rows, max(sizes.tall, sizes.floats // (2 * depth * width))))
    tall, high = max(strip.end - strip.begin for strip in strips), max(strip.stop - strip.start for strip in strips)
    # New memory for each strip would cost as much time as the sums.
    grids, sums = (rows.blur.new_empty(height, width, depth, 2) for height in (high, tall))
    last = _Strip(0, 0, 0, 0, 0, 0, 0)
    for strip in strips:
        grid = grids[: strip.stop - strip.start]
        added = _moved_up(grids, strip.start - last.start, last.stop - last.start)
        grid[added:] = 0
        fill(grid, strip.start, last.below, strip.below)
        made = _moved_up(sums, strip.begin - last.begin, last.end - last.begin)
        new = sums[made : strip.end - strip.begin]
        weights = rows.blur[strip.begin + made : strip.end, strip.start : strip.stop]
        for left in range(0, width, sizes.block):
            checkpoint()
            _blur(grid, weights, columns, new, left, min(left + sizes.block, width))
        _sum_up(new)
        yield strip.top, strip.bottom, strip.begin, sums[: strip.end - strip.begin]
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


def _blur(grid: Tensor, down: Tensor, columns: Axis, out: Tensor, left: int, right: int) -> None:
    """Blur columns left to right of nodes by the weights `down` and by those of the columns, into those of `out`."""
    start, stop = columns.taken(left, right)
    part = torch.mm(down, grid[:, start:stop].flatten(1)).unflatten(1, (stop - start, -1))
    across = columns.blur[left:right, start:stop].expand(len(part), -1, -1)
    torch.bmm(across, part, out=out[:, left:right].flatten(2))

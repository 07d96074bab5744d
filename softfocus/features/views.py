"""Square views of a picture, cut so that the features of every view fall on the cells of one grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ..color import displayable

OVERLAP = 0.25  # of a view's side, at least: room to taper, and cells that two views see at different places
LEAST_SURPLUS = 1e-3  # of the weight of cells seen more than once; less is rounding
MAX_ASPECT = 16.0  # a longer picture is squeezed to this: the number of views stays bounded


class Grid(NamedTuple):
    """Cells of a map; one cell is one feature."""

    rows: int
    columns: int


class Corner(NamedTuple):
    """The first cell of a view on the grid."""

    row: int
    column: int


class Views(NamedTuple):
    """What an encoder says about views of one picture: maps [C, cells, cells] and where each begins on the grid."""

    maps: list[Tensor]
    corners: list[Corner]
    grid: Grid


def picture_grid(height: int, width: int, cells: int) -> Grid:
    """The grid of a picture whose short side is `cells` long; its cells are as square as whole numbers allow."""
    aspect = min(max(height, width) / min(height, width), MAX_ASPECT)
    longer = round(cells * aspect)
    return Grid(longer, cells) if height > width else Grid(cells, longer)


def view_corners(grid: Grid, cells: int) -> list[Corner]:
    """Corners of views of `cells` x `cells` that cover the grid, each overlapping the next.

    Columns are mirror symmetric (to half a cell), so that a flipped picture is cut into the flipped views. Rows are
    spaced a little unevenly: with equal steps, an error of the encoder that repeats itself with that
    step looks the same in every view, and so like a part of the picture.
    """
    rows = _starts(grid.rows, cells)
    if int(cells * OVERLAP) >= 2:  # otherwise a step of one cell could leave a gap
        rows = [row - (k % 2 if 0 < k < len(rows) - 1 else 0) for k, row in enumerate(rows)]
    return [Corner(row, column) for row in rows for column in _starts(grid.columns, cells)]


def _starts(length: int, cells: int) -> list[int]:
    """Evenly spaced, from 0 to length - cells, and mirror symmetric but for a middle one that falls between cells."""
    if length == cells:
        return [0]
    shared = int(cells * OVERLAP)
    count = max(2, math.ceil((length - shared) / (cells - shared)))
    last = length - cells
    first_half = [round(k * last / (count - 1)) for k in range((count + 1) // 2)]
    return first_half + [last - start for start in reversed(first_half[: count // 2])]


def resize_to_grid(image: Tensor, grid: Grid, patch: int) -> Tensor:
    """[B, 3, H, W] to [B, 3, rows * patch, columns * patch], antialiased, clamped to 0..1 before and after."""
    size = (grid.rows * patch, grid.columns * patch)
    return interpolate(displayable(image), size, mode="bicubic", align_corners=False, antialias=True).clamp_(0, 1)


def cut(picture: Tensor, corners: Sequence[Corner], side: int, patch: int) -> Tensor:
    """Views [N, 3, side, side] of a picture [3, H, W] that `resize_to_grid` made."""
    return torch.stack([picture[:, row * patch :, column * patch :][:, :side, :side] for row, column in corners])


def taper(cells: int, like: Tensor) -> Tensor:
    """[cells, cells] weights, nearly 0 at a view's border, where it begins abruptly and lacks surroundings."""
    ramp = torch.sin(math.pi * (torch.arange(cells) + 0.5) / cells) ** 2
    return (ramp[:, None] * ramp).to(like)


def mean_of_views(views: Views, weight: Tensor, rest: float = 0.0) -> Tensor:
    """Weighted mean [C, rows, columns] of all the maps on their grid.

    Args:
        views: at least one.
        weight: [cells, cells], positive, the same for every view.
        rest: weight of a further observation of zero in every cell; draws the mean towards zero.
    """
    first, cells = views.maps[0], len(weight)
    total = first.new_zeros(len(first), *views.grid)
    sum_of_weights = first.new_full(views.grid, rest)
    for values, (row, column) in zip(views.maps, views.corners, strict=True):
        total[:, row : row + cells, column : column + cells].addcmul_(values, weight)
        sum_of_weights[row : row + cells, column : column + cells] += weight
    return total.div_(sum_of_weights)


def variance_of_mean(views: Views, mean: Tensor, weight: Tensor) -> Tensor:
    """How far `mean_of_views` would move if other views had been cut, from where views overlap.

    Returns:
        [1, rows, columns], >= 0, summed over channels: one variance of a view for the whole picture,
        less the more views share a cell.
    """
    differences, sums, squares = (weight.new_zeros(views.grid) for _ in range(3))
    cells = len(weight)
    for values, part, (row, column) in zip(views.maps, parts_of(mean, views, cells), views.corners, strict=True):
        here = (slice(row, row + cells), slice(column, column + cells))
        differences[here] += weight * (values - part).square().sum(0)
        sums[here] += weight
        squares[here] += weight**2
    surplus = (sums - squares / sums).sum()
    return (differences.sum() / surplus.clamp_min(LEAST_SURPLUS) * squares / sums**2)[None]


def parts_of(field: Tensor, views: Views, cells: int) -> list[Tensor]:
    """What each view would show of a field [C, rows, columns]: the inverse of putting views together."""
    return [field[:, row : row + cells, column : column + cells] for row, column in views.corners]

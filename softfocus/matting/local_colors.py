"""Which colours the foreground and the background have around a place.

For each colour of the palette, its amount and its mean are averaged over Gaussian windows (normalised
convolution, Knutsson and Westin 1993) on a coarse grid: a narrow window with a faint wide tail, so that
there is an answer everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ..filters.gaussian import gaussian_mixture

CELL = 4  # pixels of a grid cell at a diagonal of REFERENCE_DIAGONAL; windows are much wider
REFERENCE_DIAGONAL = 724.0
TAIL = (1.0, 1e-2, 1e-3)  # weights of windows 1, 2 and 6 times the width


@dataclass(frozen=True)
class Grid:
    """Assignment of the pixels of one picture to coarse cells and to palette colours, for those that matter.

    Attributes:
        shape: (rows, columns) of cells.
        cell, label: [N] for N pixels.
        colors: [N, 3] sRGB.
    """

    shape: tuple[int, int]
    cell: Tensor
    label: Tensor
    colors: Tensor

    def local_colors(
        self, weight: Tensor, palette_size: int, window_cells: float, asked: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Shares [K, P] (sum 1) and means [3, K, P] of the palette's colours, pixels weighted by [N].

        They are those around P cells, whose numbers are `asked`.
        """
        rows, columns = self.shape
        place = self.label * (rows * columns) + self.cell
        sums = weight.new_zeros(4, palette_size * rows * columns)
        for plane, values in zip(sums, (weight, *(weight * self.colors.T)), strict=True):
            plane.index_add_(0, place, values)
        windows = [window_cells, 2 * window_cells, 6 * window_cells]
        smooth = gaussian_mixture(sums.view(4, palette_size, rows, columns), windows, TAIL)
        amount, *colors = smooth.flatten(2).index_select(2, asked)
        amount = amount.clamp_min_(0)
        mean = torch.stack(colors).div_(amount.clamp_min(1e-12))
        return amount / amount.sum(0).clamp_min(1e-12), mean


def make_grid(image: Tensor, used: Tensor, palette: Tensor) -> Grid:
    """Grid over an image [3, H, W] for the pixels where `used` [H, W] is true."""
    height, width = used.shape
    rows, columns = grid_shape(height, width)
    y, x = used.nonzero(as_tuple=True)
    colors = image[:, y, x].T
    cell = cell_of(y, x, (height, width), (rows, columns))
    return Grid((rows, columns), cell, torch.cdist(colors, palette).argmin(1), colors)


def grid_shape(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of cells of a picture."""
    cell_px = max(1.0, CELL * math.hypot(height, width) / REFERENCE_DIAGONAL)
    return max(1, round(height / cell_px)), max(1, round(width / cell_px))


def cell_of(y: Tensor, x: Tensor, size: tuple[int, int], shape: tuple[int, int]) -> Tensor:
    """Number of the cell, row by row, of pixels of a picture of `size` on a grid of `shape`, both (rows, columns).

    Mirrored pixels lie in mirrored cells.
    """
    row, column = (
        ((2 * at + 1) * cells).div(2 * length, rounding_mode="floor")
        for at, length, cells in zip((y, x), size, shape, strict=True)
    )
    return row * shape[1] + column

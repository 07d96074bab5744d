"""The colours of the picture around the band, and how much each pixel counts for either side."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ..units import diagonal
from .local_colors import REFERENCE_DIAGONAL, cell_of, make_grid
from .palette import make_palette
from .posterior import Posterior, Side, solve_pixels
from .trimap import Trimap

PALETTE = 20  # colours of the picture around the band
WINDOW_PX = 24.0  # at a diagonal of REFERENCE_DIAGONAL (512 x 512): where colours are gathered
SOLVED_AT_ONCE = 1 << 15  # pixels: bounds the memory, and fits the caches


class Samples:
    """Weights `front` and `back` [H, W] of the pixels of an image [3, H, W]; to begin with, those that are known."""

    def __init__(self, image: Tensor, trimap: Trimap) -> None:
        self.image = image
        self.used = trimap.near | trimap.unknown
        self.palette = make_palette(image[:, self.used].T, PALETTE)
        self.grid = make_grid(image, self.used, self.palette)
        self.window = WINDOW_PX * diagonal(image) / REFERENCE_DIAGONAL * self.grid.shape[0] / image.shape[-2]
        self.back = trimap.background.to(image)
        self.front = trimap.foreground.to(image)
        unknown = self._cells(*trimap.unknown.nonzero(as_tuple=True))
        asked = torch.zeros(self.grid.shape, dtype=torch.bool, device=image.device).flatten()
        asked[unknown] = True
        self._asked, self._number = asked.nonzero()[:, 0], asked.cumsum(0) - 1  # cells in which something is to solve
        self._sides: tuple[Side, Side] | None = None  # around those, as long as no weight has changed
        error = (self.grid.colors - self.palette[self.grid.label]).square().sum(1) / 3
        count = torch.bincount(self.grid.label, minlength=len(self.palette)).clamp_min(1)
        self.variance = error.new_zeros(len(self.palette)).index_add_(0, self.grid.label, error) / count

    def solve(self, pixels: Tensor, prior: Tensor) -> Iterator[tuple[Tensor, Tensor, Posterior]]:
        """Rows, columns and posterior of the true pixels [H, W], all of them unknown, some at a time.

        prior: [H, W] expected alpha.
        """
        front, back = self._sides = self._sides or (self._local(self.front), self._local(self.back))
        y_all, x_all = pixels.nonzero(as_tuple=True)
        for y, x in zip(y_all.split(SOLVED_AT_ONCE), x_all.split(SOLVED_AT_ONCE), strict=True):
            cell = self._number[self._cells(y, x)]
            yield y, x, solve_pixels(self.image[:, y, x], front.at(cell), back.at(cell), self.variance, prior[y, x])

    def lend(self, side: Tensor, y: Tensor, x: Tensor, weight: Tensor) -> None:
        """Let pixels lend their colours to a side, `front` or `back`, as far as their weights say."""
        side[y, x] = weight
        self._sides = None

    def _local(self, weight: Tensor) -> Side:
        """One side's colours around each cell that is asked about."""
        return Side.of(*self.grid.local_colors(weight[self.used], len(self.palette), self.window, self._asked))

    def _cells(self, y: Tensor, x: Tensor) -> Tensor:
        """Numbers of the cells of pixels in rows y and columns x."""
        return cell_of(y, x, (self.used.shape[0], self.used.shape[1]), self.grid.shape)

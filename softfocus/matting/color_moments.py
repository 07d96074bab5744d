"""Means and covariances of colours around a place, and what they say about the colours in a mixture."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import grid_sample

from ..filters.gaussian import gaussian_blur
from .local_colors import cell_of

LEAST_SEEN = 0.01  # pixels in a window's average cell for which the wider window counts as much
SPREAD = 0.01  # sRGB: the colours of one side differ at least this much
NOISE = 0.005  # sRGB, of the picture
PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))  # entries of a symmetric matrix, in this order
FULL = [0, 1, 2, 1, 3, 4, 2, 4, 5]  # entries of the whole matrix, from PAIRS
SOLVED_AT_ONCE = 1 << 15  # pixels: bounds the memory, and fits the caches

# Moments are planes [10, rows, columns] (or [10, 1, 1] for all): weight, weighted colours, weighted products of PAIRS.


class Cells:
    """Pixels [H, W] of a picture on a coarse grid that is aligned with its edges; P of them count.

    Args:
        pixels: [H, W] bool, those that count, in the order of `image[:, pixels]`.
        cell_px: side of a cell, at least a pixel.
    """

    def __init__(self, pixels: Tensor, cell_px: float) -> None:
        y, x = pixels.nonzero(as_tuple=True)
        height, width = pixels.shape
        self.rows, self.columns = (max(1, round(side / max(cell_px, 1.0))) for side in pixels.shape)
        self.cell = cell_of(y, x, (height, width), (self.rows, self.columns))
        self.place = torch.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], 1)

    def pieces(self) -> list[slice]:
        """Parts of the pixels, some at a time."""
        return [slice(at, at + SOLVED_AT_ONCE) for at in range(0, len(self.cell), SOLVED_AT_ONCE)]

    def moments(self, colors: Tensor, weight: Tensor) -> Tensor:
        """Moments of the pixels' colours [3, P] with weights [P]."""
        planes = colors.new_zeros(10, self.rows * self.columns)
        for at in self.pieces():
            color = colors[:, at]
            products = torch.stack([color[i] * color[j] for i, j in PAIRS])
            values = torch.cat([torch.ones_like(color[:1]), color, products]).mul_(weight[at])
            planes.index_add_(1, self.cell[at], values)
        return planes.view(10, self.rows, self.columns)

    def at(self, piece: slice, planes: Tensor) -> Tensor:
        """Planes [C, rows, columns] at a piece of the pixels, [C, P]; between the cells' centres they are mixed."""
        place = self.place[piece][None, None]
        return grid_sample(planes[None], place, "bilinear", "border", align_corners=False)[0, :, 0]


def overall(moments: Tensor) -> Tensor:
    """Moments [10, 1, 1] of the whole, per unit of weight."""
    total = moments.sum((1, 2), keepdim=True)
    return total / total[:1].clamp_min(1e-6)


def window_moments(moments: Tensor, window: float, wider: Tensor) -> Tensor:
    """Moments per unit of weight in a Gaussian window of `window` cells, and the `wider` ones where it sees little."""
    seen = gaussian_blur(moments[None], window)[0] + LEAST_SEEN * wider
    return seen / seen[:1].clamp_min(1e-6)


def conditional_colors(colors: Tensor, alpha: Tensor, front: Tensor, back: Tensor) -> tuple[Tensor, Tensor]:
    """Expected colours [3, P] of foreground and background in mixtures `colors` [3, P] by alpha [P].

    Args:
        front, back: [10, P] moments per unit of weight.
    """
    (front_mean, front_spread), (back_mean, back_spread) = (_gaussian(each) for each in (front, back))
    rest = colors - alpha * front_mean - (1 - alpha) * back_mean
    total = alpha**2 * front_spread + (1 - alpha) ** 2 * back_spread
    total[[0, 3, 5]] += NOISE**2
    pull = torch.linalg.solve(_full(total).movedim(2, 0), rest.T).T
    found = (
        (mean + share * (_full(spread) * pull).sum(1)).clamp(0, 1)
        for mean, spread, share in ((front_mean, front_spread, alpha), (back_mean, back_spread, 1 - alpha))
    )
    return next(found), next(found)


def _gaussian(moments: Tensor) -> tuple[Tensor, Tensor]:
    """Means [3, P] and covariances [6, P] in the order of PAIRS."""
    mean = moments[1:4]
    spread = moments[4:] - torch.stack([mean[i] * mean[j] for i, j in PAIRS])
    spread[[0, 3, 5]] = spread[[0, 3, 5]].clamp_min(0) + SPREAD**2
    return mean, spread


def _full(matrix: Tensor) -> Tensor:
    """Matrices [3, 3, P] from their entries [6, P]."""
    return matrix[FULL].unflatten(0, (3, 3))

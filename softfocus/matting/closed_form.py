"""Alpha that follows the picture's colors: samples made consistent by the matting Laplacian and by pixels alike.

What colors say about single pixels is noisy. The solve keeps to it as far as there is no doubt (a data term beside the
Laplacian: Wang and Cohen, CVPR 2007), elsewhere the Laplacian and the ties decide. A coarse picture comes first: what
is plainly foreground or background there is done, so that the fine picture is solved only where it matters.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, interpolate, max_pool2d

from .laplacian import MattingLaplacian
from .local_colors import cell_of, grid_shape
from .ties import Ties

STEPS = (15, 20, 20)  # of conjugate gradients in the picture, at half and at a quarter of its size
SMALLEST = 8  # pixels: a side that is not halved
DECIDED = 0.01  # what is as near as this to 0 or 1 all around, in a picture of half the size, is done
TRUST = 0.5  # of samples without doubt, against the Laplacian
DRAWN_TRUST = 0.02  # likewise in a trimap's unknown part
DOUBT = 1e-3  # variance of a sample at which trust has fallen to half
FLAT_TRUST = 10.0  # where there is no texture to follow: alpha would only spread
FLAT = 1e-6  # variance of colors, sRGB squared, at which that has fallen to half
TINY = 1e-20  # keeps a step of the solve from 0 / 0 once it is there
STEP = 1 / 255  # of files: the solve only comes near 0 and 1, and half a step from them is there


def follow_colors(
    image: Tensor,
    alpha: Tensor,
    doubt: Tensor,
    unknown: Tensor,
    drawn: bool = False,
    steps: tuple[int, ...] = STEPS,
) -> Tensor:
    """Alpha [H, W] at the unknown pixels [H, W] (bool) of an image [3, H, W] sRGB, 0..1.

    Args:
        alpha: [H, W] in 0..1: certain where known, samples where unknown.
        doubt: [H, W] variance of the samples.
        drawn: whether the unknown part is a trimap's, right beside what is certain, so that samples matter less.
        steps: of the solve, likewise to STEPS: less leaves hair less clear.
    """
    trust = (DRAWN_TRUST if drawn else TRUST) * DOUBT / (DOUBT + doubt) + FLAT_TRUST * FLAT / (FLAT + _texture(image))
    found = _solved(image, alpha, unknown, trust, grid_shape(*alpha.shape), steps)
    return torch.where(unknown & ((found - found.round()).abs() < STEP / 2), found.round(), found)


def _solved(
    image: Tensor, samples: Tensor, unknown: Tensor, trust: Tensor, grid: tuple[int, int], steps: tuple[int, ...]
) -> Tensor:
    """Alpha [H, W], starting from a picture of half the size; `steps` here and from there on."""
    start = samples
    if len(steps) > 1 and min(samples.shape) >= SMALLEST:
        part = _halved(unknown[None].to(samples))[0] > 0
        small, weight = _halved(torch.stack([samples, 4 * trust]))
        solved = _solved(_halved(image), small, part, weight, grid, steps[1:])
        change, above_0, below_1 = _doubled(torch.stack([solved - small, *_farthest(solved)]), samples.shape)
        decided = unknown & (torch.minimum(above_0, below_1) <= DECIDED)
        start = torch.where(unknown, samples + change, samples)
        samples, start = (torch.where(decided, (below_1 <= DECIDED).to(plane), plane) for plane in (samples, start))
        unknown = unknown & ~decided
    return _follow(image, samples, unknown, trust, start, grid, steps[0]) if unknown.any() else start


def _follow(
    image: Tensor,
    samples: Tensor,
    unknown: Tensor,
    trust: Tensor,
    start: Tensor,
    grid: tuple[int, int],
    steps: int,
) -> Tensor:
    """(L + ties + trust) x = trust samples by preconditioned conjugate gradients (Hestenes and Stiefel 1952)."""
    laplacian, ties = MattingLaplacian(image, unknown), Ties(image, samples, unknown)
    y, x = unknown.nonzero(as_tuple=True)
    cells = cell_of(y, x, (unknown.shape[0], unknown.shape[1]), grid)
    kept = _CellMeans(trust[unknown], cells, grid[0] * grid[1])
    found, vector = start[unknown], start[laplacian.touched]
    rest = kept.multiply(samples[unknown] - found) - laplacian.multiply(vector) + ties.pull - ties.multiply(found)
    scale = (kept.diagonal + laplacian.diagonal + ties.diagonal).reciprocal()
    direction, vector = scale * rest, torch.zeros_like(vector)
    gain = (rest * direction).sum()
    for _ in range(steps):
        vector[laplacian.place] = direction
        pushed = laplacian.multiply(vector) + ties.multiply(direction) + kept.multiply(direction)
        length = gain / (direction * pushed).sum().clamp_min(TINY)
        found = found + length * direction
        rest = rest - length * pushed
        step = scale * rest
        previous, gain = gain, (rest * step).sum()
        direction = step + gain / previous.clamp_min(TINY) * direction
    return start.masked_scatter(unknown, found.clamp(0, 1))


class _CellMeans:
    """The data term: samples are kept to in the mean of each cell, weighted by trust; inside it the colors say where.

    Attributes:
        diagonal: [N].
    """

    def __init__(self, trust: Tensor, cell: Tensor, count: int) -> None:
        """Of trust [N] and numbers [N] of as many cells as `count`."""
        self._trust, self._cell, self._count = trust, cell, count
        self._share = trust / self._sums(trust)
        self.diagonal = trust * self._share

    def multiply(self, vector: Tensor) -> Tensor:
        """Trust times the mean of each pixel's cell [N], of values [N]."""
        return self._trust * self._sums(self._share * vector)

    def _sums(self, values: Tensor) -> Tensor:
        return values.new_zeros(self._count).index_add_(0, self._cell, values)[self._cell]


def _texture(image: Tensor) -> Tensor:
    """Variance [H, W] of the colors of an image [3, H, W] in the 3 x 3 windows around each pixel, sRGB squared."""
    image = image - 0.5  # float32 then holds a difference of squares to 1e-8
    variance = _around(image.square()) - _around(image).square()
    return _around(variance.clamp_min(0).sum(0, keepdim=True))[0]


def _around(planes: Tensor) -> Tensor:
    """Means of planes [C, H, W] over 3 x 3 pixels, fewer at the border; by axes, in a third of the time of pooling."""
    return _along_width(_along_width(planes).mT.contiguous()).mT


def _along_width(planes: Tensor) -> Tensor:
    total, count = planes.clone(), planes.new_ones(planes.shape[-1])
    for sums, values in ((total, planes), (count, torch.ones_like(count))):
        sums[..., 1:] += values[..., :-1]
        sums[..., :-1] += values[..., 1:]
    return total.div_(count)


def _farthest(alpha: Tensor) -> Tensor:
    """How far alpha [H, W] comes from 0 and from 1 [2, H, W], in each pixel and the eight around it."""
    return max_pool2d(torch.stack([alpha, 1 - alpha])[None], 3, 1, 1)[0]


def _halved(planes: Tensor) -> Tensor:
    """Planes [C, H, W] averaged over cells that share the picture's edges, so that mirrored stays mirrored."""
    height, width = planes.shape[1:]
    return adaptive_avg_pool2d(planes[None], ((height + 1) // 2, (width + 1) // 2))[0]


def _doubled(planes: Tensor, size: torch.Size) -> Tensor:
    """Planes [C, h, w] of half the size, [C, H, W] again; likewise."""
    return interpolate(planes[None], size, mode="bilinear", align_corners=False)[0]

"""One axis of a coarse grid that stands for a Gaussian: pixels add and read by splines, the nodes are blurred between.

Quadratic B-splines have variance step^2 / 4 each, which leaves a Gaussian of variance sigma^2 - step^2 / 2 to the grid.
The three together resemble the Gaussian of sigma to 0.6 % of its peak at a step of 0.6 sigma, 1.5 % at 0.8 and 3 % at
0.95, and have no negative weights, so that means stay means.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from ..band_matrix import TINY, bounded, mirrored_index

TAPS = 3  # nodes around a pixel
STEP = 0.95  # of the grid in sigmas, for a max_delta of USUAL
USUAL = 0.1
STEPS = 0.5, 1.0  # finest and coarsest; from 1.2 on too little variance is left for a Gaussian on the grid
TRUNCATE = 4.25  # half width of the grid's blur in its own sigmas, to the middle between two nodes


class Axis(NamedTuple):
    """Pixels of one axis and the nodes they touch; one node of margin lies outside the picture at either end."""

    first: list[int]  # of the nodes around each pixel
    nodes: Tensor  # [pixels, TAPS] int32: the nodes around each pixel
    taps: Tensor  # [pixels, TAPS]: weights of these nodes
    blur: Tensor  # [nodes, nodes]: the Gaussian between nodes, border rule included
    reach: int  # of that Gaussian in nodes

    def taken(self, begin: int, end: int) -> tuple[int, int]:
        """The first of the nodes that those from begin to end are blurred from, and the one after the last."""
        count = len(self.blur)
        start, stop = min(begin, count - 2) - self.reach, max(end, 2) + self.reach
        return (start if start > 1 else 0), (stop if stop < count - 1 else count)


def grid_step(max_delta: float) -> float:
    """In sigmas. What a grid does to means grows with the step's fourth power, and with how far values lie apart."""
    finest, coarsest = STEPS
    return min(max(STEP * (USUAL / max(max_delta, TINY)) ** 0.25, finest), coarsest)


def spline_axis(size: int, sigma: float, steps: float, device: torch.device) -> Axis:
    """A grid over `size` pixels with a node about every `steps` sigmas.

    It is half-sample aligned with the edges, so that it mirrors as the picture does.
    """
    sigma = bounded(sigma, size)
    inside = math.ceil(size / (steps * sigma))
    step = size / inside
    first = [int((pixel + 0.5) / step) for pixel in range(size)]
    nodes = torch.tensor(first, dtype=torch.int32)[:, None] + torch.arange(TAPS, dtype=torch.int32)
    t = (torch.arange(size, dtype=torch.float64) + 0.5) / step - 0.5 - nodes[:, 0]
    taps = torch.stack([(0.5 - t) ** 2 / 2, 0.75 - t**2, (0.5 + t) ** 2 / 2], 1)
    rest = math.sqrt((sigma / step) ** 2 - 1 / 2)
    reach = math.ceil(TRUNCATE * rest - 0.5)
    offsets = torch.arange(-reach, reach + 1)
    kernel = torch.exp(-0.5 * (offsets.double() / rest) ** 2)
    # B-splines have a fourth cumulant of -1 / 40 each, a Gaussian has none: add 2 / 40 / 4! of the fourth difference.
    near = torch.nn.functional.pad(kernel, (2, 2)).unfold(0, 5, 1)
    kernel = kernel + near @ torch.tensor([1.0, -4.0, 6.0, -4.0, 1.0], dtype=torch.float64) / 480
    kernel /= kernel.sum() * step
    blur = torch.zeros(inside, inside, dtype=torch.float64)
    target = mirrored_index(torch.arange(inside)[:, None] + offsets, inside)
    blur.scatter_add_(1, target, kernel.expand(inside, -1))
    # What falls on the margin belongs to the mirrored node inside, and is read from there.
    fold = mirrored_index(torch.arange(-1, inside + 1), inside)
    folded = blur[fold][:, fold].float()
    return Axis(first, nodes.to(device), taps.float().to(device), folded.to(device), reach)

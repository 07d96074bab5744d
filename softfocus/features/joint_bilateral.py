"""Averages of features over cells that are near and of the same colour in the picture.

Source: Kopf, Cohen, Lischinski and Uyttendaele, "Joint Bilateral Upsampling", SIGGRAPH 2007.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import reduce
from itertools import product

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, pad

REACH = 2  # cells: a window of 5 x 5
UPSAMPLE = (0.7, 6.0)  # spatial sigma in coarse cells; range sigma in CIELAB units, of which 2 are just noticeable
FILTER = (0.5, 4.0)  # the same on one grid; more takes detail away


def joint_bilateral_upsample(coarse: Tensor, guide: Tensor, factor: int) -> Tensor:
    """Every output cell averages the coarse cells around it, those that are near and of its own colour most.

    Args:
        coarse: [B, C, h, w] float32.
        guide: [B, 3, h * factor, w * factor] in CIELAB, L in 0..100. The colour of a coarse cell is the
            mean of the guide inside it.
        factor: output cells per coarse cell and axis; 1 returns `coarse` itself.

    Returns:
        [B, C, h * factor, w * factor]: weighted means, so a constant map stays constant. Cells beyond
        the border do not exist and get no weight. No tensor on the way is larger than the padded result.

    Raises:
        ValueError: the guide has another size.
    """
    batch, _, rows, columns = coarse.shape
    expected = (batch, 3, rows * factor, columns * factor)
    if tuple(guide.shape) != expected:
        raise ValueError(f"guide has shape {list(guide.shape)}; expected {list(expected)}")
    return coarse if factor == 1 else _bilateral(coarse, guide, factor, *UPSAMPLE)


def joint_bilateral_filter(features: Tensor, guide: Tensor) -> Tensor:
    """The same on one grid: [B, C, H, W] features smoothed a little, but not across edges of [B, 3, H, W] guide."""
    return _bilateral(features, guide, 1, *FILTER)


def _bilateral(coarse: Tensor, guide: Tensor, factor: int, spatial_sigma: float, range_sigma: float) -> Tensor:
    batch, channels, rows, columns = coarse.shape
    means, source = (pad(each, (REACH,) * 4) for each in (avg_pool2d(guide, factor), coarse))
    outside = pad(coarse.new_zeros(1, 1, rows, columns), (REACH,) * 4, value=math.inf)
    blocks = guide.reshape(batch, 3, rows, factor, columns, factor)
    within = (torch.arange(factor) + 0.5) / factor - 0.5  # an output cell's place in its coarse cell
    window = range(-REACH, REACH + 1)

    def costs() -> Iterator[tuple[Tensor, Tensor]]:
        for dy, dx in product(window, window):
            there = (..., slice(REACH + dy, REACH + dy + rows), None, slice(REACH + dx, REACH + dx + columns), None)
            color = (blocks - means[there]).square().sum(1, keepdim=True) / range_sigma**2
            distance = ((within - dy).square()[:, None] + (within - dx).square()) / spatial_sigma**2
            yield color + distance.to(coarse)[:, None] + outside[there], source[there]

    least = reduce(torch.minimum, (cost for cost, _ in costs()))
    total = coarse.new_zeros(batch, channels, rows, factor, columns, factor)
    weight = torch.zeros_like(least)
    for cost, values in costs():
        share = torch.exp(0.5 * (least - cost))  # a colour that is nowhere near still has a nearest one
        weight += share
        total.addcmul_(share, values)
    return total.div_(weight).view(batch, channels, rows * factor, columns * factor)

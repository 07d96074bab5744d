"""Statistics of natural scenes: locally normalised luma, and the generalised Gaussian that its values follow.

Luma less its local mean, over its local deviation, has nearly the same distribution in every sharp and clean
photograph; blur, noise and compression change its shape. NIQE and BRISQUE measure that with asymmetric generalised
Gaussians, fitted by moments; PIQE looks at the normalised luma itself.

Sources: A. Mittal, A. K. Moorthy and A. C. Bovik, "No-reference image quality assessment in the spatial domain", IEEE
TIP 21 (2012); N.-E. Lasmar, Y. Stitou and Y. Berthoumieu, "Multiscale skewed heavy tailed model for texture
analysis", ICIP 2009 (the moment fit).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad

REACH = 3  # px each way: the window is 7 x 7
SIGMA = 7 / 6  # px
SHAPES = (0.2, 10.0)  # the shapes that the references look for
ROUNDING = 5e-7  # of the contrast: what float32 leaves of a balance; the fits count the values on either side of zero
MOSTLY = 0.5  # share of a block or value of a pixel from which it counts as inside a region

BT601_OF_32768 = (9798, 19235, 3735)  # BT.601 luma weights as integers: no rounding depends on the machine


class GeneralisedGaussian(NamedTuple):
    """Asymmetric fit, each float64 on the CPU: shape (2 is a Gaussian) and root mean squares below and above zero."""

    shape: Tensor
    left: Tensor
    right: Tensor

    def spread(self) -> Tensor:
        """Scale of the density per unit of root mean square."""
        return torch.exp((torch.lgamma(1 / self.shape) - torch.lgamma(3 / self.shape)) / 2)

    def mean(self) -> Tensor:
        mean_size = torch.exp(torch.lgamma(2 / self.shape) - torch.lgamma(1 / self.shape))
        return (self.right - self.left) * self.spread() * mean_size


def frames_of(image: Tensor, region: Tensor | None) -> Iterator[tuple[Tensor, Tensor | None]]:
    """The pictures of a batch one at a time, as the 8-bit levels that the metrics are defined on, with their regions.

    Args:
        image: [B, 3, H, W] sRGB in 0..1; other values are clipped.
        region: [B or 1, 1, H, W] in 0..1, or None.

    Yields:
        [3, H, W] whole levels 0..255 as float32; region [H, W] or None.

    Raises:
        ValueError: the image is not [B, 3, H, W], or the region does not fit it.
    """
    if image.ndim != 4 or image.shape[1] != 3:
        raise ValueError(f"image is {list(image.shape)}; give RGB as [B, 3, H, W]")
    if region is not None:
        fitting = [len(image), 1, *image.shape[2:]]
        if list(region.shape) not in (fitting, [1, *fitting[1:]]):
            raise ValueError(f"region is {list(region.shape)} and the image {list(image.shape)}; give {fitting}")
        region = region.float().expand(len(image), -1, -1, -1)
    for index, frame in enumerate(image):
        yield levels_of(frame), None if region is None else region[index, 0]


def levels_of(frame: Tensor) -> Tensor:
    """[3, H, W] sRGB as whole levels 0..255, float32; values beyond 0..1 are clipped."""
    return (frame.float().clamp(0, 1) * 255).round()


def luma_levels(levels: Tensor) -> Tensor:
    """BT.601 luma of [3, H, W] levels, rounded to whole levels with halves up: [H, W] in 0..255."""
    red, green, blue = levels
    weights = BT601_OF_32768
    return torch.floor((weights[0] * red + weights[1] * green + weights[2] * blue + 16384) / 32768)


def normalised_luma(luma: Tensor, level: float = 1.0, zeros_outside: bool = False) -> Tensor:
    """Luma less its local mean, over its local deviation plus one level (MSCN), under a Gaussian window of 7 x 7.

    Args:
        luma: [H, W], best in whole numbers: then differences are exact and balanced neighbours give exactly 0.
        level: what 1 of 255 is in the luma's unit; it keeps flat areas from being divided by nothing.
        zeros_outside: the border is black rather than the edge pixel repeated.

    Returns:
        [H, W], about -3..3; exactly 0 where the luma is flat or balanced.
    """
    surround = pad(luma[None, None], (REACH,) * 4, mode="constant" if zeros_outside else "replicate")[0, 0]
    nothing = torch.zeros_like(surround)
    middle, shift, variance = _window(surround, nothing, nothing, -1)
    middle, shift, variance = _window(middle, shift, variance, -2)
    deviation = variance.sqrt_()
    shift = shift.masked_fill_(shift.abs() <= ROUNDING * deviation, 0)
    return shift.neg_().div_(deviation.add_(level))


def _window(values: Tensor, shifts: Tensor, variances: Tensor, axis: int) -> tuple[Tensor, Tensor, Tensor]:
    """Window one axis of values known as mean less value and variance: the same three, the axis shorter by the reach.

    Everything is counted from the middle value: mean of squares less square of mean loses all its digits in float32
    where the contrast is low. Opposite neighbours are added first, so that what balances leaves no rounding behind.
    """
    length = values.shape[axis] - 2 * REACH
    middle, weights = values.narrow(axis, REACH, length), _weights()
    shift = shifts.narrow(axis, REACH, length)
    squares = (shift.square() + variances.narrow(axis, REACH, length)).mul_(weights[0])
    shift = shift * weights[0]
    for offset in range(1, REACH + 1):
        steps = []
        for start in (REACH - offset, REACH + offset):
            step = (values.narrow(axis, start, length) - middle).add_(shifts.narrow(axis, start, length))
            squares.addcmul_(step, step, value=weights[offset])
            squares.add_(variances.narrow(axis, start, length), alpha=weights[offset])
            steps.append(step)
        shift.add_(steps[0].add_(steps[1]), alpha=weights[offset])
    return middle, shift, squares.sub_(shift.square()).clamp_min_(0)


@cache
def _weights() -> tuple[float, ...]:
    """Of the middle and of its neighbours on one side, counted outwards."""
    bells = [math.exp(-0.5 * (offset / SIGMA) ** 2) for offset in range(REACH + 1)]
    total = 2 * sum(bells) - bells[0]
    return tuple(bell / total for bell in bells)


def fit_gaussian(values: Tensor, by_table: bool) -> GeneralisedGaussian:
    """Fit by moments along the last axis.

    Args:
        values: [..., N].
        by_table: the shape is the nearest of a table in steps of 0.001, and exact zeros belong to neither side, as in
            the release of NIQE (whose distance is so ill-conditioned that the steps show in it). Otherwise the shape
            is what the moments say, and zeros belong to the right side, as in the package brisque.

    Returns:
        The fit, each [...]; NaN where one side has no values.
    """
    below = values < 0
    above = values > 0 if by_table else ~below
    left_sum = values.clamp_max(0).square().sum(-1)
    right_sum = values.clamp_min(0).square().sum(-1)
    left_sum, right_sum, size_sum = torch.stack([left_sum, right_sum, values.abs().sum(-1)]).double().cpu()
    left = (left_sum / below.sum(-1).cpu()).sqrt()
    right = (right_sum / above.sum(-1).cpu()).sqrt()
    balance = left / right
    flatness = size_sum**2 / (values.shape[-1] * (left_sum + right_sum))
    flatness *= (balance**3 + 1) * (balance + 1) / (balance**2 + 1) ** 2
    return GeneralisedGaussian(_shape(flatness, by_table), left, right)


def _shape(flatness: Tensor, by_table: bool) -> Tensor:
    """Shape of the generalised Gaussian whose square of mean size over mean square is this, within SHAPES."""
    shapes, table = _flatness_table()
    upper = torch.searchsorted(table, flatness.contiguous()).clamp(1, len(table) - 1)
    share = ((flatness - table[upper - 1]) / (table[upper] - table[upper - 1])).clamp(0, 1)
    shape = torch.lerp(shapes[upper - 1], shapes[upper], share.round() if by_table else share)
    # Where there is nothing to fit, the release's search ends at the first entry, and that enters its means.
    return shape.nan_to_num(SHAPES[0]) if by_table else shape


@cache
def _flatness_table() -> tuple[Tensor, Tensor]:
    shapes = torch.linspace(*SHAPES, 9801, dtype=torch.float64)
    return shapes, torch.exp(2 * torch.lgamma(2 / shapes) - torch.lgamma(1 / shapes) - torch.lgamma(3 / shapes))


def blocks(plane: Tensor, side: int) -> Tensor:
    """Whole blocks of [H, W], row by row: [N, side, side]; what is left at the right and at the bottom is dropped."""
    rows, columns = (size // side for size in plane.shape)
    tiled = plane[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return tiled.transpose(1, 2).reshape(rows * columns, side, side)


def blocks_inside(region: Tensor, side: int) -> Tensor:
    """Which of `blocks` lie mostly inside a region [H, W]: [N] bool."""
    return blocks(region, side).mean((1, 2)) >= MOSTLY

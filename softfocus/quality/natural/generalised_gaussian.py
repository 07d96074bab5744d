"""The asymmetric generalised Gaussian that normalised luma follows, fitted by moments.

Source: N.-E. Lasmar, Y. Stitou and Y. Berthoumieu, "Multiscale skewed heavy tailed model for texture analysis", ICIP
2009.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor

SHAPES = (0.2, 10.0)  # the shapes that the references look for


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


def fit_gaussian(values: Tensor, by_table: bool) -> GeneralisedGaussian:
    """`fit_moments` of values [..., N] along the last axis."""
    return fit_moments(moments(values, by_table), values.shape[-1], by_table)


def moments(values: Tensor, above: bool = False) -> Tensor:
    """Sums over the last axis of [..., N]: [5, ...] float64 on the CPU; zeros add nothing to any of them.

    How many values are below zero and, if asked for, above, squares of those below and of those above, sizes of all.
    Those of a picture are the sums of those of its parts.
    """
    step = torch.empty_like(values)  # of each step of the work: new memory would cost as much as filling it
    lefts = torch.lt(values, 0, out=step).sum(-1)  # 0 and 1 as floats: bool takes longer
    rights = torch.gt(values, 0, out=step).sum(-1) if above else torch.zeros_like(lefts)
    left = torch.clamp(values, max=0, out=step).square_().sum(-1)
    right = torch.clamp(values, min=0, out=step).square_().sum(-1)
    return torch.stack([lefts, rights, left, right, torch.abs(values, out=step).sum(-1)]).cpu().double()


def fit_moments(sums: Tensor, count: Tensor | int, by_table: bool) -> GeneralisedGaussian:
    """Fit by moments.

    Args:
        sums: [5, ...], as `moments` gives them, `above` with `by_table`.
        count: of all values, zeros included; [...] or one for all.
        by_table: the shape is the nearest of a table in steps of 0.001, and exact zeros belong to neither side, as in
            the release of NIQE (whose distance is so ill-conditioned that the steps show in it). Otherwise the shape
            is what the moments say, and zeros belong to the right side, as in the package brisque.

    Returns:
        The fit, each [...]; NaN where one side has no values.
    """
    lefts, rights, left_sum, right_sum, size_sum = sums
    left = (left_sum / lefts).sqrt()
    right = (right_sum / (rights if by_table else count - lefts)).sqrt()
    balance = left / right
    flatness = size_sum**2 / (count * (left_sum + right_sum))
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

"""Least squares over the pixels of a picture: only the products of its planes are ever summed up, strip by strip."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ...filters.row_strips import row_slices

APART = 0.25  # of the width of a low-pass: samples as near as this to each other hold all that it leaves
RIDGE = 1e-6  # square of the smallest variation, in codes of 0..1, that may explain anything

Planes = Callable[[slice], Sequence[Tensor]]  # from some rows to planes [1, 1, h, W] there


def sampled(plane: Tensor, sigma_px: float) -> tuple[slice, slice]:
    """Rows and columns that stand for all of a plane [..., H, W] without anything finer than a Gaussian.

    Each is the middle one of as many, an odd number: the borders count for no more than they are.
    """
    step = 1 + 2 * max(0, int(APART * sigma_px - 1) // 2)
    rows, columns = (slice((length % step + step - 1) // 2, None, step) for length in plane.shape[-2:])
    return rows, columns


def mean_products(planes: Planes, count: int, like: Tensor, weight: Tensor | None) -> Tensor:
    """Means of the products of planes with each other under a weight.

    Args:
        planes: makes them.
        count: k, how many it makes.
        like: [1, 1, H, W], of which `planes` is given rows.
        weight: [1, 1, H, W], or None: all pixels.

    Returns:
        [k, k] float64 on the CPU; zeros without weight.
    """
    sums, total = torch.zeros(1, dtype=torch.float64), 0.0
    for rows in row_slices(like):
        values = torch.cat([*planes(rows)], 1)[0]  # [k, h, W]
        own = None if weight is None else weight[0, :, rows]
        weighted = values if own is None else values * own
        # by rows: float32 keeps all its digits in sums as short as these
        sums = sums + torch.bmm(weighted.transpose(0, 1), values.permute(1, 2, 0)).cpu().double().sum(0)
        total += values[0].numel() if own is None else float(own.sum())
    return sums / total if total > 0 else torch.zeros_like(sums)


def solve(products: Tensor) -> list[float]:
    """Factors of the causes that explain a change best (ridge regression).

    Args:
        products: `mean_products` of the change and of each cause.
    """
    normal, target = products[1:, 1:], products[1:, 0]
    law = torch.linalg.solve(normal + RIDGE * torch.eye(len(target), dtype=torch.float64), target)
    return [float(factor) for factor in law]


def missed_square(products: Tensor, law: Sequence[float]) -> float:
    """Mean square of what the change has beyond the causes by their factors."""
    factors = torch.tensor([1.0, *(-factor for factor in law)], dtype=torch.float64)
    return max(0.0, float(factors @ products @ factors))

"""Sums of Gaussians on a small grid, all in two products: each Gaussian is a whole matrix along either axis."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from .band_matrix import bounded, filter_matrix

DENSE = 64  # samples of an axis up to which whole matrices cost next to nothing on a CPU ...
DENSE_ON_DEVICE = 256  # ... and on a device ...
WRITTEN_ON_DEVICE = 1536  # ... where each of several Gaussians writes a grid: such samples times Gaussians

Sigmas = tuple[float, float]  # vertical, horizontal
Factors = Sequence[float] | Tensor  # a number for each Gaussian, or [Gaussians, C, 1, 1]


def is_dense(size: tuple[int, int], count: int, device: bool) -> bool:
    """Whether a grid is so small that so many Gaussians are best made as whole matrices."""
    return max(size) <= (min(DENSE_ON_DEVICE, WRITTEN_ON_DEVICE // count) if device else DENSE)


def dense_mixture(image: Tensor, sigmas: Sequence[Sigmas], weights: Factors) -> Tensor:
    """Weighted sum of Gaussians of a picture [B, C, H, W]; sigmas in samples. The result lies in memory as columns."""
    columns = image.permute(3, 0, 1, 2)
    width, height = columns.shape[0], columns.shape[-1]
    numbers = None if isinstance(weights, Tensor) else tuple(weights)
    down = _matrices(height, tuple(sigma for sigma, _ in sigmas), numbers).to(image.device)
    across = _matrices(width, tuple(sigma for _, sigma in sigmas), None).to(image.device)
    wide = across.mT.reshape(-1, width) @ columns.reshape(width, -1)
    blurred = torch.bmm(wide.view(len(sigmas), -1, height), down).view(len(sigmas), *columns.shape)
    if isinstance(weights, Tensor):
        blurred *= weights.view(len(sigmas), 1, 1, -1, 1)
    return blurred.sum(0).permute(1, 2, 3, 0)


@lru_cache(maxsize=64)
def _matrices(size: int, sigmas: tuple[float, ...], weights: tuple[float, ...] | None) -> Tensor:
    """[sigmas, size, size], for a product from the right, each times its weight."""
    matrices = torch.stack([filter_matrix(size, size, bounded(sigma, size)) for sigma in sigmas])
    return matrices if weights is None else matrices * torch.tensor(weights).view(-1, 1, 1)

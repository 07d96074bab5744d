"""Means from sums of weighted values and of weights: how a normalised convolution ends (Knutsson and Westin, 1993)."""

from __future__ import annotations

import torch
from torch import Tensor

TINY_WEIGHT = 1e-6  # below this there is nothing to average, and the pixel keeps its own value


def mean_of_sums(sums: Tensor, values: Tensor, axis: int) -> Tensor:
    """Sums of weighted values over the sum of weights, which comes last along `axis`, the channels' axis.

    Where the sum of weights is nothing: `values`, which have one channel less than `sums`.
    """
    total = sums.narrow(axis, -1, 1)
    mean = sums.narrow(axis, 0, values.shape[axis]) / total.clamp_min(TINY_WEIGHT)
    return torch.lerp(values, mean, (total > TINY_WEIGHT).float())  # exact at 0 and 1, and quicker than torch.where

"""Means from sums of weighted values and of weights: how a normalised convolution ends (Knutsson and Westin, 1993)."""

from __future__ import annotations

import torch
from torch import Tensor

TINY_WEIGHT = 1e-6  # below this there is nothing to average, and the pixel keeps its own value


def mean_of_sums(sums: Tensor, values: Tensor, axis: int) -> Tensor:
    """Sums of weighted values over the sums of weights, which come last along `axis`, the channels' axis.

    One sum of weights serves all channels of `values`, or there is one for each. Where it is nothing: `values`.
    """
    channels = values.shape[axis]
    total = sums.narrow(axis, channels, sums.shape[axis] - channels)
    mean = sums.narrow(axis, 0, channels) / total.clamp_min(TINY_WEIGHT)
    return torch.lerp(values, mean, (total > TINY_WEIGHT).float())  # exact at 0 and 1, and quicker than torch.where

"""Means from sums of weighted values and of weights: how a normalised convolution ends (Knutsson and Westin, 1993)."""

from __future__ import annotations

import torch
from torch import Tensor

from ..device_path import on_device

TINY_WEIGHT = 1e-6  # below this there is nothing to average, and the pixel keeps its own value


def mean_of_sums(sums: Tensor, values: Tensor, axis: int) -> Tensor:
    """Sums of weighted values over the sums of weights, which come last along `axis`, the channels' axis.

    One sum of weights serves all channels of `values`, or there is one for each. Where it is nothing: `values`.
    """
    channels = values.shape[axis]
    total = sums.narrow(axis, channels, sums.shape[axis] - channels)
    mean = sums.narrow(axis, 0, channels) / total.clamp_min(TINY_WEIGHT)
    there = total > TINY_WEIGHT
    if on_device(sums):
        return torch.where(there, mean, values)
    return torch.lerp(values, mean, there.float())  # exact at 0 and 1, and quicker on a CPU

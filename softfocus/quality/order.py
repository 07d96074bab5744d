"""Values chosen from many, by place or by size: on a CPU by NumPy, which takes a tenth of the time of torch."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from ..device_path import on_device


def chosen(values: Tensor, inside: Tensor) -> Tensor:
    """Those of the values, any shape, where `inside`, bool and of the same shape, is true: [N], row by row."""
    if on_device(values):
        return values[inside]
    return torch.from_numpy(values.numpy()[inside.numpy()])


def largest(values: Tensor, count: int) -> Tensor:
    """Places of the largest of values [N], in no order: [count] int64; 0 <= count <= N."""
    if on_device(values):
        return values.topk(count, sorted=False).indices
    first = len(values) - count
    if count == 0:
        return torch.zeros(0, dtype=torch.int64)
    return torch.from_numpy(np.argpartition(values.numpy(), first)[first:])


def quantile(values: Tensor, share: float) -> float:
    """The value that `share` (0..1) of a tensor's elements do not exceed; any shape, not empty.

    torch.quantile takes 16 million values at most.
    """
    rank = max(1, math.ceil(share * values.numel()))
    if on_device(values):
        return float(values.flatten().kthvalue(rank).values)
    return float(np.partition(values.flatten().numpy(), rank - 1)[rank - 1])

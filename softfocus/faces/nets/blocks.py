"""Layers that the face nets share. Activations are [B, C, H, W]."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


def pad_for_stride_two(x: torch.Tensor, kernel: int) -> torch.Tensor:
    """Zero border of TensorFlow's 'same' rule at stride 2 and even size: the odd pixel goes right and below."""
    before = (kernel - 2) // 2
    after = kernel - 2 - before
    return F.pad(x, (before, after, before, after))


class Separable(nn.Module):
    """3 x 3 depthwise convolution (stride 1 or 2), then 1 x 1 convolution."""

    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        padding = 1 if stride == 1 else 0
        self.depthwise = nn.Conv2d(channels_in, channels_in, 3, stride=stride, padding=padding, groups=channels_in)
        self.pointwise = nn.Conv2d(channels_in, channels_out, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.stride == 2:
            x = pad_for_stride_two(x, 3)
        return self.pointwise(self.depthwise(x))


def add_shortcut(x: torch.Tensor, branch: torch.Tensor) -> torch.Tensor:
    """`branch` plus `x`, max-pooled to the branch's size and zero-padded to its channels."""
    if x.shape[-1] != branch.shape[-1]:
        x = F.max_pool2d(x, 2)
    extra = branch.shape[1] - x.shape[1]
    return branch + (F.pad(x, (0, 0, 0, 0, 0, extra)) if extra else x)


class BlazeBlock(nn.Module):
    """Residual block of one separable convolution (BlazeFace, arXiv 1907.05047, figure 1)."""

    def __init__(self, channels_in: int, channels_out: int, stride: int, activation: nn.Module) -> None:
        super().__init__()
        self.branch = Separable(channels_in, channels_out, stride)
        self.activation = activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.activation(add_shortcut(x, self.branch(x)))


class DoubleBlazeBlock(nn.Module):
    """Residual block of two separable convolutions with a bottleneck between them."""

    def __init__(self, channels_in: int, middle: int, channels_out: int, stride: int) -> None:
        super().__init__()
        self.squeeze = Separable(channels_in, middle, stride)
        self.expand = Separable(middle, channels_out, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(add_shortcut(x, self.expand(F.relu(self.squeeze(x)))))

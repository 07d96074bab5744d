"""Layers that the face nets share. Activations are [B, C, H, W], channels last in memory; nothing here is trained, so
that each layer may write into what the one before it has made.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn import Conv2d


def pad_for_stride_two(x: torch.Tensor, kernel: int, value: float = 0.0) -> torch.Tensor:
    """Border of TensorFlow's 'same' rule at stride 2 and even size: the odd pixel goes right and below."""
    before = (kernel - 2) // 2
    after = kernel - 2 - before
    return F.pad(x, (before, after, before, after), value=value)


def stem_of_signed(stem: nn.Conv2d, image: torch.Tensor) -> torch.Tensor:
    """relu(stem) at stride 2 of a picture 0..1 by a convolution that was trained on -1..1, without that picture."""
    assert stem.bias is not None
    weight = stem.weight
    padded = pad_for_stride_two(image, weight.shape[-1], value=0.5)
    return F.conv2d(padded, 2 * weight, stem.bias - weight.sum((1, 2, 3)), stride=2).relu_()


class Pointwise(nn.Conv2d):
    """1 x 1 convolution as one product of matrices, which channels last need no copy for."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(channels_in, channels_out, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        assert self.bias is not None
        rows = x.permute(0, 2, 3, 1)
        # F.linear writes the bias first, row by row, which takes longer.
        total = (rows.flatten(0, 2) @ self.weight.flatten(1).T).add_(self.bias)
        return total.view(*rows.shape[:3], -1).permute(0, 3, 1, 2)

    def add_to(self, shortcut: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        """shortcut + self(x), in the shortcut's memory: the product is summed up right there."""
        assert self.bias is not None
        total = shortcut.permute(0, 2, 3, 1).add_(self.bias)
        rows = total.flatten(0, 2).addmm_(x.permute(0, 2, 3, 1).flatten(0, 2), self.weight.flatten(1).T)
        return rows.view(total.shape).permute(0, 3, 1, 2)


class Separable(nn.Module):
    """3 x 3 depthwise convolution (stride 1 or 2), then 1 x 1 convolution."""

    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.depthwise = Conv2d(channels_in, channels_in, 3, stride=stride, padding=1, groups=channels_in)
        self.pointwise = Pointwise(channels_in, channels_out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pointwise(self._filtered(x))

    def with_shortcut(self, x: torch.Tensor, shortcut: torch.Tensor) -> torch.Tensor:
        """What this makes of `x`, and the shortcut, of which nothing is left.

        The shortcut is max-pooled to the size, and of as many channels or less: those that only this has stay.
        """
        filtered = self._filtered(x)
        if shortcut.shape[-1] != filtered.shape[-1]:
            shortcut = _halved_maximum(shortcut)
        if shortcut.shape[1] == self.pointwise.out_channels:
            return self.pointwise.add_to(shortcut, filtered)
        branch = self.pointwise(filtered)
        branch[:, : shortcut.shape[1]].add_(shortcut)
        return branch

    def _filtered(self, x: torch.Tensor) -> torch.Tensor:
        return self.depthwise(x) if self.stride == 1 else self._halved(x)

    def _halved(self, x: torch.Tensor) -> torch.Tensor:
        """As after `pad_for_stride_two`, but what grows is the kernel: x takes no copy with a border."""
        weight = F.pad(self.depthwise.weight, (1, 0, 1, 0))
        return F.conv2d(x, weight, self.depthwise.bias, stride=2, padding=1, groups=x.shape[1])


def _halved_maximum(x: torch.Tensor) -> torch.Tensor:
    """`F.max_pool2d(x, 2)` of even sides in half the time: without looking where each maximum was."""
    pairs = torch.maximum(x[:, :, ::2], x[:, :, 1::2])
    return torch.maximum(pairs[..., ::2], pairs[..., 1::2])


class BlazeBlock(nn.Module):
    """Residual block of one separable convolution (BlazeFace, arXiv 1907.05047, figure 1)."""

    def __init__(self, channels_in: int, channels_out: int, stride: int, activation: nn.Module) -> None:
        super().__init__()
        self.branch = Separable(channels_in, channels_out, stride)
        self.activation = activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.activation(self.branch.with_shortcut(x, x))


class DoubleBlazeBlock(nn.Module):
    """Residual block of two separable convolutions with a bottleneck between them."""

    def __init__(self, channels_in: int, middle: int, channels_out: int, stride: int) -> None:
        super().__init__()
        self.squeeze = Separable(channels_in, middle, stride)
        self.expand = Separable(middle, channels_out, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.expand.with_shortcut(self.squeeze(x).relu_(), x).relu_()

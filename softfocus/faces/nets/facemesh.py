"""Face Mesh: 468 surface points of one face (arXiv 1907.06724)."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import Conv2d

from ..topology import POINTS
from .blocks import BlazeBlock, pad_for_stride_two

_TRUNK = ((16, 16, 1), (16, 16, 1), (16, 32, 2), (32, 32, 1), (32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 64, 1),
          (64, 128, 2), (128, 128, 1), (128, 128, 1), (128, 128, 2), (128, 128, 1), (128, 128, 1))  # fmt: skip


def _block(channels_in: int, channels_out: int, stride: int) -> BlazeBlock:
    return BlazeBlock(channels_in, channels_out, stride, nn.PReLU(channels_out))


def _head(blocks: int, outputs: int) -> nn.Sequential:
    """From the trunk's 6 x 6 x 128 features to `outputs` numbers, [B, outputs, 1, 1]."""
    strides = (2,) + (1,) * (blocks - 1)
    return nn.Sequential(
        *(_block(128, 128, stride) for stride in strides),
        Conv2d(128, 32, 1),
        nn.PReLU(32),
        _block(32, 32, 1),
        Conv2d(32, outputs, 3),
    )


class FaceMesh(nn.Module):
    """Upright square face crops, sRGB [B, 3, 192, 192] in 0..1, to `(points, presence)`.

    `points` is [B, 468, 3]: x and y in net pixels (0..192), z on the same scale relative to the head's centre.
    `presence` is [B], the logit that the crop holds a face.
    """

    size = 192

    def __init__(self) -> None:
        super().__init__()
        self.stem = Conv2d(3, 16, 3, stride=2)
        self.stem_activation = nn.PReLU(16)
        self.trunk = nn.Sequential(*(_block(i, o, s) for i, o, s in _TRUNK))
        self.points = _head(3, POINTS * 3)
        self.presence = _head(1, 1)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.trunk(self.stem_activation(self.stem(pad_for_stride_two(image, 3))))
        points = self.points(features).reshape(-1, POINTS, 3)
        return points, self.presence(features).reshape(-1)

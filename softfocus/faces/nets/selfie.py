"""MediaPipe's selfie segmentation: which pixels of a square crop are a person.

A small MobileNetV3 (arXiv 1905.02244) with a decoder that mixes in finer features step by step.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from .blocks import pad_for_stride_two

# Kernel, channels in, middle, out, gate's middle (0: no gate), stride, and whether the activation is hard swish.
_STRIDE_4 = ((3, 16, 16, 16, 8, 2, False),)
_STRIDE_8 = ((3, 16, 72, 24, 0, 2, False), (3, 24, 88, 24, 0, 1, False))
_STRIDE_16 = (
    (5, 24, 96, 32, 24, 2, True),
    (5, 32, 128, 32, 32, 1, True),
    (5, 32, 128, 32, 32, 1, True),
    (5, 32, 96, 32, 24, 1, True),
    (5, 32, 96, 32, 24, 1, True),
)


class _Gate(nn.Module):
    """A weight in 0..1 for each channel [B, C, 1, 1], from the channels' means (squeeze and excitation).

    torchvision's SqueezeExcitation weighs what it looks at; the decoders weigh other features than they look at.
    """

    def __init__(self, channels: int, middle: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, middle, 1)
        self.excite = nn.Conv2d(middle, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.excite(F.relu(self.squeeze(x.mean((2, 3), keepdim=True)))).sigmoid()


class _Bottleneck(nn.Module):
    """MobileNetV3's block: 1 x 1 up, depthwise, gate, 1 x 1 down, shortcut where the shapes agree."""

    def __init__(
        self, kernel: int, inputs: int, middle: int, outputs: int, gate: int, stride: int, swish: bool
    ) -> None:
        super().__init__()
        self.kernel, self.stride, self.shortcut = kernel, stride, stride == 1 and inputs == outputs
        padding = kernel // 2 if stride == 1 else 0
        self.expand = nn.Conv2d(inputs, middle, 1)
        self.depthwise = nn.Conv2d(middle, middle, kernel, stride=stride, padding=padding, groups=middle)
        self.gate = _Gate(middle, gate) if gate else None
        self.project = nn.Conv2d(middle, outputs, 1)
        self.activation = F.hardswish if swish else F.relu

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.activation(self.expand(x))
        y = self.activation(self.depthwise(pad_for_stride_two(y, self.kernel) if self.stride == 2 else y))
        if self.gate is not None:
            y = y * self.gate(y)
        y = self.project(y)
        return x + y if self.shortcut else y


class _Decoder(nn.Module):
    """One step up: double the size, add the encoder's features of that size as far as the gate lets them in."""

    def __init__(self, below: int, channels: int) -> None:
        super().__init__()
        self.from_below = nn.Conv2d(below, channels, 1)
        self.gate = _Gate(channels, channels)
        self.mix = nn.Conv2d(channels, channels, 1)
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)

    def forward(self, below: torch.Tensor, side: torch.Tensor) -> torch.Tensor:
        raised = F.interpolate(below, scale_factor=2.0, mode="bilinear", align_corners=False)
        raised = self.from_below(raised)
        mixed = F.relu(self.mix(side * self.gate(side + raised) + raised))
        return mixed + F.relu(self.depthwise(mixed))


class SelfieSegmentation(nn.Module):
    """sRGB crops [B, 3, 256, 256] in 0..1 to the probability [B, 1, 256, 256] that a pixel is a person."""

    size = 256

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, stride=2)
        self.stages = nn.ModuleList(
            nn.Sequential(*(_Bottleneck(*block) for block in stage)) for stage in (_STRIDE_4, _STRIDE_8, _STRIDE_16)
        )
        self.context = nn.Conv2d(32, 128, 1)
        self.context_gate = nn.Conv2d(32, 128, 1)
        self.decoders = nn.ModuleList((_Decoder(128, 24), _Decoder(24, 16), _Decoder(16, 16)))
        self.segment = nn.Conv2d(16, 4, 1)  # a 2 x 2 block of pixels for each place

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        sides = [F.hardswish(self.stem(pad_for_stride_two(image, 3)))]
        for stage in self.stages:
            sides.append(stage(sides[-1]))
        deepest = sides.pop()
        x = F.relu(self.context(deepest)) * self.context_gate(deepest.mean((2, 3), keepdim=True)).sigmoid()
        for decoder, side in zip(self.decoders, reversed(sides), strict=True):
            x = decoder(x, side)
        return F.pixel_shuffle(self.segment(x), 2).sigmoid()

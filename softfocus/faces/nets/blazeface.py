"""BlazeFace: the short-range and the full-range face detector (arXiv 1907.05047).

Both take sRGB pictures [B, 3, S, S] in 0..1, S their `size` or, since layers go on as they are, another multiple of 16
(full: 32), and return `(boxes, logits)`: [B, N, 16] in net pixels relative to the N anchors (centre x, y, width,
height, then x, y of right eye, left eye, nose tip, mouth, right ear, left ear), and [B, N] scores before the sigmoid.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn import Conv2d

from .blocks import BlazeBlock, DoubleBlazeBlock, Pointwise, stem_of_signed

_SHORT_FINE = ((24, 24, 1), (24, 28, 1), (28, 32, 2), (32, 36, 1), (36, 42, 1), (42, 48, 2), (48, 56, 1),
               (56, 64, 1), (64, 72, 1), (72, 80, 1), (80, 88, 1))  # fmt: skip
_SHORT_COARSE = ((88, 96, 2), (96, 96, 1), (96, 96, 1), (96, 96, 1), (96, 96, 1))

_FULL_STAGES = (
    ((32, 8, 32, 1), (32, 8, 32, 1), (32, 12, 48, 2), (48, 12, 48, 1), (48, 16, 64, 1)),
    ((64, 24, 96, 2), (96, 32, 128, 1), (128, 32, 128, 1)),
    ((128, 36, 144, 2), (144, 48, 192, 1), (192, 64, 256, 1)),
    ((256, 96, 384, 2), (384, 96, 384, 1), (384, 96, 384, 1), (384, 96, 384, 1)),
)


def grid_anchors(cells: int, per_cell: int) -> torch.Tensor:
    """Anchor centres of a `cells` x `cells` grid, row by row: [cells * cells * per_cell, 2] (x, y) in 0..1."""
    centres = (torch.arange(cells, dtype=torch.float32) + 0.5) / cells
    y, x = torch.meshgrid(centres, centres, indexing="ij")
    return torch.stack((x, y), -1).view(-1, 2).repeat_interleave(per_cell, 0)


def _per_anchor(x: torch.Tensor, values: int) -> torch.Tensor:
    """[B, anchors * values, H, W] -> [B, H * W * anchors, values]."""
    return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1, values)


class ShortRangeDetector(nn.Module):
    """For faces that fill a good part of 128 px, with 896 anchors there."""

    size = 128

    def __init__(self) -> None:
        super().__init__()
        self.stem = Conv2d(3, 24, 5, stride=2)
        self.fine = nn.Sequential(*(BlazeBlock(i, o, s, nn.ReLU(inplace=True)) for i, o, s in _SHORT_FINE))
        self.coarse = nn.Sequential(*(BlazeBlock(i, o, s, nn.ReLU(inplace=True)) for i, o, s in _SHORT_COARSE))
        self.score_fine = Pointwise(88, 2)
        self.score_coarse = Pointwise(96, 6)
        self.box_fine = Pointwise(88, 32)
        self.box_coarse = Pointwise(96, 96)

    @staticmethod
    def anchors(size: int = size) -> torch.Tensor:
        """Anchor centres [N, 2] of a picture of that size: two a cell at stride 8, six a cell at stride 16."""
        return torch.cat((grid_anchors(size // 8, 2), grid_anchors(size // 16, 6)))

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        fine = self.fine(stem_of_signed(self.stem, image))
        coarse = self.coarse(fine)
        boxes = torch.cat((_per_anchor(self.box_fine(fine), 16), _per_anchor(self.box_coarse(coarse), 16)), 1)
        logits = torch.cat((_per_anchor(self.score_fine(fine), 1), _per_anchor(self.score_coarse(coarse), 1)), 1)
        return boxes, logits[..., 0]


class _Decoder(nn.Module):
    """One step up of the feature pyramid: halve the stride and add the encoder's features of that size."""

    def __init__(self, below: int, lateral: int, channels: int, blocks: int) -> None:
        super().__init__()
        self.from_below = Pointwise(below, channels)
        self.from_side = Pointwise(lateral, channels)
        self.blocks = nn.Sequential(*(DoubleBlazeBlock(channels, channels // 2, channels, 1) for _ in range(blocks)))

    def forward(self, below: torch.Tensor, side: torch.Tensor) -> torch.Tensor:
        raised = F.interpolate(F.relu(self.from_below(below)), scale_factor=2.0, mode="bilinear", align_corners=False)
        return self.blocks(F.relu(self.from_side(side)) + raised)


class FullRangeDetector(nn.Module):
    """For smaller and more distant faces: 192 px, 2304 anchors there, at stride 4."""

    size = 192

    def __init__(self) -> None:
        super().__init__()
        self.stem = Conv2d(3, 32, 3, stride=2)
        self.stages = nn.ModuleList(
            nn.Sequential(*(DoubleBlazeBlock(i, m, o, s) for i, m, o, s in stage)) for stage in _FULL_STAGES
        )
        self.decoders = nn.ModuleList(
            (
                _Decoder(384, 256, 96, 2),
                _Decoder(96, 128, 64, 2),
                _Decoder(64, 64, 48, 1),
            )
        )
        self.score = Pointwise(48, 1)
        self.box = Pointwise(48, 16)

    @staticmethod
    def anchors(size: int = size) -> torch.Tensor:
        """Anchor centres [N, 2] of a picture of that size, one a cell."""
        return grid_anchors(size // 4, 1)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = stem_of_signed(self.stem, image)
        encoded = []
        for stage in self.stages:
            x = stage(x)
            encoded.append(x)
        for decoder, side in zip(self.decoders, reversed(encoded[:-1]), strict=True):
            x = decoder(x, side)
        return _per_anchor(self.box(x), 16), _per_anchor(self.score(x), 1)[..., 0]

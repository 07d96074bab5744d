"""A cascade of local binary patterns, lbpcascade_animeface by nagadomi (MIT), which finds drawn faces.

Each of its weak classifiers compares the sums of the eight blocks around a block with that block's own (Liao et al.,
ICB 2007) and looks up a vote for the pattern of answers; a stage lets a window through if its votes reach a threshold
(Viola and Jones, CVPR 2001). Trained on windows of 24 x 24 pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

WINDOW = 24  # px
STAGES = (3, 6, 8, 11, 14, 18, 22, 22, 29, 33, 38, 44, 49, 53, 60, 66, 66, 71, 78, 80)  # weak classifiers of each
WEAK = sum(STAGES)
AROUND, MIDDLE = [0, 1, 2, 5, 8, 7, 6, 3], 4  # of three times three blocks: clockwise, the highest bit first
BITS = 2 ** torch.arange(7, -1, -1, dtype=torch.uint8)
NINE = tuple(product(range(3), repeat=2))
DENSE = 2  # stages that every window goes through: run over whole planes, which costs less a window
GATHERED = 1 << 20  # corners of blocks at once: bounds the memory


@dataclass(frozen=True)
class Windows:
    """Of P windows, those that are left: which plane, where its corner lies there, and by how much it passed.

    Attributes:
        plane: [P] number of the plane.
        corner: [P, 2] x and y, px.
        margin: [P] votes of the last stage above its threshold.
    """

    plane: Tensor
    corner: Tensor
    margin: Tensor


class PatternCascade(nn.Module):
    """Buffers: blocks [771, 4] (x, y, width and height of the first of three times three blocks, uint8), members
    [771, 256] (uint8: patterns with the first vote), votes [771, 2] and thresholds [20] (float32)."""

    blocks: Tensor
    members: Tensor
    votes: Tensor
    thresholds: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("blocks", torch.zeros(WEAK, 4, dtype=torch.uint8))
        self.register_buffer("members", torch.zeros(WEAK, 256, dtype=torch.uint8))
        self.register_buffer("votes", torch.zeros(WEAK, 2))
        self.register_buffer("thresholds", torch.zeros(len(STAGES)))

    def forward(self, planes: Sequence[Tensor], strides: Sequence[int]) -> Windows:
        """The windows of planes [H, W], whole numbers 0..255 in any dtype, that pass all stages.

        `strides`: px from one window of a plane to the next.
        """
        if not planes:
            empty = torch.zeros(0, dtype=torch.long, device=self.votes.device)
            return Windows(empty, empty.view(0, 2), self.votes.new_zeros(0))
        table = torch.where(self.members > 0, self.votes[:, :1], self.votes[:, 1:])
        sums = [_integral(plane) for plane in planes]
        left = [self._dense(each, stride, table) for each, stride in zip(sums, strides, strict=True)]
        number = torch.cat([torch.full_like(y, index) for index, (y, _) in enumerate(left)])
        y, x = (torch.cat(each) for each in zip(*left, strict=True))
        width = max(each.shape[1] for each in sums)  # of all planes below each other, so that one offset serves all
        canvas = torch.cat([pad(each, (0, width - each.shape[1])) for each in sums]).flatten()
        top = number.new_tensor([0, *(len(each) for each in sums)]).cumsum(0)[number]
        margin = self.votes.new_zeros(len(number))
        for stage in range(DENSE, len(STAGES)):
            margin = self._gathered(stage, canvas, (top + y) * width + x, width, table)
            passed = margin >= 0
            number, y, x, top, margin = (each[passed] for each in (number, y, x, top, margin))
        return Windows(number, torch.stack([x, y], 1), margin)

    def _dense(self, sums: Tensor, stride: int, table: Tensor) -> tuple[Tensor, Tensor]:
        """Rows and columns of the windows of one plane that pass the first stages."""
        height, width = ((length - 1 - WINDOW) // stride + 1 for length in sums.shape)
        passed = torch.ones(height, width, dtype=torch.bool, device=sums.device)
        for stage in range(DENSE):
            total = torch.zeros(height * width, device=sums.device)
            for weak in _of_stage(stage):
                x, y, wide, high = self.blocks[weak].tolist()
                block = sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
                blocks = [
                    _every(block, y + row * high, x + column * wide, stride, passed.shape) for row, column in NINE
                ]
                pattern = torch.zeros_like(passed, dtype=torch.uint8)
                for bit, place in enumerate(reversed(AROUND)):
                    pattern |= (blocks[place] >= blocks[MIDDLE]).to(torch.uint8) << bit
                total += table[weak].index_select(0, pattern.flatten().int())
            passed &= total.view(height, width) >= self.thresholds[stage]
        rows, columns = passed.nonzero(as_tuple=True)
        return rows * stride, columns * stride

    def _gathered(self, stage: int, canvas: Tensor, first: Tensor, width: int, table: Tensor) -> Tensor:
        """Votes above the threshold [P] of windows whose corners are at `first` [P] in a canvas of that width."""
        weak = _of_stage(stage)
        x, y, wide, high = self.blocks[weak.start : weak.stop].long().T[..., None, None]
        four = torch.arange(4, device=canvas.device)
        offsets = (
            (y + four[:, None] * high) * width + x + four * wide
        )  # [weak, 4, 4]: corners of three times three blocks
        found = [self.votes.new_zeros(0)]
        for at in first.split(max(1, GATHERED // offsets.numel())):
            corners = canvas[at[:, None, None, None] + offsets]
            rows = corners[..., 1:, :] - corners[..., :-1, :]
            block = (rows[..., 1:] - rows[..., :-1]).flatten(2)
            pattern = ((block[..., AROUND] >= block[..., MIDDLE, None]) * BITS.to(canvas.device)).sum(
                -1, dtype=torch.long
            )
            votes = table[weak.start : weak.stop].expand(len(at), -1, -1).gather(2, pattern[..., None])
            found.append(votes[..., 0].sum(1) - self.thresholds[stage])
        return torch.cat(found)


def _of_stage(stage: int) -> range:
    """The numbers of a stage's weak classifiers."""
    first = sum(STAGES[:stage])
    return range(first, first + STAGES[stage])


def _every(plane: Tensor, y: int, x: int, stride: int, shape: torch.Size) -> Tensor:
    """The pixels from (y, x) on that are `stride` apart, as many as `shape` says."""
    return plane[y::stride, x::stride][: shape[0], : shape[1]]


def _integral(plane: Tensor) -> Tensor:
    """Sums [H + 1, W + 1] of all pixels above and to the left."""
    return pad(plane.int().cumsum(0, dtype=torch.int32).cumsum(1, dtype=torch.int32), (1, 0, 1, 0))

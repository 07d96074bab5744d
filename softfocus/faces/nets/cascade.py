"""A cascade of local binary patterns, lbpcascade_animeface by nagadomi (MIT), which finds drawn faces.

Each of its weak classifiers compares the sums of the eight blocks around a block with that block's own (Liao et al.,
ICB 2007) and looks up a vote for the pattern of answers; a stage lets a window through if its votes reach a threshold
(Viola and Jones, CVPR 2001). Trained on windows of 24 x 24 pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

WINDOW = 24  # px
STAGES = (3, 6, 8, 11, 14, 18, 22, 22, 29, 33, 38, 44, 49, 53, 60, 66, 66, 71, 78, 80)  # weak classifiers of each
WEAK = sum(STAGES)
AROUND, MIDDLE = [0, 1, 2, 5, 8, 7, 6, 3], 4  # of three times three blocks: clockwise, the highest bit first
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
        device = self.votes.device
        if not planes:
            empty = torch.zeros(0, 3, dtype=torch.long, device=device)
            return Windows(empty[:, 0], empty[:, 1:], self.votes.new_zeros(0))
        table = torch.where(self.members > 0, self.votes[:, :1], self.votes[:, 1:])
        sums = [_integral(plane) for plane in planes]
        width = max(each.shape[1] for each in sums)  # of all planes below each other, so that one offset serves all
        canvas = torch.cat([pad(each, (0, width - each.shape[1])) for each in sums]).flatten()
        tops = torch.tensor([0, *(len(each) for each in sums)], device=device).cumsum(0)
        started = [self._start(*each, table) for each in zip(count(), sums, strides, strict=False)]
        windows, margin = (torch.cat(each) for each in zip(*started, strict=True))
        for stage in range(1, len(STAGES)):
            number, y, x = windows.T
            margin = self._margin(stage, canvas, (tops[number] + y) * width + x, width, table)
            passed = margin >= 0
            windows, margin = windows[passed], margin[passed]
        return Windows(windows[:, 0], windows[:, [2, 1]], margin)

    def _start(self, number: int, sums: Tensor, stride: int, table: Tensor) -> tuple[Tensor, Tensor]:
        """Of the windows of a plane those that the first stage lets through, as number of the plane, y and x [P, 3],
        and their margins [P]. All corners lie evenly: no place is looked up."""
        corners = [_every_corner(sums, stride, block) for block in self.blocks[: STAGES[0]].tolist()]
        margin = self._votes(0, torch.stack(corners, 2).flatten(3), table).view(corners[0].shape[2:])
        passed = margin >= 0
        places = passed.nonzero() * stride
        return torch.cat([torch.full_like(places[:, :1], number), places], 1), margin[passed]

    def _margin(self, stage: int, canvas: Tensor, first: Tensor, width: int, table: Tensor) -> Tensor:
        """Votes above the threshold [P] of windows whose corners are at `first` [P] in a canvas of that width."""
        weak = _of_stage(stage)
        x, y, wide, high = self.blocks[weak.start : weak.stop].int().T[:, None, None]
        four = torch.arange(4, dtype=torch.int32, device=canvas.device)
        offsets = (
            (y + four[:, None, None] * high) * width + x + four[:, None] * wide
        )  # of blocks' corners, [4, 4, weak]
        found = [self.votes.new_zeros(0)]
        for at in first.int().split(max(1, GATHERED // offsets.numel())):
            place = offsets[..., None] + at
            found.append(self._votes(stage, canvas.index_select(0, place.flatten()).view_as(place), table))
        return torch.cat(found)

    def _votes(self, stage: int, corners: Tensor, table: Tensor) -> Tensor:
        """Votes above the threshold [P] from sums at the corners of the blocks, [4, 4, weak, P]."""
        rows = corners[1:] - corners[:-1]
        pattern = _pattern((rows[:, 1:] - rows[:, :-1]).flatten(0, 1))
        weak = _of_stage(stage)
        return table[weak.start : weak.stop].gather(1, pattern.long()).sum(0) - self.thresholds[stage]


def _every_corner(sums: Tensor, stride: int, block: Sequence[int]) -> Tensor:
    """Of three times three blocks in every window of a plane, from its `_integral`: [4, 4, rows, columns], a view."""
    x, y, wide, high = block
    width = sums.shape[1]
    rows, columns = ((length - 1 - WINDOW) // stride + 1 for length in sums.shape)
    steps = (high * width, wide, stride * width, stride)
    return sums.as_strided((4, 4, rows, columns), steps, y * width + x)


def _pattern(blocks: Sequence[Tensor] | Tensor) -> Tensor:
    """uint8 of the shape of each of nine blocks: which of the eight around are at least the middle one."""
    pattern = torch.zeros_like(blocks[0], dtype=torch.uint8)
    for bit, place in enumerate(reversed(AROUND)):
        pattern.add_((blocks[place] >= blocks[MIDDLE]).view(torch.uint8), alpha=1 << bit)
    return pattern


def _of_stage(stage: int) -> range:
    """The numbers of a stage's weak classifiers."""
    first = sum(STAGES[:stage])
    return range(first, first + STAGES[stage])


def _integral(plane: Tensor) -> Tensor:
    """Sums [H + 1, W + 1] of all pixels above and to the left."""
    return pad(plane.int().cumsum(0, dtype=torch.int32).cumsum(1, dtype=torch.int32), (1, 0, 1, 0))

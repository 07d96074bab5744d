"""The steps that block compression leaves on its grid, as in a JPEG."""

from __future__ import annotations

import torch
from torch import Tensor

SIDE = 8  # px
EDGE = 16.0 / 255  # a step beyond it is an edge of the picture, and counts no more than this


def block_step(luma: Tensor, seen: Tensor | None = None) -> float:
    """How much more luma steps at every eighth pixel than at any other, wherever the grid starts.

    The size of each step, less the mean of the steps before and after it, is averaged for each of the eight places
    that the grid may have; the largest mean less the second largest counts. A pattern that repeats every
    two or four pixels (4 px transforms, textures) has two such places and is not taken for a grid of eight.

    Args:
        luma: [1, 1, H, W] in 0..1.
        seen: [1, 1, H, W] of 0 and 1: only steps between such pixels count. None: all.

    Returns:
        Code values (/255), the mean of both axes: below 0.1 in pictures without a grid, about 1 from JPEG quality
        75 on and 3 at quality 10. 0 for a picture of less than 16 px a side.
    """
    if min(luma.shape[-2:]) < 2 * SIDE:
        return 0.0
    turned = None if seen is None else seen.transpose(-1, -2)
    return 255 * (_excess(luma, seen) + _excess(luma.transpose(-1, -2), turned)) / 2


def _excess(luma: Tensor, seen: Tensor | None) -> float:
    step = (luma[..., 1:] - luma[..., :-1]).abs_()
    beyond = (step[..., :-2] + step[..., 2:]).mul_(-0.5).add_(step[..., 1:-1]).clamp_(-EDGE, EDGE)
    if seen is None:
        columns = beyond.mean(-2).flatten()
    else:
        both = seen[..., 1:-2] * seen[..., 2:-1]
        columns = ((beyond * both).sum(-2) / both.sum(-2)).flatten()  # no number where a column has nothing to be seen
    columns = torch.nn.functional.pad(columns, (0, -len(columns) % SIDE), value=torch.nan)
    largest, second = columns.view(-1, SIDE).nanmean(0).nan_to_num_(0).topk(2).values.tolist()
    return largest - second

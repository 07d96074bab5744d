"""Scene cuts of a clip: frames that differ much more from the one before than their neighbours do from theirs."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from ...color import displayable

SIDE = 24  # samples of a thumbnail's side: what moves within a shot hardly shows in it
DIFFERENT = 0.35  # mean difference of pictures of equal contrast; two pictures with nothing in common have about 1.1
FLAT = 0.02  # contrast below which a picture is not stretched: it shows noise
SUDDEN = 2.5  # times the differences around it: a fast pan is no cut
AROUND = 2  # frames on either side to compare with


def thumbnail(frame: Tensor) -> Tensor:
    """A small picture [3, SIDE, SIDE] of a frame [3, H, W] sRGB, for `scene_cuts`."""
    return adaptive_avg_pool2d(displayable(frame), SIDE)


def scene_cuts(frames: Sequence[Tensor]) -> list[int]:
    """Frames with which a new shot starts, from the thumbnails of all frames of a clip.

    A change of brightness or contrast alone is no cut, nor is a flash or a shot of one or two frames (the next
    difference is as large), nor a dissolve.
    """
    if len(frames) < 2:
        return []
    small = torch.stack(list(frames))
    small = small - small.mean((-1, -2), keepdim=True)
    small = small / small.abs().mean((1, 2, 3), keepdim=True).clamp_min(FLAT)
    change = small.diff(dim=0).abs().mean((1, 2, 3))
    cuts = []
    for index, value in enumerate(change.tolist()):
        near = torch.cat((change[max(index - AROUND, 0) : index], change[index + 1 : index + 1 + AROUND]))
        if value >= DIFFERENT and (len(near) == 0 or value >= SUDDEN * near.max().item()):
            cuts.append(index + 1)
    return cuts

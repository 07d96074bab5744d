"""Which point of the Face Mesh is the mirror image of which."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from ..nets.facemesh import POINTS

# The points of the midline are their own mirror images. The others come in pairs, in the order of their numbers: those
# of the person's right side below 248, those of the left side from there on.
_MIDLINE = (0, 1, 2, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 94, 151, 152, 164, 168, 175, 195, 197, 199,
            200)  # fmt: skip


@cache
def mirror_map() -> Tensor:
    """For each of the 468 points the index of its mirror image, int64 [468]; applied twice it changes nothing."""
    sides = torch.tensor([point for point in range(POINTS) if point not in _MIDLINE])
    right, left = sides.chunk(2)
    mirrored = torch.arange(POINTS)
    mirrored[right], mirrored[left] = left, right
    return mirrored

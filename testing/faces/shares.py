"""Shares of faces as planes of a whole picture."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from softfocus.face_box import FaceBox, FaceShares

CPU = torch.device("cpu")


def face_shares(
    boxes: Sequence[FaceBox], size: Sequence[int], device: torch.device = CPU
) -> tuple[list[Tensor], Tensor]:
    """`FaceShares` of a picture of (height, width), [1, 1, H, W]: one of each box, and that of no face."""
    shares = FaceShares(boxes, size, device)
    planes = [torch.zeros_like(shares.free) for _ in boxes]
    for box, plane in zip(boxes, planes, strict=True):
        plane[(..., *box.surroundings(size))] = shares.share(box)
    return planes, shares.free

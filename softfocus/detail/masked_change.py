"""The change of whole frames, worked out only around what their masks let through."""

from __future__ import annotations

import torch
from torch import Tensor

from ..face_box import Window
from ..filters.near_faces import bounds, cut, widened
from .luma_detail import LumaDetail

MARGIN = 32.0  # radii around a masked pixel: more changes a picture by less than 1/1000 of a step of 8 bits in the mean
NOTHING = 1 / 1024  # of the mask: less lets nothing through that could be seen


def masked_windows(mask: Tensor | None, frames: int) -> list[Window | None]:
    """Of each frame the rows and columns in which its mask [B, 1, H, W] lets detail through; None where nowhere."""
    if mask is None:
        return [(slice(None), slice(None))] * frames
    if len(mask) and mask.stride(0) == 0:  # one mask for all
        return [bounds(mask[0, 0] > NOTHING)] * frames
    return [bounds(each[0] > NOTHING) for each in mask]


def masked_change(detail: LumaDetail, gains: Tensor | None, windows: list[Window | None]) -> Tensor:
    """The change [B, 1, H, W] times the mask.

    Args:
        detail: of whole frames.
        gains: the same's, or None: they are made where they are needed.
        windows: of each frame, where there is a change: `masked_windows`.
    """
    if detail.luma.mask is None:
        return detail.change(detail.gains() if gains is None else gains)
    change = torch.zeros_like(detail.luma.own)
    for frame, window in enumerate(windows):
        if window is not None:
            seen = widened(window, MARGIN * detail.radius_px, detail.luma.size)
            part = detail.part(frame, *seen)
            own = part.gains() if gains is None else cut(gains[frame : frame + 1], seen)
            cut(change[frame : frame + 1], seen).copy_(part.change(own))
    return change

"""Detail at the scale of each face: the changes that faces ask for, mixed by whose scale counts where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from ..face_box import FaceBox, FaceShares, Window
from ..filters.band_matrix import bounded
from ..filters.near_faces import bounds, cut, widened
from .luma_detail import LumaDetail

MARGIN = 18.0  # radii of a face around a masked pixel: all that has a part in its detail or its range
ORDER = 2  # of the gains at a face, where what stands out of the noise is detail: 0.94 returns at twice the threshold
NOTHING = 1 / 1024  # of the mask: less lets nothing through that could be seen
TINY = 1e-6
SHOWN = 0.05  # of the mask: from there on gains are shown as those of the face


def detail_near_faces(detail: LumaDetail, faces: Sequence[Sequence[FaceBox]]) -> tuple[Tensor, Tensor]:
    """The change that brings detail, and the gain of each band, as far as faces count at their own scales.

    Args:
        detail: of the whole frames at the scale of the picture, which counts where no face is near.
        faces: boxes of each frame.

    Returns:
        [B, 1, H, W], times the mask, and [B, 3, H, W] in 0..1.
    """
    gains = detail.gains()
    changes = []
    for frame, boxes in enumerate(faces):
        part = detail.luma.part(frame)
        far = LumaDetail(part, detail.rule, detail.radius_px, detail.smooth[frame : frame + 1])
        own = gains[frame : frame + 1]
        if not boxes:
            changes.append(far.change(own))
            continue
        shares = FaceShares(boxes, part.size, own.device)
        change, usual = _change_far_away(far, own, shares.free), own.clone() if len(boxes) > 1 else own
        for box in boxes:
            _add_face(change, own, usual, far, box, shares.share(box))
        changes.append(change)
    return torch.cat(changes) if len(changes) > 1 else changes[0], gains


def _change_far_away(detail: LumaDetail, gains: Tensor, share: Tensor) -> Tensor:
    """The change where no face is near; nothing is computed where the mask lets nothing of it through."""
    luma = detail.luma
    free = luma.masked(share)
    assert free.mask is not None
    if not bool((free.mask > NOTHING).any()):
        return torch.zeros_like(luma.own)
    return LumaDetail(free, detail.rule, detail.radius_px, detail.smooth).change(gains)


def _add_face(change: Tensor, gains: Tensor, usual: Tensor, whole: LumaDetail, box: FaceBox, share: Tensor) -> None:
    """Add what one of the faces asks for to `change`, and let it show in `gains`, which are `usual` where no face is.

    All are of the whole picture, but for the share of the face, which is of its surroundings.
    """
    size = whole.luma.size
    radius_px = bounded(whole.radius_px * box.scale(change), max(size))
    near = box.surroundings(size)
    weight = share if whole.luma.mask is None else share * cut(whole.luma.mask, near)
    if (part := bounds(weight[0, 0] > NOTHING)) is None:
        return
    part = widened(part, MARGIN * radius_px, weight.shape[-2:])
    window = _shifted(part, near)
    share, weight = cut(share, part), cut(weight, part)
    detail = LumaDetail.of(replace(whole.luma.part(0, *window), mask=weight), whole.rule, radius_px)
    own = detail.gains(ORDER)
    cut(change, window).add_(detail.change(own, of_face=True))
    shown = share if whole.luma.mask is None else share * (weight / (SHOWN * share + TINY)).clamp_max_(1)
    cut(gains, window).add_((own - cut(usual, window)).mul_(shown))


def _shifted(part: Window, window: Window) -> Window:
    """A part of a window, in coordinates of the picture."""
    rows, columns = (
        slice(inner.start + outer.start, inner.stop + outer.start) for inner, outer in zip(part, window, strict=True)
    )
    return rows, columns

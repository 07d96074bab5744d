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
from .masked_change import NOTHING, masked_change, masked_windows

MARGIN = 18.0  # radii of a face around a masked pixel: all that has a part in its detail or its range
ORDER = 2  # of the gains at a face, where what stands out of the noise is detail: 0.94 returns at twice the threshold
TINY = 1e-6
SHOWN = 0.05  # of the mask: from there on gains are shown as those of the face
EVERYWHERE: Window = (slice(None), slice(None))


def change_near_faces(detail: LumaDetail, faces: Sequence[Sequence[FaceBox]], gains: Tensor | None) -> Tensor:
    """The change that brings detail, as far as faces count at their own scales.

    Args:
        detail: of the whole frames at the scale of the picture, which counts where no face is near.
        faces: boxes of each frame.
        gains: [B, 3, H, W], those of `detail`; in place, they become what is shown: those of the faces at faces. None:
            they are not wanted.

    Returns:
        [B, 1, H, W], times the mask.
    """
    changes = []
    for frame, boxes in enumerate(faces):
        far, own = detail.part(frame, *EVERYWHERE), None if gains is None else gains[frame : frame + 1]
        if not boxes:
            changes.append(masked_change(far, own, masked_windows(far.luma.mask, 1)))
            continue
        shares = FaceShares(boxes, far.luma.size, far.luma.own.device)
        free = far.luma.masked(shares.free)
        change = masked_change(replace(far, luma=free), own, masked_windows(free.mask, 1))
        usual = own.clone() if own is not None and len(boxes) > 1 else own
        for box in boxes:
            _add_face(change, own, usual, far, box, shares.share(box))
        changes.append(change)
    return torch.cat(changes) if len(changes) > 1 else changes[0]


def _add_face(
    change: Tensor, gains: Tensor | None, usual: Tensor | None, whole: LumaDetail, box: FaceBox, share: Tensor
) -> None:
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
    if gains is not None and usual is not None:
        shown = share if whole.luma.mask is None else share * (weight / (SHOWN * share + TINY)).clamp_max_(1)
        cut(gains, window).add_((own - cut(usual, window)).mul_(shown))


def _shifted(part: Window, window: Window) -> Window:
    """A part of a window, in coordinates of the picture."""
    rows, columns = (
        slice(inner.start + outer.start, inner.stop + outer.start) for inner, outer in zip(part, window, strict=True)
    )
    return rows, columns

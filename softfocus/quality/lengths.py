"""Lengths as shares of the picture's diagonal, or, near faces that are known, of five widths of the face.

Five widths, since targets were set on faces that take a fifth of the diagonal: there both are the same. Where the
scale of a face ends, what was filtered at it is mixed with what was filtered at the picture's, by `FaceShares`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..face_box import FACE_SHARE, FaceBox, FaceShares, Window
from ..filters.band_matrix import TRUNCATE
from ..filters.gaussian import gaussian_blur
from ..filters.local_range import local_maximum, local_minimum
from ..filters.near_faces import cut, seen_around, widened, within
from ..units import diagonal

LEAST_SEEN = 3.0  # px around a window, for filters of a pixel or so
SMALLEST = 170.0  # px: of a shorter diagonal the pixels do not show the detail that is measured


@dataclass(frozen=True, eq=False)
class NearFace:
    """Where a face gives the scale.

    Attributes:
        window: rows and columns.
        share: [1, 1, h, w] in 0..1 of the window: how far its scale counts.
        reach: px of which lengths are shares: five widths of the face.
    """

    window: Window
    share: Tensor
    reach: float


@dataclass(frozen=True, eq=False)
class Lengths:
    """What lengths are shares of, place by place; without faces the diagonal everywhere."""

    faces: tuple[NearFace, ...] = ()

    @classmethod
    def near(cls, boxes: Sequence[FaceBox], weight: Tensor, least: float) -> Lengths:
        """Lengths of the faces in whose scale a weight [1, 1, H, W] of at least `least` lies anywhere."""
        size, boxes = (weight.shape[-2], weight.shape[-1]), list(dict.fromkeys(boxes))
        found, shares = [], FaceShares(boxes, size, weight.device)
        for box in boxes:
            window = box.surroundings(size)
            part = cut(weight, window)
            if part.numel() == 0 or float(part.max()) < least:
                continue
            share = shares.share(box)
            if float((share * part).max()) >= least:
                own = box.face_width / FACE_SHARE
                found.append(NearFace(window, share, max(own, min(SMALLEST, diagonal(weight)))))
        return cls(tuple(found))

    def blur(self, planes: Tensor, share: float, least_px: float = 0.0) -> Tensor:
        """[B, C, H, W] under a Gaussian whose sigma is a share of these lengths, `least_px` at least."""
        return self._filtered(planes, lambda part, px: gaussian_blur(part, max(least_px, px)), share, TRUNCATE)

    def spread(self, mask: Tensor, share: float) -> Tensor:
        """[1, 1, H, W]: each place of a mask spread by a Gaussian of its own length, wherever that ends."""
        if not self.faces:
            return gaussian_blur(mask, share * diagonal(mask))
        parts, free = [], mask.clone()
        for face in self.faces:
            length = share * face.reach
            around = widened(face.window, TRUNCATE * length, mask.shape[-2:])
            part = torch.zeros_like(cut(mask, around))
            held = cut(mask, face.window) * face.share
            within(part, face.window, around).copy_(held)
            cut(free, face.window).sub_(held)
            parts.append((around, gaussian_blur(part, length)))
        spread = gaussian_blur(free, share * diagonal(mask))
        for window, part in parts:
            cut(spread, window).add_(part)
        return spread

    def maximum(self, planes: Tensor, share: float) -> Tensor:
        """`local_maximum` of [B, C, H, W] with a reach that is a share of these lengths, a pixel at least."""
        return self._filtered(planes, lambda part, px: local_maximum(part, max(1, round(px))), share, 1.0)

    def minimum(self, planes: Tensor, share: float) -> Tensor:
        """`local_minimum` likewise."""
        return self._filtered(planes, lambda part, px: local_minimum(part, max(1, round(px))), share, 1.0)

    def mean(self, of: Callable[[float], float], weight: Tensor | None, planes: Tensor) -> float:
        """Mean of a function of the reach in pixels.

        Args:
            of: takes what lengths are shares of, in pixels.
            weight: [1, 1, H, W], or a pixel less; None: every pixel alike.
            planes: [..., H, W], whose diagonal counts where no face does.
        """
        everywhere = of(diagonal(planes))
        if not self.faces:
            return everywhere
        weight = planes.new_ones(planes.shape[-2:])[None, None] if weight is None else weight
        total = float(weight.sum())
        if total <= 0:
            return everywhere
        for face in self.faces:
            part = cut(weight, face.window)
            held = float((part * face.share[..., : part.shape[-2], : part.shape[-1]]).sum())
            everywhere += held / total * (of(face.reach) - of(diagonal(planes)))
        return everywhere

    def _filtered(
        self, planes: Tensor, filtered: Callable[[Tensor, float], Tensor], share: float, margin: float
    ) -> Tensor:
        """A filter of planes and a length in px, which sees `margin` such lengths around a place."""
        whole = filtered(planes, share * diagonal(planes))
        if not self.faces:
            return whole
        mixed = whole.clone()
        for face in self.faces:
            length = share * face.reach
            own = seen_around(
                lambda part, px=length: filtered(part, px), face.window, margin * length + LEAST_SEEN, planes
            )
            cut(mixed, face.window).add_(face.share * (own - cut(whole, face.window)))
        return mixed


DIAGONAL = Lengths()

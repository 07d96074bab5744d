"""Small copies of a picture that settings are tried on: of all of it, and of what is near the mask, which is finer.

Sharpening is held by the range of what lies around, which shrinks as a picture does. So what it does is measured on a
part that is shrunk less, or not at all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ..face_box import FACE_SHARE, FaceBox, Window
from ..filters.near_faces import bounds, cut, widened
from ..settings import LookSettings
from ..units import diagonal

LONGEST = 512  # px of a sample's longer side
AROUND = 0.6  # of the mask's longer side: what is seen around it
FINER = 1.15  # times the scale of all of the picture: less is not worth a second copy
SEEN = 0.02  # of a mask: what counts


@dataclass(frozen=True, eq=False)
class Sample:
    """A small copy of a picture or of a part of it.

    Attributes:
        image: [1, 3, H, W] sRGB.
        mask: [1, 1, H, W] in 0..1, 1 = structure stays.
        alpha: [1, 1, H, W] in 0..1, or None.
        faces: boxes in its pixels, or None where they are not known.
        spread: what a length in percent of the picture's diagonal is to be multiplied by here.
        share: of the picture's area that it shows.
    """

    image: Tensor
    mask: Tensor
    alpha: Tensor | None = None
    faces: Sequence[FaceBox] | None = None
    spread: float = 1.0
    share: float = 1.0

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.image.shape[-2], self.image.shape[-1]

    @property
    def scales(self) -> Sequence[FaceBox] | None:
        """Boxes whose scale detail is measured at: the faces, or in a part where none is known one of a width that
        stands for the picture's diagonal."""
        if self.faces is not None or self.spread == 1:
            return self.faces
        height, width = self.size
        return [FaceBox(0, 0, width, height, FACE_SHARE * self.spread * diagonal(self.image))]

    def small(self, longest: int = LONGEST) -> Sample:
        """The same with a longer side of at most so many pixels."""
        scale = min(1.0, longest / max(self.size))
        size = max(1, round(self.size[0] * scale)), max(1, round(self.size[1] * scale))
        if size == self.size:
            return self
        down, across = (new / old for new, old in zip(size, self.size, strict=True))
        return replace(
            self,
            image=_resized(self.image, size, "bicubic"),
            mask=_resized(self.mask, size, "bilinear"),
            alpha=None if self.alpha is None else _resized(self.alpha, size, "bilinear"),
            faces=self.faces and [face.resized(across, down) for face in self.faces],
        )

    def near_mask(self, longest: int = LONGEST) -> Sample | None:
        """What is near the mask, at most as large; None where `small` is about as fine, or there is no mask."""
        if (held := bounds(self.mask[0, 0] >= SEEN)) is None:
            return None
        margin = AROUND * max(each.stop - each.start for each in held)
        window = widened(held, margin, self.size)
        longer = max(each.stop - each.start for each in window)
        if min(1.0, longest / longer) < FINER * min(1.0, longest / max(self.size)):
            return None
        return self._part(window).small(longest)

    def adapted(self, settings: LookSettings) -> LookSettings:
        """Settings that do here what settings do in all of the picture."""
        if self.spread == 1:
            return settings
        blur = replace(settings.blur, sigma=settings.blur.sigma * self.spread)
        bloom = replace(settings.bloom, radius=settings.bloom.radius * self.spread)
        if self.faces is not None:  # they give sharpening its lengths
            return replace(settings, blur=blur, bloom=bloom)
        sharpen = replace(settings.sharpen, radius=settings.sharpen.radius * self.spread)
        return replace(settings, blur=blur, bloom=bloom, sharpen=sharpen)

    def on(self, device: torch.device) -> Sample:
        """The same on another device."""
        alpha = None if self.alpha is None else self.alpha.to(device)
        return replace(self, image=self.image.to(device), mask=self.mask.to(device), alpha=alpha)

    def _part(self, window: Window) -> Sample:
        """A copy of a window."""
        (top, left), whole = (each.start for each in window), diagonal(self.image)
        image, mask, alpha = (
            None if planes is None else cut(planes, window).clone() for planes in (self.image, self.mask, self.alpha)
        )
        assert image is not None and mask is not None
        faces = [replace(face, left=face.left - left, top=face.top - top) for face in self.faces or ()]
        own = max((face.weighed_width for face in faces), default=math.inf) / FACE_SHARE
        spread = min(whole, own) / min(diagonal(image), own)
        return Sample(image, mask, alpha, faces or None, spread, image[0, 0].numel() / self.image[0, 0].numel())


@dataclass(frozen=True, eq=False)
class Samples:
    """Small copies of all of a picture, and of what is near its mask where that is shrunk less; otherwise None."""

    whole: Sample
    near: Sample | None = None

    @classmethod
    def of(cls, picture: Sample, longest: int = LONGEST) -> Samples:
        """Of a picture of any size, each with a longer side of at most so many pixels."""
        return cls(picture.small(longest), picture.near_mask(longest))

    def on(self, device: torch.device) -> Samples:
        """The same on another device."""
        return Samples(self.whole.on(device), None if self.near is None else self.near.on(device))


def _resized(planes: Tensor, size: tuple[int, int], mode: str) -> Tensor:
    return interpolate(planes, size, mode=mode, antialias=True, align_corners=False)

"""What a look makes of one face: detail that stays, tones that shift, overshoot, and a ring around the face.

Lengths are in widths of the face, frequencies in cycles a face: what a viewer sees of it whatever the picture's size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from softfocus.color import luminance
from softfocus.faces import region_masks
from softfocus.faces.face import landmarks_of
from softfocus.filters.gaussian import gaussian_blur
from testing.face_size.sitters import Sitter, moved
from testing.look import eyes_and_mouth

FINE, FINEST = (11.0, 19.0), (48.0, 77.0)  # cycles a face
NARROWEST_PX = 240  # of a face whose FINEST band its pixels can hold
LOW = 0.08  # sigma of what counts as tone, face widths
RING = 8.0  # width of the ring, percent of the face's width
REACH = 1.2  # face widths to each side of the face's middle that are looked at
EXTREME = 0.999  # share of the face's pixels that overshoot less


@dataclass(frozen=True)
class Close:
    """The surroundings of a sitter's face, of which pictures of the same size are measured.

    Attributes:
        top, bottom, left, right: pixels of the sitter's picture.
    """

    sitter: Sitter
    top: int
    bottom: int
    left: int
    right: int

    @classmethod
    def to(cls, sitter: Sitter) -> Close:
        """As far as REACH from the middle of the landmarks, or to the picture's edge."""
        landmarks = landmarks_of(sitter.face)
        x, y = ((landmarks.amin(0) + landmarks.amax(0)) / 2).tolist()
        reach, (height, width) = REACH * sitter.width, sitter.image.shape[-2:]
        return cls(
            sitter,
            max(0, int(y - reach)),
            min(height, int(y + reach)),
            max(0, int(x - reach)),
            min(width, int(x + reach)),
        )

    def cut(self, image: Tensor) -> Tensor:
        return image[..., self.top : self.bottom, self.left : self.right]

    def luma(self, image: Tensor) -> Tensor:
        return luminance(self.cut(image))

    @cached_property
    def source(self) -> Tensor:
        return self.luma(self.sitter.image)

    @cached_property
    def region(self) -> Tensor:
        return self.cut(self.sitter.region)

    @cached_property
    def discs(self) -> Tensor:
        """Both eyes and the mouth."""
        points = self.sitter.points - torch.tensor((self.left, self.top))
        return eyes_and_mouth(points, self.source.shape[-2:]) * self.cut(self.sitter.own)

    @cached_property
    def rings(self) -> tuple[Tensor, Tensor]:
        """RING inside the face's outline, forehead included, and the same outside of it."""
        face = moved(self.sitter.face, -self.left, -self.top)
        inner, outline, outer = (
            region_masks([[face]], self.source.shape[-2:], expand=each, feather=0)["face"] for each in (-RING, 0, RING)
        )
        own = self.cut(self.sitter.own)
        return (outline - inner) * own, (outer - outline) * own

    def kept(self, image: Tensor, cycles: tuple[float, float] = FINE) -> float:
        """Energy of a band at eyes and mouth over the source's."""
        return self.energy(self.luma(image), cycles) / self.energy(self.source, cycles)

    def tone_shift(self, image: Tensor, dream: Tensor) -> float:
        """Mean difference of low frequencies over the face, in 1/255."""
        away = gaussian_blur(self.luma(image) - self.luma(dream), LOW * self.sitter.width).abs()
        return 255 * float((away * self.region).sum() / self.region.sum())

    def overshoot(self, image: Tensor, dream: Tensor) -> float:
        """How far the face's pixels lie beyond both source and dream, in 1/255: what EXTREME of them stay below."""
        luma, soft = self.luma(image), self.luma(dream)
        above = luma - torch.maximum(self.source, soft)
        below = torch.minimum(self.source, soft) - luma
        beyond = torch.maximum(above, below).clamp_min(0)[self.region > 0.02]
        return 255 * float(beyond.kthvalue(math.ceil(EXTREME * len(beyond))).values)

    def ring(self, image: Tensor) -> float:
        """Energy of FINE kept just inside the face's outline, over that kept just outside."""
        inside, outside = (
            self.energy(self.luma(image), FINE, each) / self.energy(self.source, FINE, each) for each in self.rings
        )
        return inside / outside

    def energy(self, luma: Tensor, cycles: tuple[float, float] = FINE, where: Tensor | None = None) -> float:
        """Mean square of a band of a luma that `luma` gave, at eyes and mouth or elsewhere."""
        where = self.discs if where is None else where
        low, high = (gaussian_blur(luma, half_sigma(each) * self.sitter.width) for each in cycles)
        return float(((high - low).square() * where).sum() / where.sum())


def half_sigma(cycles: float) -> float:
    """Sigma, in widths of the face, of the Gaussian that halves what has so many cycles a face."""
    return math.sqrt(math.log(2) / 2) / (math.pi * cycles)


def away_from(sitter: Sitter, widths: float = 1.0) -> Tensor:
    """[1, 1, H, W], 1 where the face's box is further away than so many widths of the face."""
    box = sitter.box
    rows, columns = (torch.arange(length) + 0.5 for length in sitter.image.shape[-2:])
    down = torch.maximum(box.top - rows, rows - box.top - box.height).clamp_min_(0)
    across = torch.maximum(box.left - columns, columns - box.left - box.width).clamp_min_(0)
    away = torch.hypot(down[:, None], across[None, :])
    return (away > widths * box.face_width).float()[None, None]

"""Where the quality metrics look: inside the mask, outside it, and in a ring around it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ..gaussian import gaussian_blur
from ..units import diagonal

EMPTY = 0.02  # a mask value below this counts as nothing
MARGIN = 0.01  # of the diagonal: the transition band that belongs to neither side
RING = 0.03  # of the diagonal: how far the surroundings reach
SOLID = 0.25  # of a mask's peak; a face at the weights of Face Detail Mask counts whole
SMALLEST_OUTSIDE = 0.005  # of the picture: less than this cannot be compared with the inside

NO_MASK = "There is no mask, so the whole picture counts as one region."
EMPTY_MASK = "The mask is empty, so the whole picture counts as one region."
FULL_MASK = "The mask leaves nothing outside, so the whole picture counts as one region."


@dataclass(frozen=True)
class Regions:
    """Weights in 0..1, each [1, 1, H, W].

    Attributes:
        inside: the mask, or None where the picture is one region.
        outside: 1 where neither the mask nor its transition band reaches.
        ring: the part of outside that lies near the mask, weighted by nearness.
        note: why the picture is one region, as a sentence; empty with a usable mask.
    """

    inside: Tensor | None
    outside: Tensor | None
    ring: Tensor | None
    note: str


def find_regions(mask: Tensor | None) -> Regions:
    """Split a picture by a detail mask [1, 1, H, W] in 0..1, or treat it as one region."""
    if mask is None:
        return Regions(None, None, None, NO_MASK)
    if float(mask.max()) < EMPTY:
        return Regions(None, None, None, EMPTY_MASK)
    reach = diagonal(mask)
    outside = (gaussian_blur(mask, MARGIN * reach) < EMPTY).to(mask.dtype) * (mask < EMPTY)
    if float(outside.mean()) < SMALLEST_OUTSIDE:
        return Regions(None, None, None, FULL_MASK)
    return Regions(mask, outside, outside * gaussian_blur(mask, RING * reach), "")


def solid(mask: Tensor, share: float = SOLID) -> Tensor:
    """Where a mask [1, 1, H, W] holds at least a share of its peak, as 0 and 1: for metrics that know no weights."""
    return (mask >= share * mask.max()).to(mask.dtype)


def weighted_mean(values: Tensor, weight: Tensor | None) -> float:
    """Mean of [1, 1, H, W] values under a weight of the same shape (None: all pixels); 0.0 without weight."""
    if weight is None:
        return float(values.mean())
    total = float(weight.mean())
    return float((values * weight).mean()) / total if total > 0 else 0.0

"""Where the quality metrics look: inside the mask, outside it, and in a ring around it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ..filters.gaussian import gaussian_blur
from ..transparency import fill_transparent, mostly_seen
from ..units import diagonal

EMPTY = 0.02  # a mask value below this counts as nothing
MARGIN = 0.01  # of the diagonal: the transition band that belongs to neither side
RING = 0.03  # of the diagonal: how far the surroundings reach
SOLID = 0.25  # of a mask's peak; a face at the weights of Face Detail Mask counts whole
SMALLEST_OUTSIDE = 0.005  # of the picture: less than this cannot be compared with the inside

ONE_REGION = "{}, so the whole picture counts as one region."
NO_MASK = ONE_REGION.format("There is no mask")
EMPTY_MASK = ONE_REGION.format("The mask is empty")
FULL_MASK = ONE_REGION.format("The mask leaves nothing outside")
HIDDEN_MASK = ONE_REGION.format("All that the mask holds is transparent")
NOTHING_SEEN = "The picture is fully transparent: there is nothing to be seen, and its numbers say nothing."


@dataclass(frozen=True)
class Regions:
    """Weights in 0..1, each [1, 1, H, W] and 0 where the picture is transparent.

    Attributes:
        inside: the mask, or None where the picture is one region.
        outside: 1 where neither the mask nor its transition band reaches.
        ring: the part of outside that lies near the mask, weighted by nearness.
        note: why the picture is one region, as a sentence; empty with a usable mask.
        seen: 1 where the picture is mostly seen, or None where it is opaque.
        drawn: the mask, continued where it is transparent: its outline is not that of what is seen.
    """

    inside: Tensor | None
    outside: Tensor | None
    ring: Tensor | None
    note: str
    seen: Tensor | None = None
    drawn: Tensor | None = None

    @property
    def subject(self) -> Tensor | None:
        """The inside, or all that is seen of a picture that is one region; None: every pixel."""
        return self.seen if self.inside is None else self.inside

    @property
    def surroundings(self) -> Tensor | None:
        """The outside, or all that is seen of a picture that is one region; None: every pixel."""
        return self.seen if self.outside is None else self.outside

    @property
    def near(self) -> Tensor | None:
        """All that is not outside, or all that is seen of a picture that is one region; None: every pixel."""
        if self.outside is None or self.seen is None:
            return self.seen if self.outside is None else 1 - self.outside
        return self.seen - self.outside


def find_regions(mask: Tensor | None, alpha: Tensor | None = None) -> Regions:
    """Split a picture by a detail mask [1, 1, H, W] in 0..1, or treat it as one region; alpha likewise."""
    seen = None if alpha is None else mostly_seen(alpha)
    if seen is not None and not bool(seen.any()):
        return Regions(None, None, None, NOTHING_SEEN)
    if seen is not None and bool(seen.all()):
        alpha = seen = None
    if mask is None:
        return Regions(None, None, None, NO_MASK, seen)
    if float(mask.max()) < EMPTY:
        return Regions(None, None, None, EMPTY_MASK, seen)
    mask = fill_transparent(mask, alpha)
    inside = mask if seen is None else mask * seen
    if float(inside.max()) < EMPTY:
        return Regions(None, None, None, HIDDEN_MASK, seen)
    reach = diagonal(mask)
    outside = (gaussian_blur(mask, MARGIN * reach) < EMPTY).to(mask.dtype) * (mask < EMPTY)
    outside = outside if seen is None else outside * seen
    if weighted_mean(outside, seen) < SMALLEST_OUTSIDE:
        return Regions(None, None, None, FULL_MASK, seen)
    return Regions(inside, outside, outside * gaussian_blur(mask, RING * reach), "", seen, mask)


def solid(mask: Tensor, share: float = SOLID) -> Tensor:
    """Where a mask [1, 1, H, W] holds at least a share of its peak, as 0 and 1: for metrics that know no weights."""
    return (mask >= share * mask.max()).to(mask.dtype)


def weighted_mean(values: Tensor, weight: Tensor | None) -> float:
    """Mean of [1, 1, H, W] values under a weight of the same shape (None: all pixels); 0.0 without weight."""
    if weight is None:
        return float(values.mean())
    total = float(weight.mean())
    return float((values * weight).mean()) / total if total > 0 else 0.0

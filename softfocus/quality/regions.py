"""Where the quality metrics look: inside the mask, outside it, and in a ring around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from ..face_box import FaceBox
from ..filters.row_strips import row_slices
from ..transparency import fill_transparent, mostly_seen
from .lengths import DIAGONAL, Lengths

EMPTY = 0.02  # a mask value below this counts as nothing
MARGIN = 0.01  # of `Lengths`: the transition band that belongs to neither side
RING = 0.03  # of `Lengths`: how far the surroundings reach
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
        around: the same with the band that `lengths` give it.
        ring: the part of around that lies near the mask, weighted by nearness.
        note: why the picture is one region, as a sentence; empty with a usable mask.
        seen: 1 where the picture is mostly seen, or None where it is opaque.
        drawn: the mask, continued where it is transparent: its outline is not that of what is seen.
        lengths: of what lies inside and in the ring.
        boxed: whether boxes around faces were given.
    """

    inside: Tensor | None
    outside: Tensor | None
    around: Tensor | None
    ring: Tensor | None
    note: str
    seen: Tensor | None = None
    drawn: Tensor | None = None
    lengths: Lengths = DIAGONAL
    boxed: bool = False

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
        """All that is not around, or all that is seen of a picture that is one region; None: every pixel."""
        if self.around is None or self.seen is None:
            return self.seen if self.around is None else 1 - self.around
        return self.seen - self.around


def find_regions(mask: Tensor | None, alpha: Tensor | None = None, faces: Sequence[FaceBox] | None = None) -> Regions:
    """Split a picture by a detail mask [1, 1, H, W] in 0..1, or treat it as one region.

    Args:
        mask: or None.
        alpha: likewise.
        faces: boxes around them, whose scale counts for what lies inside; None where they are not known.
    """
    boxed = faces is not None
    seen = None if alpha is None else mostly_seen(alpha)

    def one_region(note: str) -> Regions:
        return Regions(None, None, None, None, note, seen, boxed=boxed)

    if seen is not None and not bool(seen.any()):
        return Regions(None, None, None, None, NOTHING_SEEN, boxed=boxed)
    if seen is not None and bool(seen.all()):
        alpha = seen = None
    if mask is None:
        return one_region(NO_MASK)
    if float(mask.max()) < EMPTY:
        return one_region(EMPTY_MASK)
    mask = fill_transparent(mask, alpha)
    inside = mask if seen is None else mask * seen
    if float(inside.max()) < EMPTY:
        return one_region(HIDDEN_MASK)
    outside = _beyond(mask, DIAGONAL, seen)
    if weighted_mean(outside, seen) < SMALLEST_OUTSIDE:
        return one_region(FULL_MASK)
    lengths = Lengths.near(faces or (), inside, EMPTY)
    around = _beyond(mask, lengths, seen) if lengths.faces else outside
    ring = around * lengths.spread(mask, RING)
    return Regions(inside, outside, around, ring, "", seen, mask, lengths, boxed)


def _beyond(mask: Tensor, lengths: Lengths, seen: Tensor | None) -> Tensor:
    """1 where neither the mask nor its transition band reaches, and something is seen."""
    beyond = (lengths.spread(mask, MARGIN) < EMPTY).to(mask.dtype) * (mask < EMPTY)
    return beyond if seen is None else beyond * seen


def solid(mask: Tensor, share: float = SOLID) -> Tensor:
    """Where a mask [1, 1, H, W] holds at least a share of its peak, as 0 and 1: for metrics that know no weights."""
    return (mask >= share * mask.max()).to(mask.dtype)


def extent(weight: Tensor) -> tuple[slice, slice]:
    """The rows and columns of a weight [H, W], of 0 or more or bool, in which there is any; empty slices without."""
    rows, columns = (weight.amax(axis).nonzero().flatten().tolist() or [0, -1] for axis in (1, 0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def weighted_mean(values: Tensor, weight: Tensor | None) -> float:
    """Mean of [1, 1, H, W] values under a weight of the same shape (None: all pixels); 0.0 without weight."""
    if weight is None:
        return float(values.mean())
    return _mean(lambda rows: values[..., rows, :] * weight[..., rows, :], weight)


def mean_square(values: Tensor, weight: Tensor | None) -> float:
    """`weighted_mean` of the squares of values."""
    if weight is None:
        return float(values.square().mean())
    return _mean(lambda rows: values[..., rows, :].square().mul_(weight[..., rows, :]), weight)


def _mean(held: Callable[[slice], Tensor], weight: Tensor) -> float:
    """Sum of what is held in some rows of a picture, over that of the weight."""
    total = float(weight.mean()) * weight.numel()
    return sum(float(held(rows).sum()) for rows in row_slices(weight)) / total if total > 0 else 0.0

"""What is known for certain: all of a rough mask but a band around its edge, or what a drawn trimap leaves."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..filters.local_range import local_maximum
from ..units import diagonal

THIN = 0.5  # share of the local thickness that the band takes where it would take a whole piece, so that a core is left
NEAR = 4.0  # band widths within which colours are gathered
DRAWN_NEAR = 0.16  # of the diagonal, likewise around an unknown part that somebody drew


@dataclass(frozen=True)
class Trimap:
    """Planes [H, W] of one picture.

    Attributes:
        foreground, background: bool, known pixels.
        unknown: bool, the band or what was drawn.
        inside, outside: how deep a pixel lies in its side, 0 at the mask's edge, 1 at the end of the band and beyond.
        near: bool, pixels whose colours matter.
        drawn: whether the unknown part was drawn; the mask then says nothing inside it.
    """

    foreground: Tensor
    background: Tensor
    unknown: Tensor
    inside: Tensor
    outside: Tensor
    near: Tensor
    drawn: bool = False

    @property
    def solvable(self) -> bool:
        """Whether something is unknown, and both sides are known to solve it from."""
        return all(bool(side.any()) for side in (self.unknown, self.foreground, self.background))


def make_trimap(mask: Tensor, band_px: float, others: Tensor | None = None) -> Trimap:
    """Trimap of a mask [H, W] in 0..1.

    Args:
        mask: 0.5 is the edge; values in between lie in the band.
        band_px: half-width of the band. Parts thinner than that are unknown, but every piece keeps a core.
        others: [H, W] masks of other subjects, known background where at least 0.5 (and this mask is less).
    """
    within = mask.cpu() >= 0.5
    depth_in, depth_out = (_depth(side).to(mask) for side in (within, ~within))
    inner, outer = (_band(depth, band_px) for depth in (depth_in, depth_out))
    foreground, background = depth_in > inner, depth_out > outer
    if others is not None:
        background = background | ((others >= 0.5) & (mask < 0.5))
    return Trimap(
        foreground,
        background,
        ~(foreground | background),
        (depth_in / inner.clamp_min(1)).clamp_max(1),
        (depth_out / outer.clamp_min(1)).clamp_max(1),
        (depth_in < NEAR * band_px) & (depth_out < NEAR * band_px),
    )


def drawn_trimap(mask: Tensor, unknown: Tensor, others: Tensor | None = None) -> Trimap:
    """Trimap of a mask [H, W] in 0..1 whose unknown part [H, W] somebody drew (1 = solve here).

    Outside it the mask is certain: foreground from 0.5 on.

    Args:
        others: as for `make_trimap`.
    """
    open_here = unknown >= 0.5
    if others is not None:
        open_here = open_here & ((others < 0.5) | (mask >= 0.5))
    within = mask >= 0.5
    near = _depth(~open_here.cpu()).to(mask) < DRAWN_NEAR * diagonal(mask)
    return Trimap(
        within & ~open_here, ~within & ~open_here, open_here, within.to(mask), 1 - within.to(mask), near, drawn=True
    )


def _depth(side: Tensor) -> Tensor:
    """Distance of each pixel of a side (bool, [H, W]) to the other one, in pixels; infinite where there is none."""
    from scipy.ndimage import distance_transform_edt  # comes with ComfyUI

    if side.all():  # scipy would measure from a pixel beside the picture
        return torch.full(side.shape, torch.inf)
    return torch.from_numpy(distance_transform_edt(side.numpy()))


def _band(depth: Tensor, band_px: float) -> Tensor:
    """Width of the band at each pixel: band_px, less in pieces of a side that are nowhere deeper."""
    from scipy.ndimage import label

    numbers, count = label(depth.cpu().numpy() > 0, torch.ones(3, 3).numpy())
    pieces = torch.from_numpy(numbers).to(depth.device, torch.long)
    deepest = depth.new_zeros(count + 1).scatter_reduce(0, pieces.flatten(), depth.flatten(), "amax")
    keeps = (deepest > band_px)[pieces]
    thickness = local_maximum(depth[None, None], round(band_px))[0, 0]
    return torch.where(keeps, band_px, (THIN * thickness).clamp_max(band_px))

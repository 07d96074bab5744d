"""The base that sharpening never touches, and the range in which detail has to stay above it."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from ..filters.coarse_grid import Size, enlarge, enlarging_px, reduce
from ..filters.gaussian import gaussian_blur
from ..filters.local_range import local_maximum, local_minimum

BASE_SCALE = 7.0  # in units of the radius; at 0.15 % all detail finer than about 0.6 % of the diagonal is above it
GRID_SCALE = 4.0  # scale whose grid the base is made on, in units of the radius
RANGE_WINDOW = 2.0  # half width of the local range, in units of the radius: about an edge's width
SURROUNDINGS = 1.5  # half width of the surroundings, in units of the base's scale: wider than a blurred edge


class DetailRange(NamedTuple):
    """base of the wanted luma (the source's minus the image's, or the image's own); low and high of the result's."""

    base: Tensor
    low: Tensor
    high: Tensor


def detail_range(own: Tensor, source: Tensor | None, radius_px: float, *, steady: bool = False) -> DetailRange:
    """What sharpening has to keep to.

    The source's local range moves with the base of the image. Beside a dark edge that says nothing of a white wall
    behind it which bloom has made darker, so the light side is held to the lighter of two: as light as the image's
    surroundings are, or the source's local maximum moved as the lightest base around has moved. A small highlight
    may pass its surroundings, a wall may not. The dark side is not held so: it takes lashes their contrast.

    Args:
        own: [B, 1, H, W] luma of the image.
        source: the same of the source, or None.
        radius_px: > 0.
        steady: windows are as wide as the radius says, not rounded to pixels: for a radius that changes from frame to
            frame, whose windows would else jump.

    Returns:
        DetailRange, each [B, 1, H, W]. Borders as in `gaussian_blur`.
    """
    full: Size = (own.shape[-2], own.shape[-1])
    reference = own if source is None else source
    reach = RANGE_WINDOW * radius_px
    reach = max(1, reach if steady else round(reach))
    low, high = local_minimum(reference, reach), local_maximum(reference, reach)
    if source is None:
        return DetailRange(enlarge(_coarse_base(own, full, radius_px)[0], full), low, high)
    bases, lumas = _coarse_base(torch.cat([own, source], 1), full, radius_px)
    base, source_base = bases.split(1, 1)
    around = SURROUNDINGS * BASE_SCALE * radius_px * base.shape[-1] / full[1]
    around = around if steady else math.ceil(around)
    lightest, source_lightest, light = local_maximum(torch.cat([bases, lumas[:, :1]], 1), around).split(1, 1)
    made = enlarge(torch.cat([source_base - base, lightest - source_lightest, light], 1), full)
    wanted, moved, light = made.split(1, 1)
    torch.maximum(moved.add_(high), light, out=moved)
    torch.minimum(high.sub_(wanted), moved, out=high)
    return DetailRange(wanted, low.sub_(wanted), high)


def _coarse_base(luma: Tensor, full: Size, radius_px: float) -> tuple[Tensor, Tensor]:
    """The base on its grid, before it is enlarged, and the luma it is made from on the same grid; each channel alone.

    A Gaussian with twicing (Tukey 1977): 2 G - G G. It keeps low frequencies much more exactly than G does, so that
    restored detail does not shift the face's tones.
    """
    had, base = GRID_SCALE * radius_px, BASE_SCALE * radius_px
    small = reduce(luma, full, had)
    step = full[1] / small.shape[-1]
    once = gaussian_blur(small, math.sqrt(base**2 - had**2 - enlarging_px(small, full) ** 2) / step)
    return once.mul(2).sub_(gaussian_blur(once, base / step)), small

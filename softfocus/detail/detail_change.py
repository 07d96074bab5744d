"""The change that brings detail to a picture: its bands, each by its gain, held within what an edge may show."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ..filters.gaussian import gaussian_blur
from ..filters.row_strips import map_rows
from .detail_range import detail_range
from .masked_base import masked_base

FINEST_SCALE = 4 / 15  # Gaussian scale between the two parts of the finest band, in units of the radius
MIDDLE_SCALE = 2.0  # the same between the middle band and the coarse one
NOISE_EXTREME = 2.25  # standard deviations that noise lifts a local maximum by: the expected one of 49 samples
PASSING = 4.7  # times the halo limit: how far a pixel of a face may pass both what it was and what it becomes


@dataclass(frozen=True)
class Bands:
    """How much of each band returns.

    Attributes:
        finest, fine: weights of the finest band's parts below and above FINEST_SCALE.
        middle, coarse: of the other bands.
        halo_limit: how far in luma an edge may pass its surroundings.
    """

    finest: float
    fine: float
    middle: float
    coarse: float
    halo_limit: float


def detail_change(
    own: Tensor,
    source: Tensor | None,
    smooth: Tensor,
    features: Tensor,
    bands: Bands,
    radius_px: float,
    noise: Tensor,
    mask: Tensor | None,
    *,
    of_face: bool = False,
) -> Tensor:
    """What to add to luma, times the mask.

    Args:
        own: [B, 1, H, W] luma of the picture.
        source: the same of the picture whose detail is wanted, or None: the picture's own is enhanced.
        smooth: source (or own) under a Gaussian of radius_px.
        features: [B, 3, H, W], gain of each band.
        bands: what returns of each.
        radius_px: > 0.
        noise: [B, 1, 1, 1], standard deviation of the noise in source or own.
        mask: [B, 1, H, W] in 0..1, or None for all.
        of_face: the base is that of what the mask lets through (`masked_base`; there must be a mask), and with a source
            no pixel passes both its own luma and the wanted one by more than PASSING times the halo limit.

    Returns:
        [B, 1, H, W]. Borders as in `gaussian_blur`.
    """
    wanted = own if source is None else source - own
    if source is not None:
        smooth = gaussian_blur(wanted, radius_px)
    finest = [] if bands.finest == bands.fine else [gaussian_blur(wanted, FINEST_SCALE * radius_px)]
    middle = gaussian_blur(smooth, radius_px * math.sqrt(MIDDLE_SCALE**2 - 1))
    base, low, high = detail_range(own, source, radius_px, steady=of_face)
    if of_face:
        assert mask is not None
        base = masked_base(wanted, mask, radius_px)
    room = bands.halo_limit - NOISE_EXTREME * noise  # the extremes of a noisy picture are those of its noise
    passing = PASSING * bands.halo_limit if of_face and source is not None else None

    def changed(
        own: Tensor, low: Tensor, high: Tensor, mask: Tensor | None, features: Tensor, base: Tensor, *finer: Tensor
    ) -> Tensor:
        change = _banded(bands, features, base, *finer)
        lowest, highest = (low - own).sub_(room).clamp_max_(0), (high - own).add_(room).clamp_min_(0)
        if passing is not None:
            whole = _banded(bands, None, base, *finer).add_(base)
            lowest = torch.maximum(lowest, whole.clamp_max(0).sub_(passing))
            highest = torch.minimum(highest, whole.clamp_min_(0).add_(passing))
        change = torch.clamp(change, lowest, highest)
        return change if mask is None else change.mul_(mask)

    return map_rows(changed, own, low, high, mask, features, base, middle, smooth, wanted, *finest)


def _banded(
    bands: Bands,
    features: Tensor | None,
    base: Tensor,
    middle: Tensor,
    smooth: Tensor,
    wanted: Tensor,
    finest: Tensor | None = None,
) -> Tensor:
    """[B, 1, H, W]: differences of neighbouring levels, each times its gain (None: 1) and its weight."""
    if finest is None:
        change = wanted - smooth
        if bands.fine != 1:
            change.mul_(bands.fine)
    else:
        change = (wanted - finest).mul_(bands.finest).add_(finest - smooth, alpha=bands.fine)
    if features is None:
        change.add_(smooth - middle, alpha=bands.middle)
        return change.add_(middle - base, alpha=bands.coarse)
    change.mul_(features[:, 0:1])
    change.addcmul_(smooth - middle, features[:, 1:2], value=bands.middle)
    return change.addcmul_(middle - base, features[:, 2:3], value=bands.coarse)

"""A picture's luma in three bands: the finest detail, detail, and form, and what is left of each after an effect.

Form is the modelling of a cheek or a nose, from 1 % to 2.4 % of the diagonal, which returned detail does not reach.
A small blur leaves it alone; light that scatters takes from it, the same share inside and outside the mask.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ...filters.gaussian import gaussian_blur
from ...units import diagonal
from ..regions import solid, weighted_mean
from .detail import COARSE, FINE, INVISIBLE, MIDDLE, clean_energy

CORE = 0.5  # of a mask's peak
MOST = 10.0  # times as much is all that is told apart: of a reference without detail any detail is a huge multiple


@dataclass(frozen=True)
class Bands:
    """Planes [1, 1, H, W] of Y': `luma`, and its bands from fine to coarse."""

    luma: Tensor
    finest: Tensor
    detail: Tensor
    form: Tensor


def split_bands(luma: Tensor, low: Tensor) -> Bands:
    """The bands of [1, 1, H, W] luma, whose form begins where that of `low` ends (`tone.low_pass` of it)."""
    reach = diagonal(luma)
    fine, middle, coarse = (gaussian_blur(luma, share * reach) for share in (FINE, MIDDLE, COARSE))
    return Bands(luma, luma - fine, fine - middle, low - coarse)


def detail_kept(after: Bands, before: Bands, weight: Tensor | None) -> float:
    """Energy of detail over that of the reference, noise taken off both; 1 = unchanged, MOST at most."""
    now, was = (_detail(bands, weight) for bands in (after, before))
    return min(now / was, MOST)


def has_detail(bands: Bands, weight: Tensor | None) -> bool:
    """Whether there is any detail that can be seen."""
    return _detail(bands, weight) > 2 * INVISIBLE


def _detail(bands: Bands, weight: Tensor | None) -> float:
    return clean_energy(bands.detail, bands.luma, weight, FINE, MIDDLE)


def finest_kept(after: Bands, before: Bands, weight: Tensor | None) -> float:
    """Energy of the finest band over that of the reference, noise and all; above 1 it is sharper than it was."""
    now, was = (weighted_mean(bands.finest.square(), weight) for bands in (after, before))
    return min((now + INVISIBLE) / (was + INVISIBLE), MOST)


def sharpening(after: Bands, before: Bands, weight: Tensor | None) -> float:
    """The larger of `finest_kept` and `detail_kept`: above 1 more comes back than there was."""
    return max(finest_kept(after, before, weight), detail_kept(after, before, weight))


def core(mask: Tensor | None) -> Tensor | None:
    """Where a mask [1, 1, H, W] is strongest, as 0 and 1: the mean of a face hides what is done to its eyes."""
    return None if mask is None else solid(mask, CORE)


def gain(after: Tensor, before: Tensor, weight: Tensor | None) -> float:
    """Factor by which one plane is contained in another (least squares), within +-MOST; 1 where neither carries any."""
    shared, own = weighted_mean(after * before, weight), weighted_mean(before.square(), weight)
    return max(-MOST, min((shared + INVISIBLE) / (own + INVISIBLE), MOST))

"""A picture's luma in three bands: the finest detail, detail, and form, and what is left of each after an effect.

Form is the modelling of a cheek or a nose, from 1 % to 2.4 % of the diagonal or of five widths of a face, which
returned detail does not reach. A small blur leaves it alone; light that scatters takes from it, the same share inside
and outside the mask.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ...color import luminance
from ...filters.row_strips import row_slices
from ..lengths import DIAGONAL, Lengths
from ..measured import Measured
from ..regions import mean_square, solid
from .detail import FINE, INVISIBLE, MIDDLE, clean_energy, smoothed

LOW_PASS = 0.01  # of `Lengths`: sigma of what counts as light rather than detail
CORE = 0.5  # of a mask's peak
MOST = 10.0  # times as much is all that is told apart: of a reference without detail any detail is a huge multiple


@dataclass(frozen=True, eq=False)
class Bands:
    """A picture from fine to coarse, at lengths of the picture or, where they are known, of its faces.

    Attributes:
        picture: of which these are the bands.
        lengths: of the bands.
        finest, detail, form: bands of luma, [1, 1, H, W].
        low: [1, 3, H, W], the sRGB values without their detail.
        low_luma: [1, 1, H, W], luma of `low`: form begins where this light does.
    """

    picture: Measured
    lengths: Lengths
    finest: Tensor
    detail: Tensor
    form: Tensor
    low: Tensor
    low_luma: Tensor

    def energy(self, weight: Tensor | None) -> float:
        """Energy of detail, its noise taken off."""
        return clean_energy(self.detail, self.picture.noise_in(weight), weight, FINE, MIDDLE, self.lengths)


def split_bands(picture: Measured, lengths: Lengths = DIAGONAL) -> Bands:
    """The bands of a picture."""
    fine, middle, coarse = smoothed(picture.luma, lengths)
    low = lengths.blur(picture.rgb, LOW_PASS)
    low_luma = luminance(low)
    # new memory would cost as much as filling it
    detail, form = torch.sub(fine, middle, out=middle), torch.sub(low_luma, coarse, out=coarse)
    return Bands(picture, lengths, torch.sub(picture.luma, fine, out=fine), detail, form, low, low_luma)


def detail_kept(now: float, was: float) -> float:
    """`Bands.energy` over that of the reference; 1 = unchanged, MOST at most."""
    return min(now / was, MOST)


def has_detail(energy: float) -> bool:
    """Whether there is any detail that can be seen."""
    return energy > 2 * INVISIBLE


def finest_kept(after: Bands, before: Bands, weight: Tensor | None) -> float:
    """Energy of the finest band over that of the reference, noise and all; above 1 it is sharper than it was."""
    now, was = (mean_square(bands.finest, weight) for bands in (after, before))
    return min((now + INVISIBLE) / (was + INVISIBLE), MOST)


def core(mask: Tensor | None) -> Tensor | None:
    """Where a mask [1, 1, H, W] is strongest, as 0 and 1: the mean of a face hides what is done to its eyes."""
    return None if mask is None else solid(mask, CORE)


def gain(after: Tensor, before: Tensor, weight: Tensor | None) -> float:
    """Factor by which one plane is contained in another (least squares), within +-MOST; 1 where neither carries any."""
    shared = own = total = 0.0
    for rows in row_slices(before):
        was = before[..., rows, :]
        held = was if weight is None else was * weight[..., rows, :]
        shared += float((held * after[..., rows, :]).sum())
        own += float((held * was).sum())
        total += held.numel() if weight is None else float(weight[..., rows, :].sum())
    return factor(shared / total, own / total) if total > 0 else 1.0


def factor(shared: float, own: float) -> float:
    """`gain` from the mean product of both planes and the mean square of the other."""
    return max(-MOST, min((shared + INVISIBLE) / (own + INVISIBLE), MOST))

"""Whether a filter explains a pair at all: what the best one leaves, beside what the pictures' noise leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from .candidates import TINY, fit
from .moments import Array, Band
from .own_spread import own_mixture
from .search import Found, log_likelihood

FEWEST = 60.0  # independent samples of the coarse band, below which a picture is too small, bright or dark
LEAST_CONTRAST = 3.0  # times the finest noise: a picture with less shows no glow
UNEXPLAINED = 0.25  # share of the change in standard deviations
ABOVE_NOISE = 2.2  # times the noise of the middle band that is left in the coarse one
CLEARLY_MORE, WORTH = 1.15, 0.03  # times what any spread leaves, and of the change: more is a filter of another make
LEAST_EVIDENCE = 3.0  # in logarithms, for a filter beside none


class Kind(Enum):
    """What a pair is."""

    MATCHED = "matched"
    OTHER = "no filter of these"
    UNCHANGED = "no change"
    BLIND = "nothing can be told"


@dataclass(frozen=True)
class Verdict:
    """What a pair is, and why.

    Attributes:
        kind: of the pair.
        left: standard deviation in sRGB values, coarser than the finest detail, that the best filter leaves.
        changed: the same without any filter, exposure aside.
        own: the same with any mixture of Gaussians.
        mixture: that mixture, [n - 1] parts of the light itself, its Gaussians and its halation.
    """

    kind: Kind
    left: float
    changed: float
    own: float
    mixture: Array

    @property
    def another_make(self) -> bool:
        """Whether the light spreads clearly otherwise than through the best filter, near as that may be."""
        return self.left > max(CLEARLY_MORE * self.own, WORTH * self.changed)


def judge(bands: Sequence[Band], found: Sequence[Found], diagonal_px: float) -> Verdict:
    """Of what a search found, the likeliest first."""
    best = found[0]
    nothing = np.zeros(1)
    unfiltered = fit(bands, best.family, (nothing, nothing + 100, nothing, nothing), diagonal_px).noise
    without = [float(np.sqrt(each.item())) for each in unfiltered]
    mixture, own = own_mixture(bands, best.noise)
    coarse = _number(bands, "coarse")
    gain = best.evidence - log_likelihood(bands, unfiltered).item()
    if bands[coarse].samples < FEWEST or _contrast(bands[coarse]) < LEAST_CONTRAST * min(best.noise):
        kind = Kind.BLIND
    elif gain < LEAST_EVIDENCE:
        kind = Kind.UNCHANGED if _like_noise(bands, without) else Kind.OTHER
    elif _like_noise(bands, best.noise) or best.noise[coarse] <= UNEXPLAINED * without[coarse]:
        kind = Kind.MATCHED
    else:
        kind = Kind.OTHER
    return Verdict(kind, best.noise[coarse], without[coarse], own[coarse], mixture)


def _like_noise(bands: Sequence[Band], left: Sequence[float]) -> bool:
    """Whether what is left is hardly more where the pictures are coarse: a change of light would be."""
    return left[_number(bands, "coarse")] <= ABOVE_NOISE * left[_number(bands, "middle")]


def _contrast(band: Band) -> float:
    """Standard deviation of the first picture's luma around its widest blur, in sRGB values."""
    around = np.zeros(len(band.noise))
    around[1], around[-2] = 1, -1
    luma = np.einsum("c,d,cdij->ij", band.mixes[0], band.mixes[0], band.products)
    noise = (band.mixes[0] ** 2).sum() * band.noise
    return float(np.sqrt(max(around @ luma @ around, 0) / max(around @ noise @ around, TINY)))


def _number(bands: Sequence[Band], name: str) -> int:
    return [band.name for band in bands].index(name)

"""The filters that may explain a pair, weighed: every family on a grid of all settings, narrowed around what remains.

Each candidate has the likelihood of what it leaves unexplained, with a noise of its own in every band. Settings are
taken to be even beforehand: grades and sizes in their logarithm, over what makers sell and cameras need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..light.families import FAMILIES
from ..settings import FILTER_FAMILIES
from .candidates import Fits, fit
from .moments import Array, Band

LEAST_GRADE, MOST_GRADE = 0.1, 2.0
LEAST_SIZE, MOST_SIZE = 45.0, 220.0  # percent: medium format to Micro Four Thirds, and some more
NODES = (13, 13, 5, 5)  # of grade, size, warmth and halation
ROUNDS = 9  # of narrowing
REACH, REACH_BLIND = 4.0, 2.0  # standard deviations that a narrowed grid holds to either side; while it is too coarse
NODES_KEPT = 1.5  # and nodes, at least
KEPT = 0.01  # share of a grid's candidates that narrowing follows
FLAT = 3.0  # in logarithms: how far apart they count at most
EVIDENCE = 0.05  # what a sample counts: errors of JPEG, unlike noise, do not average out


@dataclass(frozen=True)
class Found:
    """What one family says of a pair; of each setting its mean and standard deviation, of grade and size in octaves.

    Attributes:
        family: of FILTER_FAMILIES.
        grade, size, warmth, halation: means.
        grade_spread, size_spread, warmth_spread, halation_spread: standard deviations.
        exposure: factor of linear light by which the second picture is brighter.
        noise: by band, standard deviation in sRGB values that explains what the best candidate leaves.
        evidence: log of the mean likelihood over all settings.
    """

    family: str
    grade: float
    size: float
    warmth: float
    halation: float
    grade_spread: float
    size_spread: float
    warmth_spread: float
    halation_spread: float
    exposure: float
    noise: tuple[float, ...]
    evidence: float


def search(bands: Sequence[Band], diagonal_px: float) -> list[Found]:
    """Every family's, the likeliest first."""
    found = [_narrowed(bands, family, diagonal_px) for family in FILTER_FAMILIES]
    return sorted(found, key=lambda each: -each.evidence)


def log_likelihood(bands: Sequence[Band], noise: Sequence[Array]) -> Array:
    """Of noise variances a band, each profiled: -n/2 log of it."""
    parts = [-EVIDENCE * band.samples / 2 * np.log(each) for band, each in zip(bands, noise, strict=True)]
    return np.sum(parts, axis=0)


def _narrowed(bands: Sequence[Band], family: str, diagonal_px: float) -> Found:
    """Search the whole range of a family, then ever less around what is likely."""
    whole = np.stack([np.log2([LEAST_GRADE, MOST_GRADE]), np.log2([LEAST_SIZE, MOST_SIZE]), (0.0, 1.0), (0.0, 1.0)])
    if not FAMILIES[family].warmth:
        whole[2] = 0
    nodes = [count if high > low else 1 for count, (low, high) in zip(NODES, whole, strict=True)]

    def tried(box: Array) -> tuple[list[Array], Fits, Array]:
        lines = [_nodes(count, *side) for count, side in zip(nodes, box, strict=True)]
        fits = fit(bands, family, (2 ** lines[0], 2 ** lines[1], lines[2], lines[3]), diagonal_px)
        return lines, fits, log_likelihood(bands, fits.noise)

    box = whole
    for _ in range(ROUNDS - 1):
        lines, _, likelihood = tried(box)
        heat = _heat(likelihood)
        reach = REACH if heat == 1 else REACH_BLIND
        box = _around(*_summary(likelihood / heat, lines), reach, box, nodes, whole)
    lines, fits, likelihood = tried(box)
    return _found(family, *_summary(likelihood, lines), fits, likelihood, _evidence(likelihood, box, whole))


def _heat(likelihood: Array) -> float:
    """What flattens it until a share of all candidates counts: a coarse grid's best may lie beside a narrow ridge."""
    kept = max(1, int(KEPT * likelihood.size))
    best = np.partition(likelihood.ravel(), -kept - 1)[-kept - 1 :]
    return max(1.0, float(best.max() - best.min()) / FLAT)


def _nodes(count: int, low: float, high: float) -> Array:
    """So many places, each in the middle of its part."""
    return low + (high - low) * (np.arange(count) + 0.5) / count


def _summary(likelihood: Array, lines: Sequence[Array]) -> tuple[Array, Array]:
    """Mean and standard deviation of every setting."""
    weights = np.exp(likelihood - likelihood.max())
    weights /= weights.sum()
    means, spreads = [], []
    for axis, line in enumerate(lines):
        marginal = weights.sum(tuple(each for each in range(4) if each != axis))
        means.append(marginal @ line)
        spreads.append(np.sqrt(marginal @ (line - means[-1]) ** 2))
    return np.array(means), np.array(spreads)


def _around(means: Array, spreads: Array, reach: float, box: Array, nodes: Sequence[int], whole: Array) -> Array:
    """The part of a box around the means that holds what is likely, and some nodes to either side at least."""
    half = np.maximum(reach * spreads, NODES_KEPT * (box[:, 1] - box[:, 0]) / np.array(nodes))
    return np.clip(np.stack([means - half, means + half], 1), whole[:, :1], whole[:, 1:])


def _evidence(likelihood: Array, box: Array, whole: Array) -> float:
    """Log of the mean likelihood over the whole range, of which the box holds what counts."""
    sides, all_sides = box[:, 1] - box[:, 0], whole[:, 1] - whole[:, 0]
    share = np.log(sides[all_sides > 0] / all_sides[all_sides > 0]).sum()
    top = likelihood.max()
    return float(top + np.log(np.exp(likelihood - top).mean()) + share)


def _found(family: str, means: Array, spreads: Array, fits: Fits, likelihood: Array, evidence: float) -> Found:
    best = np.unravel_index(likelihood.argmax(), likelihood.shape)
    grade, size, warmth, halation = map(float, spreads)
    return Found(
        family,
        grade=float(2 ** means[0]),
        size=float(2 ** means[1]),
        warmth=float(means[2]),
        halation=float(means[3]),
        grade_spread=grade,
        size_spread=size,
        warmth_spread=warmth,
        halation_spread=halation,
        exposure=float(fits.exposure[best]),
        noise=tuple(float(np.sqrt(each[best])) for each in fits.noise),
        evidence=evidence,
    )

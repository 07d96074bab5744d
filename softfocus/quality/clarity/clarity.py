"""How clear one picture is by itself: what spoils it, and how natural each of its regions looks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from ..measured import Measured
from ..natural.brisque import brisque_of_regions
from ..natural.natural_scenes import levels_of, luma_levels
from ..natural.niqe import niqe_of_regions
from ..natural.piqe import piqe_of_regions
from ..regions import solid
from .distortions import Distortions, measure_distortions


@dataclass(frozen=True)
class RegionClarity:
    """One region; lower is clearer in each. None where the region is too small or too flat for the metric.

    NIQE, BRISQUE and PIQE were made for photographs and take an intended bloom for blur: compare the values of one
    region between pictures, not the regions of a picture.

    Attributes:
        edge_width: of the sharpest structure, as in `Distortions`.
        niqe: 2 to 4 for good photographs, above 10 for ruined ones.
        brisque: about 0 (clean) to 100 (ruined); both may be passed.
        piqe: 0 (clean) to 100.
    """

    edge_width: float
    niqe: float | None
    brisque: float | None
    piqe: float | None


@dataclass(frozen=True)
class Clarity:
    """Of one picture; `dataclasses.asdict` makes it ready for JSON.

    Attributes:
        note: why the picture is one region, as a sentence; empty with a usable mask.
        distortions: what the score without a reference rests on.
        whole, inside, outside: the picture, the mask's part of it and the rest; the last two None with a note.
    """

    note: str
    distortions: Distortions
    whole: RegionClarity
    inside: RegionClarity | None
    outside: RegionClarity | None


def measure_clarity(picture: Measured) -> Clarity:
    """Measure one picture without a reference, whether there is one or not."""
    regions = picture.regions
    weights = [regions.seen]
    if regions.inside is not None and regions.outside is not None:
        weights += [solid(regions.inside), regions.outside]
    whole, *sides = _by_region(picture, weights)
    inside, outside = sides or (None, None)
    return Clarity(regions.note, measure_distortions(picture, (inside or whole).edge_width), whole, inside, outside)


def _by_region(picture: Measured, regions: Sequence[Tensor | None]) -> list[RegionClarity]:
    widths = [picture.edges.width(region) for region in regions]
    levels = levels_of(picture.rgb[0])
    luma = luma_levels(levels)
    planes = [None if region is None else region[0, 0] for region in regions]
    scores = niqe_of_regions(luma, planes), brisque_of_regions(levels, planes), piqe_of_regions(luma, planes)
    return [
        RegionClarity(width, *map(_defined, natural))
        for width, natural in zip(widths, zip(*scores, strict=True), strict=True)
    ]


def _defined(value: float) -> float | None:
    return value if math.isfinite(value) else None

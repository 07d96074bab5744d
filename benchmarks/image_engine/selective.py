"""Selective blur by colour difference against gegl:gaussian-blur-selective."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from torch import Tensor

from benchmarks.image_engine import gegl
from benchmarks.image_engine.pictures import PICTURES
from benchmarks.rows import Check, Row, ratio, values
from benchmarks.timing import side_by_side
from softfocus.selective_blur import selective_gaussian_blur

MAX_DELTA = 0.19  # between two steps of 8 bits: GEGL leaves ties to the rounding of floats
WIDTHS = (5, 10, 20, 40, 64, 144, 900)  # GEGL's radius: sigma squared
# Picture, side, GEGL's radius; at 1024 px radius 40 takes it minutes.
CASES = (
    ("photo", 1024, 5),
    ("photo", 1024, 10),
    ("photo", 1024, 20),
    ("photo", 512, 40),
    ("noise", 1024, 5),
    ("noise", 1024, 10),
)


def table(cases: Sequence[tuple[str, int, int]] = CASES) -> Iterator[Row]:
    """Milliseconds, ratio, and the mean difference of the two results in 1/255.

    GEGL's kernel has a variance equal to its radius, and it compares and averages sRGB values.
    """
    for kind, size, radius in cases:
        yield {"picture": kind, "size": size, **_figures(PICTURES[kind](size), radius)}


def by_radius(size: int = 512, radii: Sequence[int] = WIDTHS) -> Iterator[Row]:
    """Milliseconds of ours alone."""
    for radius in radii:
        works = {kind: _work(picture(size), radius) for kind, picture in PICTURES.items()}
        yield {"size": size, "radius": radius, "sigma": math.sqrt(radius), **side_by_side(works, 2)}


def checks(rows: Sequence[Row]) -> list[Check]:
    flat = [max(values(rows, kind)) / min(values(rows, kind)) for kind in PICTURES]
    return [Check("selective: slowest radius / quickest, worst picture", max(flat), 1.3)]


def _work(image: Tensor, radius: int) -> Callable[[], Tensor]:
    return lambda: selective_gaussian_blur(image, math.sqrt(radius), max_delta=MAX_DELTA, linear_light=False)


def _figures(image: Tensor, radius: int) -> Row:
    sigma, blur = math.sqrt(radius), _work(image, radius)
    ours = side_by_side({"ours": blur})["ours"]
    theirs = difference = None
    if gegl.available():
        graph = gegl.Graph(image)
        theirs = graph.milliseconds("gegl:gaussian-blur-selective", f"blur-radius={radius}", f"max-delta={MAX_DELTA}")
        difference = 255 * float((blur() - graph.result()).abs().mean())
    row: Row = {"radius": radius, "sigma": sigma, "ours": ours, "gegl": theirs}
    return row | {"ours/gegl": ratio(ours, theirs), "difference": difference}

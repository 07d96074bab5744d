"""Selective blur by colour difference against gegl:gaussian-blur-selective."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from torch import Tensor

from benchmarks import gegl
from benchmarks.engine_pictures import PICTURES
from benchmarks.engine_rows import Row, ratio
from benchmarks.timing import side_by_side
from softfocus.selective_blur import selective_gaussian_blur

MAX_DELTA = 0.2
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


def _figures(image: Tensor, radius: int) -> Row:
    sigma = math.sqrt(radius)

    def blur() -> Tensor:
        return selective_gaussian_blur(image, sigma, max_delta=MAX_DELTA, linear_light=False)

    ours = side_by_side({"ours": blur})["ours"]
    theirs = difference = None
    if gegl.available():
        graph = gegl.Graph(image)
        theirs = graph.milliseconds("gegl:gaussian-blur-selective", f"blur-radius={radius}", f"max-delta={MAX_DELTA}")
        difference = 255 * float((blur() - graph.result()).abs().mean())
    row: Row = {"radius": radius, "sigma": sigma, "ours": ours, "gegl": theirs}
    return row | {"ours/gegl": ratio(ours, theirs), "difference": difference}

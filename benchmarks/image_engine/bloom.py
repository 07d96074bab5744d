"""Bloom of five scales against one Gaussian: its point spread function alone, and with the curves of sRGB for both.

Decoding and encoding cost more than any Gaussian, and bloom encodes two pictures: what is added, and the sum.
So it is set against one blur in linear light too, and against gegl:bloom, which has one scale and one output.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.image_engine import gegl
from benchmarks.image_engine.pictures import as_image, photo
from benchmarks.rows import Check, Row, ratio, values
from benchmarks.timing import side_by_side
from softfocus.at_settings import apply_bloom
from softfocus.filters.gaussian import gaussian_blur, gaussian_mixture
from softfocus.light.scatter import SCALES, psf_weights
from softfocus.selective_blur import selective_gaussian_blur
from softfocus.settings import DEFAULTS
from softfocus.units import percent_of_diagonal
from testing.host_nodes import BLOOM, call

SIZES = (1024, 2048)


def table(sizes: Sequence[int] = SIZES) -> list[Row]:
    """Milliseconds and ratios; GEGL's bloom has one scale, ours five."""
    return [_row(size) for size in sizes]


def _row(size: int) -> Row:
    image = photo(size)
    shown, widest = as_image(image), percent_of_diagonal(image, DEFAULTS.bloom.radius)
    sigmas = [widest / 2**octave for octave in reversed(range(SCALES))]
    times = side_by_side(
        {
            "gaussian": lambda: gaussian_blur(image, widest),
            "mixture": lambda: gaussian_mixture(image, sigmas, psf_weights(DEFAULTS.bloom.falloff)),
            "narrowest": lambda: gaussian_blur(image, sigmas[0]),
            "linear": lambda: selective_gaussian_blur(image, widest),
            "bloom": lambda: apply_bloom(image),
            "node": lambda: call(BLOOM, image=shown),
        }
    )
    theirs = gegl.Graph(image).milliseconds("gegl:bloom", f"radius={widest:.2f}") if gegl.available() else None
    row: Row = {"size": size, "sigma": round(widest, 1), **times, "gegl": theirs}
    pairs = (("mixture", "gaussian"), ("mixture", "narrowest"), ("bloom", "linear"), ("bloom", "gaussian"))
    row |= {f"{one}/{other}": times[one] / times[other] for one, other in pairs}
    return {**row, "bloom/gegl": ratio(times["bloom"], theirs)}


def checks(rows: Sequence[Row]) -> list[Check]:
    pairs = {
        "mixture/gaussian": "bloom: five Gaussians / the widest alone, worst",
        "mixture/narrowest": "bloom: five Gaussians / the narrowest alone, worst",
        "bloom/linear": "bloom: luminance_bloom / one blur in linear light, worst",
    }
    return [Check(name, max(values(rows, column)), 3) for column, name in pairs.items()]

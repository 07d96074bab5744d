"""What makes one picture unclear, measured without a reference: blur, noise, block grid, ringing, burnt highlights."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ...color import WHITE
from ...filters.local_range import local_maximum, local_minimum
from ...filters.near_faces import cut, widened
from ..measured import Measured
from ..regions import extent, solid, weighted_mean
from .block_grid import block_step
from .ringing import ringing


@dataclass(frozen=True)
class Distortions:
    """Of a whole picture, but for the edge width; less is clearer in each.

    Attributes:
        edge_width: of the sharpest structure in its least sharp direction, inside the mask if there was one; in
            pixels, or in diagonals / 1448 of larger pictures.
        noise: standard deviation of white noise in luma (/255).
        block_step: steps on a grid of 8 px beyond those off it (/255).
        ringing: way of luma over its rise at the strongest edges, less 1.
        burnt_percent: pixels with a channel at white; a white backdrop counts too.
    """

    edge_width: float
    noise: float
    block_step: float
    ringing: float
    burnt_percent: float


def measure_distortions(picture: Measured, edge_width: float | None = None) -> Distortions:
    """Measure one picture; the edge width inside the mask, if there is a usable one, unless it is known already."""
    regions = picture.regions
    seen = regions.seen
    if edge_width is None:
        edge_width = picture.edges.width(seen if regions.inside is None else solid(regions.inside))
    return Distortions(
        edge_width,
        255 * picture.noise,
        block_step(picture.luma, seen),
        ringing(picture.luma, seen),
        burnt_percent(picture.rgb, seen),
    )


def burnt_percent(image: Tensor, seen: Tensor | None = None) -> float:
    """Pixels of [1, 3, H, W] sRGB with a channel at white, in %; noise that dips out of white makes no difference."""
    window = extent(image.amax(1)[0].ge_(WHITE))
    if window[0].stop == 0:
        return 0.0
    around = widened(
        window, 2, image.shape[-2:]
    )  # what lies beyond the picture counts for nothing, what lies in it does
    white = (cut(image, around) >= WHITE).to(torch.uint8)
    burnt = torch.zeros_like(image[:, :1])
    cut(burnt, around).copy_(local_minimum(local_maximum(white, 1), 1).amax(1, keepdim=True))
    return 100 * weighted_mean(burnt, seen)

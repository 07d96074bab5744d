"""What makes one picture unclear, measured without a reference: blur, noise, block grid, ringing, burnt highlights."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ...color import WHITE, luminance
from ...filters.gaussian import gaussian_blur
from ...filters.local_range import local_maximum, local_minimum
from ...filters.noise_level import noise_level
from ..regions import solid, weighted_mean
from .block_grid import block_step
from .edge_width import WIDEST, edge_width
from .ringing import ringing

SMOOTHED_PX = 1.0  # what `noise_level` tells flat places by
SHARP_PX = 0.6  # an ideal step edge
VISIBLE_NOISE, VISIBLE_STEP, VISIBLE_RINGING, VISIBLE_BURNT = 2.0, 0.5, 0.3, 2.0  # from here on a cause is named


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


def measure_distortions(image: Tensor, mask: Tensor | None = None, seen: Tensor | None = None) -> Distortions:
    """Measure one picture.

    Args:
        image: [1, 3, H, W] sRGB in 0..1.
        mask: [1, 1, H, W] in 0..1, not empty: where the edge width is looked for; None: everywhere.
        seen: [1, 1, H, W] of 0 and 1: what is not transparent; elsewhere the image was filled. None: everything.
    """
    luma = luminance(image)
    noise = white_noise(luma, seen)
    width = edge_width(luma, noise, seen if mask is None else solid(mask))
    return Distortions(width, 255 * noise, block_step(luma, seen), ringing(luma, seen), burnt_percent(image, seen))


def white_noise(luma: Tensor, seen: Tensor | None = None) -> float:
    """Standard deviation of the white noise of [1, 1, H, W] luma, in its unit."""
    return float(noise_level(luma, gaussian_blur(luma, SMOOTHED_PX), seen))


def burnt_percent(image: Tensor, seen: Tensor | None = None) -> float:
    """Pixels of [1, 3, H, W] sRGB with a channel at white, in %; noise that dips out of white makes no difference."""
    white = (image >= WHITE).to(image.dtype)
    return 100 * weighted_mean(local_minimum(local_maximum(white, 1), 1).amax(1, keepdim=True), seen)


def describe_distortions(seen: Distortions, place: str) -> list[str]:
    """One sentence each, with the number and what it comes from; `place` is where the edges were looked for."""
    width = seen.edge_width
    edges = "sharp" if width <= SHARP_PX else "soft: out of focus, moved, enlarged or smoothed"
    noise = "hardly visible" if seen.noise < VISIBLE_NOISE else "grain of the sensor or of the sampler"
    steps = "not visible" if seen.block_step < VISIBLE_STEP else "strong JPEG compression"
    way = "as texture does" if seen.ringing < VISIBLE_RINGING else "oversharpened, or noisy"
    burnt = "no loss" if seen.burnt_percent < VISIBLE_BURNT else "over-exposed, or a white backdrop"
    return [
        f"There is no edge to be seen in {place}."
        if width >= WIDEST
        else f"The sharpest edges of {place} are {width:.2f} px wide ({edges}).",
        f"Noise is at {seen.noise:.1f}/255 ({noise}).",
        f"The steps on a grid of 8 px are at {seen.block_step:.2f}/255 ({steps}).",
        f"At the strongest edges luma goes {100 * seen.ringing:.0f} % further than it has to ({way}).",
        f"{seen.burnt_percent:.1f} % of the pixels have a channel at white ({burnt}).",
    ]

"""The glow itself, of bloom and of diffusion filters alike: light leaves, spreads and arrives, energy kept.

    out = L + strength * (PSF * B - B)

L is linear light, B the part of it that scatters, PSF a sum of Gaussians with weights that sum to 1. What arrives
elsewhere has left where it came from, so a flat picture stays flat and the mean light stays the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..color import BRIGHTEST, BT709_WEIGHTS, extremes, light_of, linear_to_srgb, srgb_to_linear
from ..face_box import FaceBox
from ..filters.near_faces import frames_with_faces
from ..filters.row_strips import by_rows, map_rows
from .halation import halation
from .highlights import TINY, add_light, highlights, record_highlights, recover_highlights
from .scatter import SpreadAt, scatter, scatter_near_faces

MOST_LIGHT = light_of(BRIGHTEST)


@dataclass(frozen=True)
class Glow:
    """How light scatters.

    Attributes:
        spread_at: the point spread function; near small faces at a smaller scale.
        strength: share of B that is scattered, 0..1.
        threshold, knee: of B, as of `highlights`.
        tint: linear light, scaled to luminance 1, of the scattered light; None keeps its colors.
        halation: strength of the light that a film's base gives back.
        highlight_boost: stops by which clipped highlights were brighter.
    """

    spread_at: SpreadAt
    strength: float
    threshold: float = 0.0
    knee: float = 0.5
    tint: tuple[float, float, float] | None = None
    halation: float = 0.0
    highlight_boost: float = 0.0

    @property
    def is_plain(self) -> bool:
        return self.threshold <= 0 and self.tint is None and self.halation == self.highlight_boost == 0


def add_glow(
    image: Tensor, glow: Glow, protect: Tensor | None, alpha: Tensor | None, faces: Sequence[Sequence[FaceBox]] | None
) -> tuple[Tensor, Tensor]:
    """The picture [B, 3, H, W] sRGB with its glow, and what was added to it; arguments checked and fitted before."""
    light = map_rows(srgb_to_linear, image)

    def shown(light: Tensor, lit: Tensor) -> tuple[Tensor, ...]:
        return linear_to_srgb(lit), linear_to_srgb(lit - light)

    bloomed, change = _lit(light, glow, protect, alpha, faces, shown, into=(light, torch.empty_like(light)))
    return bloomed, change


def glow_of_light(light: Tensor, glow: Glow, alpha: Tensor | None, faces: Sequence[Sequence[FaceBox]] | None) -> Tensor:
    """The picture of `add_glow` from linear light, which is written over."""
    return _lit(light, glow, None, alpha, faces, lambda _, lit: (linear_to_srgb(lit),), into=(light,))[0]


def _lit(
    light: Tensor,
    glow: Glow,
    protect: Tensor | None,
    alpha: Tensor | None,
    faces: Sequence[Sequence[FaceBox]] | None,
    shown: Callable[[Tensor, Tensor], tuple[Tensor, ...]],
    into: Sequence[Tensor],
) -> tuple[Tensor, ...]:
    """What is shown of light [B, 3, H, W] and of the same with its glow, strip by strip."""
    darkest, brightest = extremes(light) if light.numel() else (0.0, 0.0)
    is_mixable = -MOST_LIGHT <= darkest and brightest <= MOST_LIGHT
    stays_white = brightest <= 1 and glow.halation == glow.highlight_boost == 0  # then nothing brighter arrives

    def full(light: Tensor) -> Tensor:
        recovered = recover_highlights(light, glow.highlight_boost)
        return recovered if is_mixable and glow.highlight_boost == 0 else recovered.clamp(-MOST_LIGHT, MOST_LIGHT)

    def leaving(light: Tensor) -> Tensor:
        return highlights(full(light), glow.threshold, glow.knee)

    def change_of(light: Tensor, arriving: Tensor, returned: Tensor | None, protect: Tensor | None) -> Tensor:
        change = arriving - leaving(light)
        if glow.tint is not None:
            change += arriving * (light.new_tensor(glow.tint).view(1, 3, 1, 1) - 1)
        change *= glow.strength
        if returned is not None:
            change += glow.halation * returned
        if protect is not None:
            change *= 1 - protect
        if glow.highlight_boost > 0:  # added to the recovered light, and seen again as the picture shows it
            total = (recover_highlights(light, glow.highlight_boost) + change).clamp_min_(0)
            change = record_highlights(total, glow.highlight_boost) - light
        return change

    def strip(light: Tensor, arriving: Tensor, returned: Tensor | None, protect: Tensor | None) -> tuple[Tensor, ...]:
        if glow.is_plain and is_mixable and protect is None:  # all of the light leaves, by the same share
            lit = torch.lerp(light, arriving, glow.strength)
        else:
            lit = light + change_of(light, arriving, returned, protect)
        white = 1.0 if stays_white else _white(arriving, returned, glow.highlight_boost)
        return shown(light, add_light(light, lit, white))

    arriving = scatter(leaving(light), glow.spread_at(1.0), alpha)
    if arriving.data_ptr() == light.data_ptr():  # through no width at all
        arriving = arriving.clone()
    for boxes, planes in frames_with_faces(faces, arriving, light, alpha):
        scatter_near_faces(boxes, leaving, glow.spread_at, *planes)
    returned = halation(full(light), alpha) if glow.halation > 0 else None
    return by_rows(strip, light, arriving, returned, protect, into=into)


def _white(arriving: Tensor, returned: Tensor | None, stops: float) -> Tensor:
    """How bright added light may make a pixel, [B, 1, H, W]: white, or as bright as what arrives, if that is more.

    Only light above white arrives brighter than white, so pictures that hold none keep to it.
    """
    white = record_highlights(arriving, stops) if stops > 0 else arriving
    white = white.amax(1, keepdim=True).clamp_min(1)
    return white if returned is None else torch.maximum(white, returned.amax(1, keepdim=True))


def unit_tint(tint: tuple[float, float, float]) -> tuple[float, float, float] | None:
    """Linear light of an sRGB color, scaled to luminance 1; None for white, and for black, which counts as white."""
    color = [light_of(value) for value in tint]
    level = sum(weight * value for weight, value in zip(BT709_WEIGHTS, color, strict=True))
    if tint == (1.0, 1.0, 1.0) or level <= TINY:
        return None
    red, green, blue = (value / level for value in color)
    return red, green, blue

"""A pair of pictures as linear light on smaller grids, with the Gaussians of diffusion filters drawn on the first.

What a filter makes of a picture is a weighted sum of a few pictures: the light itself, its blurs by the Gaussians that
every family and size shares, and its halation. They are drawn once; all filters are then tried on their moments.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ..color import srgb_to_linear
from ..filters.gaussian import gaussian_blur
from ..filters.sample import sample
from ..light.families import filter_sigmas_px
from ..light.halation import halation
from ..units import diagonal

LONG_SIDE = 1024  # of the finest grid; more detail than that costs time and adds little
DIRECT = 4.0  # prefilters: narrower Gaussians are drawn from the picture itself, wider ones from the one before
CALMED = 0.5  # samples of the finest grid that light is blurred by before its halation, whose peaks noise adds to
TOO_BRIGHT = 0.72  # linear light of any channel from which exposure or the shoulder of added light may have acted

Size = tuple[int, int]


@dataclass(frozen=True)
class LightPair:
    """Two pictures [1, 3, H, W] of linear light.

    Attributes:
        without, with_filter: before and after.
        bright: [1, 1, H, W], 1 where a channel of either is too bright to be trusted.
        sigmas_px: of the filters' Gaussians, in pixels.
        grid: (h, w) of the finest grid that is looked at.
        step: pixels a sample of it.
    """

    without: Tensor
    with_filter: Tensor
    bright: Tensor
    sigmas_px: tuple[float, ...]
    grid: Size
    step: float


def light_pair(without: Tensor, with_filter: Tensor) -> LightPair:
    """Decode two pictures [1, 3, H, W] sRGB of one size."""
    before, after = srgb_to_linear(without), srgb_to_linear(with_filter)
    height, width = before.shape[-2:]
    scale = min(1.0, LONG_SIDE / max(height, width))
    grid = max(1, round(height * scale)), max(1, round(width * scale))
    bright = (torch.maximum(before, after).amax(1, keepdim=True) > TOO_BRIGHT).float()
    return LightPair(before, after, bright, filter_sigmas_px(diagonal(before)), grid, height / grid[0])


def sampled(image: Tensor, grid: Size, sigma_px: float) -> Tensor:
    """A picture [B, C, H, W] filtered with a Gaussian, on another grid; borders half-sample symmetric."""
    return sample(image, grid, (sigma_px, sigma_px), planes=True)


def blurs(light: Tensor, grid: Size, sigma_px: float, sigmas_px: tuple[float, ...]) -> list[Tensor]:
    """Light [1, C, H, W] on a grid, prefiltered with `sigma_px`: itself, then blurred by each of the sigmas."""
    step = light.shape[-2] / grid[0]
    made = [sampled(light, grid, sigma_px)]
    last, had = made[0], sigma_px
    for sigma in sigmas_px:
        wanted = math.hypot(sigma_px, sigma)
        if sigma < DIRECT * sigma_px:
            last = sampled(light, grid, wanted)
        else:
            last = gaussian_blur(last, math.sqrt(wanted**2 - had**2) / step)
        made.append(last)
        had = wanted
    return made


def film_light(pair: LightPair, grid: Size, sigma_px: float) -> Tensor:
    """Halation of the first picture [1, 3, h, w] at strength 1, prefiltered; drawn where it shows less noise."""
    calmed = CALMED * pair.step
    returned = halation(sampled(pair.without, pair.grid, calmed), None)
    return sampled(returned, grid, math.sqrt(sigma_px**2 - calmed**2) / pair.step)

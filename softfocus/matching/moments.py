"""Weighted moments of a pair: all that a search needs to know of it, band by band.

The noise of a picture is even in sRGB values, so differences of light weigh by the slope of sRGB's curve. Noise is in
both pictures: each moment comes with what white noise of standard deviation 1 in every channel of both would add.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..color import BT709_WEIGHTS, linear_to_srgb, luminance
from ..filters.gaussian import gaussian_blur
from .light_pair import LightPair, blurs, film_light, sampled

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
RED, GREEN, BLUE = np.eye(3)
LUMA = np.array(BT709_WEIGHTS)
FINE, CUTS = 1.0, (2.0, 4.0, 8.0)  # sigmas of the bands, in samples of the finest grid
COARSE_STEP = 2  # samples of the finest grid for one of the coarse grid
SPOILED = 0.01  # share of a sample's surroundings that may be too bright
DARKEST = 0.004  # linear luminance below which black has cut off half of the noise
AT_ONCE = 1 << 16  # samples whose products are summed in double precision
SLOPE_STEP = 1e-3  # of linear light, for the slope of the curve


@dataclass(frozen=True)
class Band:
    """Moments of one band of frequencies, in one or more mixes of the channels, which all have the same noise.

    Pictures are, in this order: with filter, without, its Gaussians, its halation.

    Attributes:
        name: for people.
        mixes: [m, 3] weights of red, green and blue.
        products: [3, 3, n, n] sums of weighted products of channel by channel and picture by picture.
        noise: [n, n] of the same for one channel's white noise.
        samples: how many independent ones they hold, about.
    """

    name: str
    mixes: Array
    products: Array
    noise: Array
    samples: float


def moments(pair: LightPair) -> list[Band]:
    """Bands from fine to coarse: green alone where JPEG leaves no color, luma, luma, color."""
    coarse = max(1, pair.grid[0] // COARSE_STEP), max(1, pair.grid[1] // COARSE_STEP)
    chroma = np.stack([RED - LUMA, BLUE - LUMA])
    fine = _pictures(pair, pair.grid, FINE, slice(1, 2))
    for picture in fine.split(1):
        picture -= _smoother(picture, pair, FINE, CUTS[0])
    bands = [_band("fine", GREEN[None], fine, pair, FINE, CUTS[0])]
    del fine
    middle = _pictures(pair, coarse, CUTS[0], slice(0, 3))
    rest = _smoother(middle, pair, CUTS[0], CUTS[1])
    bands.append(_band("middle", LUMA[None], middle.sub_(rest), pair, CUTS[0], CUTS[1]))
    del middle
    bands.append(_band("coarse", LUMA[None], rest, pair, CUTS[1], None))
    bands.append(_band("color", chroma, _smoother(rest, pair, CUTS[1], CUTS[2]), pair, CUTS[2], None))
    return bands


def _smoother(pictures: Tensor, pair: LightPair, had: float, wanted: float) -> Tensor:
    """Pictures with a wider prefilter; both in samples of the finest grid."""
    return gaussian_blur(pictures, math.sqrt(wanted**2 - had**2) / _step(pictures, pair))


def _step(pictures: Tensor, pair: LightPair) -> float:
    """Samples of the finest grid for one of theirs."""
    return pair.without.shape[-2] / pictures.shape[-2] / pair.step


def _pictures(pair: LightPair, grid: tuple[int, int], sigma: float, channels: slice) -> Tensor:
    """[n, C, h, w]: prefiltered with so many samples of the finest grid."""
    sigma_px = sigma * pair.step
    return torch.cat(
        [
            sampled(pair.with_filter[:, channels], grid, sigma_px),
            *blurs(pair.without[:, channels], grid, sigma_px, pair.sigmas_px),
            film_light(pair, grid, sigma_px)[:, channels],
        ]
    )


def _band(name: str, mixes: Array, band: Tensor, pair: LightPair, low: float, high: float | None) -> Band:
    """Of pictures between two prefilters, in samples of the finest grid; without `high` all that the first leaves."""
    grid = band.shape[-2], band.shape[-1]
    weights = _weights(pair, grid, low if high is None else high)
    count, channels = band.shape[:2]
    rows = band.transpose(0, 1).flatten(0, 1).flatten(1)
    sums = torch.zeros(len(rows), len(rows), dtype=torch.float64)
    for part, weight in zip(rows.split(AT_ONCE, 1), weights.flatten().split(AT_ONCE), strict=True):
        exact = part.cpu().double()
        sums += (exact * weight) @ exact.mT
    products = np.zeros((3, 3, count, count))
    used_channels = slice(1, 2) if channels == 1 else slice(0, 3)
    products[used_channels, used_channels] = sums.view(channels, count, channels, count).transpose(1, 2).numpy()
    used = float((weights > 0).sum())
    independent = used * _step(band, pair) ** 2 / (2 * math.pi * low**2) * (1 if high is None else 0.5)
    return Band(name, mixes, products, used * _noise(pair, low, high), independent * len(mixes))


def _weights(pair: LightPair, grid: tuple[int, int], sigma: float) -> Tensor:
    """[1, 1, h, w] float64 on the CPU: 0 where light may be clipped near by, else the squared slope of sRGB's curve."""
    sigma_px = sigma * pair.step
    level = torch.maximum(*(luminance(sampled(each, grid, sigma_px)) for each in (pair.without, pair.with_filter)))
    spoiled = (sampled(pair.bright, grid, sigma_px) > SPOILED) | (level < DARKEST)
    slope = (linear_to_srgb(level + SLOPE_STEP) - linear_to_srgb(level)) / SLOPE_STEP
    return (slope**2).masked_fill_(spoiled, 0).cpu().double()


def _noise(pair: LightPair, low: float, high: float | None) -> Array:
    """[n, n]: products, a sample, of white noise in a channel of either picture; halation is taken to show none."""
    variances = np.array([0.0, 0.0, *(sigma**2 for sigma in pair.sigmas_px), 0.0])
    both = variances[:, None] + variances[None]
    narrow, wide = (low * pair.step) ** 2, None if high is None else (high * pair.step) ** 2
    products = 1 / (2 * math.pi * (both + 2 * narrow))
    if wide is not None:
        products += 1 / (2 * math.pi * (both + 2 * wide)) - 2 / (2 * math.pi * (both + narrow + wide))
    products[0, 1:] = products[1:, 0] = products[-1] = products[:, -1] = 0  # two pictures' noises are not alike
    return products

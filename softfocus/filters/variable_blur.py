"""Gaussian blur whose sigma differs from pixel to pixel, mixed from a few blurs of the whole.

A pixel mixes the (up to four) levels of a scale space around its own sigma. Cost: one blur per
level, over the box of the pixels that use it, and four levels read per pixel. Levels are made from
the widest down, and at most four are alive.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from ..checks import check_image, fitted, fitted_if_given
from ..device_path import on_device
from .gaussian import COARSE_FROM_PX, gaussian_blur
from .level_mixing import level_sigmas, mixing_table, shares_at, stencil_of
from .level_planes import mix_planes
from .near_faces import bounds
from .row_strips import map_rows
from .weighted_mean import TINY_WEIGHT, mean_of_sums

REACH = 5.0  # halo of a box in sigmas; less than 1e-6 of the weight lies beyond
CHUNK = 1 << 15  # pixels mixed at a time: the temporaries stay small and in the cache

Box = tuple[int, int, int, int]  # top, bottom, left, right


class Level(NamedTuple):
    """Blurred sums [C, pixels of a box]; pixel (row, column) is at row * stride + column - offset."""

    sums: Tensor
    stride: int
    offset: int


def variable_blur(values: Tensor, sigma_px: Tensor, weight: Tensor | None) -> Tensor:
    """Normalised convolution with a Gaussian of its own sigma at every output pixel.

    out(p) = sum_q G(p - q; sigma(p)) weight(q) values(q) / sum_q G(p - q; sigma(p)) weight(q)
    (normalised convolution: Knutsson and Westin, 1993)

    Args:
        values: [B, C, H, W] float32, any values, averaged as they are.
        sigma_px: [B, 1, H, W] standard deviations in pixels, finite, >= 0; 0 keeps the pixel bit for bit.
        weight: [B, 1, H, W], >= 0, or None for equal weights. Where no weight is near, the value itself.

    Returns:
        [B, C, H, W]. Borders are half-sample symmetric. Where sigma is the largest of its frame, the
        result is that of `gaussian_blur`; elsewhere it never leaves the values' range, and on
        photographs 99.9 % of it lies within 1/255 of the sum above. Frames are independent.

    Raises:
        ValueError: sigma_px or weight is not [B, 1, H, W] of the size of values.
    """
    check_image(values, "values", channels=None)
    sigma_px, weight = fitted(sigma_px, values, "sigma_px"), fitted_if_given(weight, values, "weight")
    if values.numel() == 0:
        return values
    weights = [None] * len(values) if weight is None else list(weight)
    frames = [_frame(*each) for each in zip(values, sigma_px, weights, strict=True)]
    return torch.stack(frames) if len(frames) > 1 else frames[0][None]


def _frame(values: Tensor, sigma_px: Tensor, weight: Tensor | None) -> Tensor:
    """`variable_blur` of one frame: values [C, H, W], sigma and weight [1, H, W]."""
    widest = float(sigma_px.amax())
    if widest == 0:
        return values
    values = values.contiguous()
    source = values if weight is None else _weighted(values, weight)
    sigmas = level_sigmas(widest)
    last = len(sigmas) - 1
    blurred = gaussian_blur(source[None], widest)
    (out,) = map_rows(_at_widest, values[None], blurred, (sigma_px == widest)[None])
    if on_device(values):
        if (window := bounds(((sigma_px > 0) & (sigma_px < widest))[0])) is not None:
            mix_planes(out[None], source[None], weight is not None, sigma_px[None], sigmas, window, REACH)
        return out
    flat_sigma = sigma_px.flatten()
    groups = _groups(flat_sigma, sigmas)
    boxes = [_bounds(pixels, source.shape[-1]) for pixels in groups]
    levels = {last: Level(blurred[0].flatten(1), source.shape[-1], 0)}
    del blurred  # so that it goes when its level goes
    for span in range(last - 1, -1, -1):
        if boxes[span] is None:
            continue
        stencil = stencil_of(span, last)
        levels = {index: level for index, level in levels.items() if index <= stencil[-1]}
        for index in stencil:
            if index not in levels:
                users = [boxes[each] for each in range(last) if index in stencil_of(each, last)]
                levels[index] = _level(source, sigmas[index], users)
        low, high = sigmas[span], sigmas[span + 1]
        table = mixing_table(tuple(sigmas[index] for index in stencil), low, high).to(out.device)
        for pixels in groups[span].long().split(CHUNK):
            shares = shares_at(table, (flat_sigma.take(pixels) - low) / (high - low))
            _fill(out, pixels, shares, [levels[index] for index in stencil], None if weight is None else values)
    return out


def _at_widest(values: Tensor, blurred: Tensor, widest: Tensor) -> Tensor:
    """Blurred values, or means of weighted sums, where sigma is the widest; the values elsewhere. All [1, C, h, W]."""
    if blurred.shape[1] > values.shape[1]:
        total = blurred[:, -1:]
        blurred, widest = blurred[:, :-1] / total.clamp_min(TINY_WEIGHT), widest & (total > TINY_WEIGHT)
    return torch.lerp(values, blurred, widest.float())  # exact at 0 and 1, and quicker than torch.where


def _weighted(values: Tensor, weight: Tensor) -> Tensor:
    """The values times their weight, and the weight as one channel more."""
    source = torch.cat([values, weight])
    source[:-1] *= weight
    return source


def _fill(out: Tensor, pixels: Tensor, shares: Tensor, levels: list[Level], values: Tensor | None) -> None:
    """Write the mix of the levels to the flat indices `pixels` [N] of out [C, H, W].

    Args:
        shares: [levels, N].
        values: [C, H, W] where the levels are weighted sums, else None.
    """
    channels, _, width = out.shape
    rows = pixels // width
    columns = pixels - rows * width
    here = pixels.expand(channels, -1)
    parts = []
    for sums, stride, offset in levels:
        place = torch.add(columns - offset, rows, alpha=stride)
        parts.append(sums.gather(1, place.expand(len(sums), -1)))
    mixed = parts[0] * shares[0]
    for part, share in zip(parts[1:], shares[1:], strict=True):
        mixed.addcmul_(part, share)
    if values is not None:
        own = values.view(channels, -1).gather(1, here)
        mixed, *parts = (mean_of_sums(each, own, 0) for each in (mixed, *parts))
    # Shares may be a little negative. Where levels see very different weights, that little would
    # outweigh all that the pixel itself sees, so that the mix has to stay within the levels' range.
    low = high = parts[0]
    for part in parts[1:]:
        low, high = torch.minimum(low, part), torch.maximum(high, part)
    out.view(channels, -1).scatter_(1, here, mixed.clamp(low, high))


def _groups(sigma_px: Tensor, sigmas: list[float]) -> list[Tensor]:
    """Flat indices of the pixels above level k and up to level k + 1; those of the widest sigma are left out."""
    pixels = ((sigma_px > 0) & (sigma_px < sigmas[-1])).nonzero()[:, 0]
    partial = sigma_px.take(pixels)
    spans = zip(sigmas[:-1], sigmas[1:], strict=True)
    return [pixels.take(((partial > low) & (partial <= high)).nonzero()[:, 0]).int() for low, high in spans]


def _bounds(pixels: Tensor, width: int) -> Box | None:
    """The smallest box around flat indices in ascending order."""
    if len(pixels) == 0:
        return None
    left, right = (pixels % width).aminmax()
    return int(pixels[0]) // width, int(pixels[-1]) // width + 1, int(left), int(right) + 1


def _level(source: Tensor, sigma: float, boxes: list[Box | None]) -> Level:
    """The source [C, H, W] blurred where pixels within the boxes can see."""
    height, width = source.shape[-2:]
    if sigma == 0:
        return Level(source.flatten(1), width, 0)
    if sigma >= COARSE_FROM_PX:  # the coarse grid of a part would not be that of the whole, and costs little less
        return Level(gaussian_blur(source[None], sigma)[0].flatten(1), width, 0)
    tops, bottoms, lefts, rights = zip(*(box for box in boxes if box is not None), strict=True)
    halo = math.ceil(REACH * sigma)
    top, left = max(min(tops) - halo, 0), max(min(lefts) - halo, 0)
    part = source[None, :, top : max(bottoms) + halo, left : max(rights) + halo]
    stride = part.shape[-1]
    return Level(gaussian_blur(part, sigma)[0].flatten(1), stride, top * stride + left)

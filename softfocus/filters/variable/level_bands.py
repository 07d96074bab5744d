"""The mix of `variable_blur` in one band of rows: only pixels that need it, each from the levels that it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from ..weighted_mean import mean_of_sums
from .blurred_rows import BlurredRows
from .level_mixing import at_widest, mixing_table, shares_at, stencil_of

CHUNK = 1 << 15  # pixels mixed at a time: the temporaries stay small and in the cache

Box = tuple[int, int, int, int]  # top, bottom, left, right


class Level(NamedTuple):
    """Blurred sums [C, pixels of a box]; pixel (row, column) is at row * stride + column - offset."""

    sums: Tensor
    stride: int
    offset: int


def mix_band(
    out: Tensor,
    values: Tensor,
    weighted: bool,
    sigma_px: Tensor,
    sigmas: list[float],
    level: Callable[[int], BlurredRows],
    top: int,
) -> None:
    """Write what every pixel of a band of rows mixes of the levels.

    Args:
        out: [C, h, W].
        values: [C, h, W], which stay where sigma is 0 or no weight is near.
        weighted: whether levels are weighted sums, and the weight as one channel more.
        sigma_px: [h, W].
        sigmas: of the levels; the last is the widest.
        level: by its index.
        top: the band's first row in the picture.
    """
    if not sigma_px.any():
        out.copy_(values)
        return
    last, (height, width) = len(sigmas) - 1, sigma_px.shape
    blurred, _ = level(last)(slice(top, top + height), slice(0, width))
    out.copy_(at_widest(values[None], blurred, (sigma_px == sigmas[-1])[None, None])[0])
    groups = _groups(sigma_px.flatten(), sigmas)
    boxes = [_bounds(pixels, width) for pixels in groups]
    levels = {last: Level(blurred[0].flatten(1), width, 0)}
    del blurred  # so that it goes when its level goes
    for span in range(last - 1, -1, -1):
        if boxes[span] is None:
            continue
        stencil = stencil_of(span, last)
        levels = {index: each for index, each in levels.items() if index <= stencil[-1]}
        for index in stencil:
            if index not in levels:
                users = [boxes[each] for each in range(last) if index in stencil_of(each, last)]
                levels[index] = _level(level(index), top, users)
        low, high = sigmas[span], sigmas[span + 1]
        table = mixing_table(tuple(sigmas[index] for index in stencil), low, high)
        for pixels in groups[span].long().split(CHUNK):
            shares = shares_at(table, (sigma_px.take(pixels) - low) / (high - low))
            _fill(out, pixels, shares, [levels[index] for index in stencil], values if weighted else None)


def _fill(out: Tensor, pixels: Tensor, shares: Tensor, levels: list[Level], values: Tensor | None) -> None:
    """Write the mix of the levels to the flat indices `pixels` [N] of out [C, h, W], some rows of planes.

    Args:
        shares: [levels, N].
        values: [C, h, W] where the levels are weighted sums, else None.
    """
    width = out.shape[-1]
    rows = pixels // width
    columns = pixels - rows * width
    parts = []
    for sums, stride, offset in levels:
        place = torch.add(columns - offset, rows, alpha=stride)
        parts.append(sums.gather(1, place.expand(len(sums), -1)))
    mixed = parts[0] * shares[0]
    for part, share in zip(parts[1:], shares[1:], strict=True):
        mixed.addcmul_(part, share)
    if values is not None:
        own = values.flatten(1).gather(1, pixels.expand(len(values), -1))
        mixed, *parts = (mean_of_sums(each, own, 0) for each in (mixed, *parts))
    # Shares may be a little negative. Where levels see very different weights, that little would
    # outweigh all that the pixel itself sees, so that the mix has to stay within the levels' range.
    low = high = parts[0]
    for part in parts[1:]:
        low, high = torch.minimum(low, part), torch.maximum(high, part)
    for plane, line in zip(out, mixed.clamp(low, high), strict=True):
        plane.view(-1)[pixels] = line


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


def _level(blurred: BlurredRows, top: int, boxes: list[Box | None]) -> Level:
    """The level where pixels within the boxes, of a band of rows from `top` on, look."""
    tops, bottoms, lefts, rights = zip(*(box for box in boxes if box is not None), strict=True)
    first = min(tops)
    sums, left = blurred(slice(top + first, top + max(bottoms)), slice(min(lefts), max(rights)))
    stride = sums.shape[-1]
    return Level(sums[0].flatten(1), stride, first * stride + left)

"""Statistics of natural scenes: locally normalised luma, whole and in blocks.

Luma less its local mean, over its local deviation, has nearly the same distribution in every sharp and clean
photograph; blur, noise and compression change its shape. NIQE and BRISQUE measure that shape
(`generalised_gaussian`), PIQE looks at the normalised luma itself.

Source: A. Mittal, A. K. Moorthy and A. C. Bovik, "No-reference image quality assessment in the spatial domain", IEEE
TIP 21 (2012).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache

import torch
from torch import Tensor
from torch.nn.functional import pad

from ...filters.row_strips import row_slices

REACH = 3  # px each way: the window is 7 x 7
SIGMA = 7 / 6  # px
ROUNDING = 5e-7  # of the contrast: what float32 leaves of a balance; the fits count the values on either side of zero
MOSTLY = 0.5  # share of a block or value of a pixel from which it counts as inside a region

BT601_OF_32768 = (9798, 19235, 3735)  # BT.601 luma weights as integers: no rounding depends on the machine


def frames_of(image: Tensor, region: Tensor | None) -> Iterator[tuple[Tensor, Tensor | None]]:
    """The pictures of a batch one at a time, as the 8-bit levels that the metrics are defined on, with their regions.

    Args:
        image: [B, 3, H, W] sRGB in 0..1; other values are clipped.
        region: [B or 1, 1, H, W] in 0..1, or None.

    Yields:
        [3, H, W] whole levels 0..255 as float32; region [H, W] or None.

    Raises:
        ValueError: the image is not [B, 3, H, W], or the region does not fit it.
    """
    if image.ndim != 4 or image.shape[1] != 3:
        raise ValueError(f"image is {list(image.shape)}; give RGB as [B, 3, H, W]")
    if region is not None:
        fitting = [len(image), 1, *image.shape[2:]]
        if list(region.shape) not in (fitting, [1, *fitting[1:]]):
            raise ValueError(f"region is {list(region.shape)} and the image {list(image.shape)}; give {fitting}")
        region = region.float().expand(len(image), -1, -1, -1)
    for index, frame in enumerate(image):
        yield levels_of(frame), None if region is None else region[index, 0]


def levels_of(frame: Tensor) -> Tensor:
    """[3, H, W] sRGB as whole levels 0..255, float32; values beyond 0..1 are clipped."""
    return frame.float().clamp(0, 1).mul_(255).round_()


def luma_levels(levels: Tensor) -> Tensor:
    """BT.601 luma of [3, H, W] levels, rounded to whole levels with halves up: [H, W] in 0..255."""
    red, green, blue = levels
    weights = BT601_OF_32768
    return torch.floor((weights[0] * red + weights[1] * green + weights[2] * blue + 16384) / 32768)


def normalised_luma(luma: Tensor, level: float = 1.0, zeros_outside: bool = False) -> Tensor:
    """Luma less its local mean, over its local deviation plus one level (MSCN), under a Gaussian window of 7 x 7.

    Args:
        luma: [H, W], best in whole numbers: then differences are exact and balanced neighbours give exactly 0.
        level: what 1 of 255 is in the luma's unit; it keeps flat areas from being divided by nothing.
        zeros_outside: the border is black rather than the edge pixel repeated.

    Returns:
        [H, W], about -3..3; exactly 0 where the luma is flat or balanced.
    """
    surround = pad(luma[None, None], (REACH,) * 4, mode="constant" if zeros_outside else "replicate")[0, 0]
    normal = torch.empty_like(luma)
    for rows in row_slices(luma):
        normal[rows] = _normalised(surround[rows.start : rows.stop + 2 * REACH], level)
    return normal


def _normalised(surround: Tensor, level: float) -> Tensor:
    """`normalised_luma` of [H, W], from [H + 2 * REACH, W + 2 * REACH] with what lies around it.

    Rows lie behind each other as one line, along which a neighbour in either direction is so many values away: what a
    row would see of the next one lies in columns that are cut off.
    """
    height, width = (side - 2 * REACH for side in surround.shape)
    pitch = surround.shape[1]
    values, shift, variance = _window_rows(surround.flatten())
    shift, variance = _window_columns(values, shift, variance, pitch)
    deviation = variance.sqrt_()
    shift.mul_(shift.abs().gt_(ROUNDING * deviation))
    normal = shift.neg_().div_(deviation.add_(level))
    return normal.as_strided((height, width), (pitch, 1))


# Both windows count everything from the middle value: mean of squares less square of mean loses all its digits in
# float32 where the contrast is low. Opposite neighbours are added first, so that what balances leaves no rounding.


def _window_rows(values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Window a line: the values in the middle, mean less middle, and variance, the line shorter by 2 * REACH."""
    length, weights = len(values) - 2 * REACH, _weights()
    middle = values.narrow(0, REACH, length)
    squares, shift = torch.zeros_like(middle), torch.zeros_like(middle)
    both = torch.empty_like(middle)
    for offset in range(1, REACH + 1):
        first = REACH - offset
        ways = values.narrow(0, first + offset, length + offset) - values.narrow(0, first, length + offset)
        before, after = ways.narrow(0, 0, length), ways.narrow(0, offset, length)  # to the middle, and from it
        squares.addcmul_(before, before, value=weights[offset]).addcmul_(after, after, value=weights[offset])
        shift.add_(torch.sub(after, before, out=both), alpha=weights[offset])
    return middle, shift, squares.sub_(shift.square()).clamp_min_(0)


def _window_columns(values: Tensor, shifts: Tensor, variances: Tensor, pitch: int) -> tuple[Tensor, Tensor]:
    """Window columns, whose neighbours lie `pitch` apart: mean less middle value, and variance, 2 * REACH rows shorter.

    Args:
        values, shifts, variances: of `_window_rows`.
    """
    length, weights = len(values) - 2 * REACH * pitch, _weights()

    def seen(line: Tensor, offset: int) -> Tensor:
        return line.narrow(0, (REACH + offset) * pitch, length)

    middle, own = seen(values, 0), seen(shifts, 0)
    squares, shift = own.square().add_(seen(variances, 0)).mul_(weights[0]), own * weights[0]
    ways = torch.empty_like(middle), torch.empty_like(middle)  # once: new memory costs as much as what fills it
    for offset in range(1, REACH + 1):
        for side, way in zip((-offset, offset), ways, strict=True):
            torch.sub(seen(values, side), middle, out=way).add_(seen(shifts, side))
            squares.addcmul_(way, way, value=weights[offset]).add_(seen(variances, side), alpha=weights[offset])
        shift.add_(ways[0].add_(ways[1]), alpha=weights[offset])
    return shift, squares.sub_(shift.square()).clamp_min_(0)


@cache
def _weights() -> tuple[float, ...]:
    """Of the middle and of its neighbours on one side, counted outwards."""
    bells = [math.exp(-0.5 * (offset / SIGMA) ** 2) for offset in range(REACH + 1)]
    total = 2 * sum(bells) - bells[0]
    return tuple(bell / total for bell in bells)


def blocks(plane: Tensor, side: int) -> Tensor:
    """Whole blocks of [H, W], row by row: [N, side, side]; what is left at the right and at the bottom is dropped."""
    rows, columns = (size // side for size in plane.shape)
    tiled = plane[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return tiled.transpose(1, 2).reshape(rows * columns, side, side)


def blocks_inside(region: Tensor, side: int) -> Tensor:
    """Which of `blocks` lie mostly inside a region [H, W]: [N] bool."""
    return blocks(region, side).mean((1, 2)) >= MOSTLY

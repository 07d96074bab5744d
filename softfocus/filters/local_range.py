"""Local extremes of a picture: what overshoot is measured against."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d, pad

from ..device_path import on_device


def local_maximum(image: Tensor, reach: float) -> Tensor:
    """Maximum over a square of half width `reach` pixels, in about 4 log2(reach) passes over the picture, or in two.

    Args:
        image: [B, C, H, W], of floats, or of whole numbers with a whole reach; outside the picture counts for nothing.
        reach: >= 0; between whole numbers a mixture of theirs, so that the result changes as smoothly as the reach.

    A window is the union of two overlapping windows of half its size (van Herk's idea in its simplest form). A device
    reads the whole of a row's or a column's window at once.
    """
    return _local_extreme(torch.maximum, image, reach, _limits(image)[0])


def local_minimum(image: Tensor, reach: float) -> Tensor:
    """Minimum over a square of half width `reach` pixels; see `local_maximum`."""
    return _local_extreme(torch.minimum, image, reach, _limits(image)[1])


def _limits(image: Tensor) -> tuple[float, float]:
    """The least and the most that its numbers can be."""
    if image.is_floating_point():
        return -math.inf, math.inf
    kind = torch.iinfo(image.dtype)
    return kind.min, kind.max


def _local_extreme(extreme: Callable[[Tensor, Tensor], Tensor], image: Tensor, reach: float, outside: float) -> Tensor:
    whole = math.floor(min(reach, max(image.shape[-2:])))  # as far as there is anything
    found = _extreme_within(extreme, image, whole, outside)
    if reach <= whole or whole >= max(image.shape[-2:]):
        return found
    return found.lerp(_extreme_within(extreme, found, 1, outside), reach - whole)


def _extreme_within(extreme: Callable[[Tensor, Tensor], Tensor], image: Tensor, reach: int, outside: float) -> Tensor:
    window = 2 * reach + 1
    if on_device(image) and image.is_floating_point():
        sign = 1 if extreme is torch.maximum else -1
        rows = max_pool2d(image if sign > 0 else -image, (1, window), 1, (0, reach))
        found = max_pool2d(rows, (window, 1), 1, (reach, 0))
        return found if sign > 0 else found.neg_()
    image = pad(image, (reach,) * 4, value=outside)
    for axis in (-1, -2):
        covered = 1
        while covered < window:
            step = min(covered, window - covered)
            length = image.shape[axis] - step
            image = extreme(image.narrow(axis, 0, length), image.narrow(axis, step, length))
            covered += step
    return image

"""Local extremes of a picture: what overshoot is measured against."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d, pad

from ..device_path import on_device


def local_maximum(image: Tensor, reach: float) -> Tensor:
    """Maximum over a square of half width `reach` pixels, in about 4 log2(reach) passes over the picture, or in two.

    Args:
        image: [B, C, H, W]; outside the picture counts for nothing.
        reach: >= 0; between whole numbers a mixture of theirs, so that the result changes as smoothly as the reach.

    A window is the union of two overlapping windows of half its size (van Herk's idea in its simplest form). A device
    reads the whole of a row's or a column's window at once.
    """
    whole = math.floor(min(reach, max(image.shape[-2:])))  # as far as there is anything
    found = _maximum_within(image, whole)
    if reach <= whole or whole >= max(image.shape[-2:]):
        return found
    return found.lerp(_maximum_within(found, 1), reach - whole)


def local_minimum(image: Tensor, reach: float) -> Tensor:
    """Minimum over a square of half width `reach` pixels; see `local_maximum`."""
    return -local_maximum(-image, reach)


def _maximum_within(image: Tensor, reach: int) -> Tensor:
    window = 2 * reach + 1
    if on_device(image):
        return max_pool2d(max_pool2d(image, (1, window), 1, (0, reach)), (window, 1), 1, (reach, 0))
    image = pad(image, (reach,) * 4, value=-math.inf)
    for axis in (-1, -2):
        covered = 1
        while covered < window:
            step = min(covered, window - covered)
            length = image.shape[axis] - step
            image = torch.maximum(image.narrow(axis, 0, length), image.narrow(axis, step, length))
            covered += step
    return image

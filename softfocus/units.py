"""Lengths relative to the picture, so that a preview and its upscale show the same look."""

from __future__ import annotations

import math

from torch import Tensor


def diagonal(image: Tensor) -> float:
    """Length of the diagonal of an image [..., H, W], in pixels."""
    return math.hypot(*image.shape[-2:])


def percent_of_diagonal(image: Tensor, percent: float) -> float:
    """Pixels that make up `percent` of the diagonal of an image [..., H, W]."""
    return diagonal(image) * percent / 100

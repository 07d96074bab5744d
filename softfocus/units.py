"""Lengths relative to the picture, so that a preview and its upscale show the same look."""

from __future__ import annotations

import math

from torch import Tensor


def percent_of_diagonal(image: Tensor, percent: float) -> float:
    """Pixels that make up `percent` of the diagonal of an image [..., H, W]."""
    height, width = image.shape[-2:]
    return math.hypot(height, width) * percent / 100

"""Halation: light that passes a film, comes back from its base up to three times, and meets its layers from behind.

Each layer has its own gain and spread: beside a highlight the rim is nearly neutral, further out it turns red, since
red light's layer lies nearest to the base.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..units import percent_of_diagonal
from .highlights import highlights
from .scatter import PointSpread, scatter

FROM, KNEE = 0.5, 0.5  # linear luminance of the highlights that shine through, and the softness of that
GAINS = (1.0, 0.98, 0.96)  # of red, green and blue
SIGMAS = (0.30, 0.25, 0.208)  # percent of the diagonal, of the first return
BOUNCES, DECAY = 3, 0.5  # each return spreads as sqrt(k) and holds this share of the light of the one before


def halation_spread(sigma_px: float) -> PointSpread:
    """Of one layer, with the sigma of the first return."""
    shares = [DECAY**bounce for bounce in range(BOUNCES)]
    sigmas = tuple(sigma_px * math.sqrt(bounce + 1) for bounce in range(BOUNCES))
    return PointSpread(sigmas, tuple(share / sum(shares) for share in shares))


def halation(light: Tensor, alpha: Tensor | None) -> Tensor:
    """The light that comes back, where it is more than what went through; nothing gets darker.

    Args:
        light: [B, 3, H, W], linear.
        alpha: [B, 1, H, W] in 0..1; transparent pixels give none.

    Returns:
        [B, 3, H, W], linear, 0 or more; 0 for a flat picture.
    """
    through = highlights(light, FROM, KNEE)
    layers = [
        scatter(layer, halation_spread(percent_of_diagonal(light, sigma)), alpha).sub_(layer).clamp_min_(0).mul_(gain)
        for layer, sigma, gain in zip(through.split(1, 1), SIGMAS, GAINS, strict=True)
    ]
    return torch.cat(layers, 1)

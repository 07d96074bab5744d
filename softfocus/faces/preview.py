"""Show the regions of the detail mask on the picture."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

TINTS = {  # sRGB; drawn in this order, later ones on top
    "face": (0.95, 0.75, 0.10),
    "nose": (0.20, 0.75, 0.30),
    "brows": (0.65, 0.30, 0.90),
    "eyes": (0.10, 0.55, 1.00),
    "lips": (1.00, 0.20, 0.35),
}
STRENGTH = 0.6


def tint_regions(image: Tensor, masks: Mapping[str, Tensor], weights: Mapping[str, float]) -> Tensor:
    """``image`` [B, 3, H, W] sRGB with each region tinted in its own colour, as strongly as it weighs; 0..1."""
    shown = image.clamp(0, 1)
    for name, tint in TINTS.items():
        colour = shown.new_tensor(tint).view(1, 3, 1, 1)
        shown = torch.lerp(shown, colour, STRENGTH * weights.get(name, 0.0) * masks[name])
    return shown

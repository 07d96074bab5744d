"""Whether the face lies in the same light as its surroundings, or looks cut out.

A soft-focus effect moves light about, so the face may well become darker or lighter; it looks cut
out only when it does not follow the law that its surroundings follow. That law is fitted: in the
ring around the mask the change of low-passed luma is regressed on what the reference looks like at
several widths. Inside the mask, the difference from the law's forecast is the drift.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..color import linear_to_srgb
from ..gaussian import gaussian_blur
from ..units import diagonal
from .regions import Regions, weighted_mean

SCATTER = (0.01, 0.03, 0.08)  # of the diagonal: widths at which blur and bloom spread light
RIDGE = 1e-6  # square of the smallest sRGB variation that may explain anything


def face_drift(shift: Tensor, low: Tensor, light: Tensor, regions: Regions) -> float:
    """Mean absolute difference of the light inside the mask from what its surroundings forecast.

    Args:
        shift: [1, 1, H, W] low-passed luma of the picture less that of the reference.
        low: low-passed luma of the reference.
        light: linear luminance of the reference.
        regions: with a usable mask.

    Returns:
        Code values (/255), weighted by the mask.
    """
    looks = [low] + [linear_to_srgb(gaussian_blur(light, width * diagonal(light))) for width in SCATTER]
    looks = [look - weighted_mean(look, regions.ring) for look in looks]
    change = shift - weighted_mean(shift, regions.ring)

    def moment(first: Tensor, second: Tensor) -> float:
        return weighted_mean(first * second, regions.ring)

    normal = torch.tensor([[moment(a, b) for b in looks] for a in looks], dtype=torch.float64)
    target = torch.tensor([moment(look, change) for look in looks], dtype=torch.float64)
    law = torch.linalg.solve(normal + RIDGE * torch.eye(len(looks), dtype=torch.float64), target)
    forecast = sum(look * factor for look, factor in zip(looks, law.tolist(), strict=True))
    return 255 * weighted_mean((change - forecast).abs(), regions.inside)

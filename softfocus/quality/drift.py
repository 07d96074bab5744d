"""Whether the face lies in the same light as its surroundings, or looks cut out.

A soft-focus effect moves light about, so the face may well become darker or lighter; it looks cut
out only when it does not follow the law that the rest of the picture follows. That law is fitted: outside
the mask the change of low-passed luma is regressed on what the reference looks like at several widths.
Inside the mask, the difference from the law's forecast is the drift.
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


def scattered_light(light: Tensor) -> list[Tensor]:
    """Linear light [1, 1, H, W] as blur and bloom may spread it, at each width of SCATTER, in sRGB encoding."""
    return [linear_to_srgb(gaussian_blur(light, width * diagonal(light))) for width in SCATTER]


def face_drift(shift: Tensor, low: Tensor, scattered: list[Tensor], regions: Regions) -> float:
    """Mean absolute difference of the light inside the mask from what the rest of the picture forecasts.

    Args:
        shift: [1, 1, H, W] low-passed luma of the picture less that of the reference.
        low: low-passed luma of the reference.
        scattered: `scattered_light` of the reference's linear luminance.
        regions: with a usable mask.

    Returns:
        Code values (/255), weighted by the mask.
    """
    looks = [look - weighted_mean(look, regions.outside) for look in (low, *scattered)]
    change = shift - weighted_mean(shift, regions.outside)
    law = fit(change, looks, regions.outside)
    forecast = sum(look * factor for look, factor in zip(looks, law, strict=True))
    return 255 * weighted_mean((change - forecast).abs(), regions.inside)


def fit(change: Tensor, causes: list[Tensor], weight: Tensor | None) -> list[float]:
    """Factors of the causes that explain a change best (ridge regression); planes [1, 1, H, W] of mean 0."""

    def moment(first: Tensor, second: Tensor) -> float:
        return weighted_mean(first * second, weight)

    normal = torch.tensor([[moment(a, b) for b in causes] for a in causes], dtype=torch.float64)
    target = torch.tensor([moment(cause, change) for cause in causes], dtype=torch.float64)
    law = torch.linalg.solve(normal + RIDGE * torch.eye(len(causes), dtype=torch.float64), target)
    return [float(factor) for factor in law]

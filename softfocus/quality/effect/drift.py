"""Whether the face lies in the same light as its surroundings, or looks cut out.

A soft-focus effect moves light about, so the face may well become darker or lighter; it looks cut
out only when it does not follow the law that the rest of the picture follows. That law is fitted in linear light,
where blur and bloom are sums and a law of dark surroundings holds for a bright face too: outside the mask the change
is explained by the light at several widths, by exposure, by a veil, and by detail that a blur of the codes takes with
its light. Inside the mask, the difference from the law's forecast is the drift, as far as it is more than the law
misses outside. A face whose detail is returned as luma is brighter in the mean, for the same mean code, by the light
of that detail; so much is no drift.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ...color import LINEAR_JOINT
from ...filters.gaussian import gaussian_blur
from ...units import diagonal
from ..regions import Regions, weighted_mean
from .bands import gain

SCATTER = (0.01, 0.03, 0.08)  # of the diagonal: widths at which blur and bloom spread light
RIDGE = 1e-6  # square of the smallest variation, in codes of 0..1, that may explain anything
FORECAST = 2.0  # standard deviations of what the law misses outside that it may miss inside
SLOPE = 12.92  # of the straight part of the sRGB encoding (IEC 61966-2-1)


def scattered_light(light: Tensor) -> list[Tensor]:
    """Linear light [1, 1, H, W] as blur and bloom may spread it, at each width of SCATTER."""
    return [gaussian_blur(light, width * diagonal(light)) for width in SCATTER]


def face_drift(light: Tensor, texture: tuple[Tensor, Tensor], scattered: list[Tensor], regions: Regions) -> float:
    """Mean difference of the light inside the mask from what the rest of the picture forecasts.

    Args:
        light: [1, 1, H, W] linear luminance of the picture, spread by the first width of SCATTER.
        texture: of the picture and of the reference, planes like `light`: how far it is above the linear luminance of
            the codes spread as wide, which is what detail adds to it.
        scattered: `scattered_light` of the reference's linear luminance.
        regions: with a usable mask.

    Returns:
        Code values (/255), weighted by the mask; 0 as long as the law misses no more than FORECAST says.
    """
    own, near, far = scattered
    slope = _codes_per_light(own)
    change = slope * (light - own)
    now, was = texture
    causes = [slope, slope * own, slope * (near - own), slope * (far - near), slope * was]
    law = fit(change, causes, regions.outside)
    missed = change - sum(cause * factor for cause, factor in zip(causes, law, strict=True))
    error = weighted_mean(missed.square(), regions.outside) ** 0.5
    returned = slope * (now - gain(now, was, regions.outside) * was).clamp_min(0)
    drift = (missed - returned).clamp_min(0) + (-missed).clamp_min(0)
    return 255 * weighted_mean((drift - FORECAST * error).clamp_min(0), regions.inside)


def _codes_per_light(light: Tensor) -> Tensor:
    """Slope of the sRGB encoding at linear light: differences count as they look, not as dark or bright."""
    return torch.where(light <= LINEAR_JOINT, SLOPE, 1.055 / 2.4 * light.clamp_min(LINEAR_JOINT) ** (1 / 2.4 - 1))


def fit(change: Tensor, causes: list[Tensor], weight: Tensor | None) -> list[float]:
    """Factors of the causes that explain a change best (ridge regression); planes [1, 1, H, W]."""

    def moment(first: Tensor, second: Tensor) -> float:
        return weighted_mean(first * second, weight)

    normal = torch.tensor([[moment(a, b) for b in causes] for a in causes], dtype=torch.float64)
    target = torch.tensor([moment(cause, change) for cause in causes], dtype=torch.float64)
    law = torch.linalg.solve(normal + RIDGE * torch.eye(len(causes), dtype=torch.float64), target)
    return [float(factor) for factor in law]

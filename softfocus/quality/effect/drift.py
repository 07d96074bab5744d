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

from dataclasses import dataclass

import torch
from torch import Tensor

from ...color import LINEAR_JOINT, luminance, srgb_to_linear
from ..lengths import DIAGONAL, Lengths
from ..regions import Regions, weighted_mean
from .bands import LOW_PASS, Bands, gain

SCATTER = (LOW_PASS, 0.03, 0.08)  # of `Lengths`: widths at which blur and bloom spread light
RIDGE = 1e-6  # square of the smallest variation, in codes of 0..1, that may explain anything
FORECAST = 2.0  # standard deviations of what the law misses outside that it may miss inside
SLOPE = 12.92  # of the straight part of the sRGB encoding (IEC 61966-2-1)


@dataclass(frozen=True, eq=False)
class Spread:
    """What became of the light of a picture, at lengths of the picture or of its faces; planes [1, 1, H, W].

    Attributes:
        light: linear luminance of the picture, spread by the first width of SCATTER.
        texture: of the picture and of the reference: how far such light is above the linear luminance of the codes
            spread as wide, which is what detail adds to it.
        scattered: `scattered_light` of the reference.
    """

    light: Tensor
    texture: tuple[Tensor, Tensor]
    scattered: list[Tensor]


def scattered_light(light: Tensor, lengths: Lengths = DIAGONAL) -> list[Tensor]:
    """Linear light [1, 1, H, W] as blur and bloom may spread it, at each width of SCATTER."""
    return [lengths.blur(light, width) for width in SCATTER]


def spread_light(after: Bands, before: Bands, scattered: list[Tensor]) -> Spread:
    """The light of a picture and of its reference at the lengths of their bands, at which it was scattered too."""
    own = after.lengths.blur(after.picture.light, SCATTER[0])
    return Spread(own, (own - _decoded(after.low), scattered[0] - _decoded(before.low)), scattered)


def face_drift(spread: Spread, regions: Regions, at_faces: Spread | None = None) -> float:
    """Mean difference of the light inside the mask from what the rest of the picture forecasts.

    Args:
        spread: at lengths of the picture.
        regions: with a usable mask.
        at_faces: the same at the lengths of the faces, where those are known. Light may scatter in a face as wide as
            around it, or by as much less as the face is smaller: the face lies in the light of either forecast.

    Returns:
        Code values (/255), weighted by the mask; 0 as long as the law misses no more than FORECAST says.
    """
    change, causes, _ = _change(spread)
    law = fit(change, causes, regions.outside)
    error = weighted_mean(_missed(change, causes, law).square(), regions.outside) ** 0.5
    now, was = spread.texture
    texture_kept = gain(now, was, regions.outside)

    def drift(found: Spread) -> float:
        change, causes, slope = _change(found)
        missed = _missed(change, causes, law)
        now, was = found.texture
        returned = slope * (now - texture_kept * was).clamp_min(0)
        beyond = (missed - returned).clamp_min(0) + (-missed).clamp_min(0)
        return 255 * weighted_mean((beyond - FORECAST * error).clamp_min(0), regions.inside)

    return min(drift(each) for each in (spread, at_faces) if each is not None)


def _change(spread: Spread) -> tuple[Tensor, list[Tensor], Tensor]:
    """How the light changed, what may have changed it, and the slope of the codes, all in codes."""
    own, near, far = spread.scattered
    slope = _codes_per_light(own)
    causes = [slope, slope * own, slope * (near - own), slope * (far - near), slope * spread.texture[1]]
    return slope * (spread.light - own), causes, slope


def _missed(change: Tensor, causes: list[Tensor], law: list[float]) -> Tensor:
    return change - sum(cause * factor for cause, factor in zip(causes, law, strict=True))


def _decoded(low: Tensor) -> Tensor:
    """Linear luminance [1, 1, H, W] of low-passed codes."""
    return luminance(srgb_to_linear(low))


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

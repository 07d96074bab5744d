"""Luminance bloom: light scattered by a diffusion filter, in linear light, with its energy kept.

    out = L + intensity * (PSF * B - B)

L is linear light, B the part of it that scatters (all of it at threshold 0, as behind a Pro-Mist
filter), PSF a sum of Gaussians with weights that sum to 1. What arrives elsewhere has left where it
came from, so a flat picture stays flat and the mean light stays the same.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .color import linear_to_srgb, luminance, srgb_to_linear
from .gaussian import gaussian_mixture

SCALES = 5  # octaves from the widest Gaussian down; the narrowest is 1/16 of the radius
SHOULDER_START = 0.8  # linear light from which added light is rolled off
TINY = 1e-6


def luminance_bloom(
    image: Tensor,
    *,
    intensity: float,
    threshold: float = 0.0,
    knee: float = 0.5,
    radius_px: float,
    falloff: float = 0.5,
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0),
    protect: Tensor | None = None,
    alpha: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Let highlights glow.

    Args:
        image: [B, 3, H, W] sRGB, any range.
        intensity: share of B that is scattered, 0..1; 0 returns the input itself.
        threshold: linear BT.709 luminance from which light scatters; 0 scatters all of it.
        knee: width of the soft transition as a share of the threshold, 0..1.
        radius_px: sigma of the widest Gaussian, in pixels.
        falloff: 0 puts the light into the widest Gaussian, 1 into the narrowest, 0.5 equal parts
            into each octave (the light then falls with the square of the distance).
        tint: sRGB colour of the scattered light; scaled so that its luminance is kept.
        protect: [B, 1, H, W] in 0..1; where 1, no light is added or taken. It still shines outwards.
        alpha: [B, 1, H, W] in 0..1; transparent pixels neither shine nor dim the average.

    Returns:
        The picture, and the light added to it (negative where more leaves than arrives), both
        [B, 3, H, W] sRGB encoded; decoded, picture = input + added. Borders as in `gaussian_blur`.
    """
    if intensity == 0:
        return image, torch.zeros_like(image)
    light = srgb_to_linear(image)
    scattering = highlights(light, threshold, knee)
    arriving = _scatter(scattering, radius_px, falloff, alpha) * _unit_tint(tint, light)
    change = intensity * (arriving - scattering)
    if protect is not None:
        change = change * (1 - protect)
    lit = add_light(light, change)
    return linear_to_srgb(lit), linear_to_srgb(lit - light)


def highlights(light: Tensor, threshold: float, knee: float) -> Tensor:
    """The part of linear light [B, 3, H, W] above a soft knee on its luminance, hue kept (one factor per pixel)."""
    if threshold <= 0:
        return light
    level = luminance(light)
    half_width = threshold * knee
    bend = (level - threshold + half_width).clamp(0, 2 * half_width) ** 2 / max(4 * half_width, TINY)
    return light * (torch.maximum(bend, level - threshold) / level.clamp_min(TINY))


def psf_weights(falloff: float) -> list[float]:
    """Weights of the octaves, narrowest first; positive, sum 1.

    Raises:
        ValueError: falloff is outside 0..1.
    """
    if not 0 <= falloff <= 1:
        raise ValueError(f"falloff is {falloff}; it must lie in 0..1")
    parts = [falloff ** (SCALES - 1 - i) * (1 - falloff) ** i for i in range(SCALES)]
    return [part / sum(parts) for part in parts]


def add_light(light: Tensor, change: Tensor) -> Tensor:
    """Add `change` to linear light; what would pass SHOULDER_START is rolled off towards 1.

    Only added light is compressed: where change is 0 or negative, and for values above 1, the
    input is never touched.
    """
    start = light.clamp(SHOULDER_START, 1.0)
    room = 1 - start
    excess = (light + change - start).clamp_min(0)
    rolled = start + room * -torch.expm1(-excess / room.clamp_min(TINY))
    lit = torch.where(excess > 0, torch.maximum(rolled, light), light + change)
    return torch.where(change > 0, lit, light + change)


def _scatter(light: Tensor, radius_px: float, falloff: float, alpha: Tensor | None) -> Tensor:
    sigmas = [radius_px / 2**octave for octave in reversed(range(SCALES))]
    weights = psf_weights(falloff)
    if alpha is None:
        return gaussian_mixture(light, sigmas, weights)
    sums = gaussian_mixture(torch.cat([light * alpha, alpha], 1), sigmas, weights)
    total = sums[:, 3:]
    return torch.where(total > TINY, sums[:, :3] / total.clamp_min(TINY), light)


def _unit_tint(tint: tuple[float, float, float], like: Tensor) -> Tensor:
    """Linear tint [1, 3, 1, 1] of luminance 1; black is taken as neutral."""
    color = srgb_to_linear(torch.tensor(tint).view(1, 3, 1, 1))
    level = luminance(color)
    unit = color / level if bool(level > 0) else torch.ones_like(color)
    return unit.to(like)

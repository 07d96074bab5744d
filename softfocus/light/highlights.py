"""Highlights in linear light: which of it scatters, how bright it was in truth, and how added light meets white."""

from __future__ import annotations

import torch
from torch import Tensor

from ..color import WHITE, light_of, luminance

SHOULDER_START = 0.8  # of white: from there added light is rolled off, and highlights count as clipped
TINY = 1e-6
WHITE_LIGHT = light_of(WHITE)
CLIPPING = WHITE_LIGHT - SHOULDER_START  # width of the range in which highlights are on their way to white


def recover_highlights(light: Tensor, stops: float) -> Tensor:
    """Linear light [B, 3, H, W] with its highlights up to `stops` brighter, hue kept.

    A largest channel x above s = SHOULDER_START becomes s + (x - s) / (1 - a (x - s) / (w - s)), a hyperbola (the tone
    curve of Reinhard, 2002, backwards) that leaves s with slope 1 and takes w, the least white, to w 2^stops; from
    there on the factor stays.
    """
    if stops == 0:
        return light
    peak, level = 2.0**stops, light.amax(1, keepdim=True)
    share = ((level - SHOULDER_START) / CLIPPING).clamp(0, 1)
    expanded = (level.clamp_max(SHOULDER_START) + CLIPPING * share / (1 - _bend(peak) * share)).clamp_min(TINY)
    return light * torch.where(level > WHITE_LIGHT, peak, expanded / level.clamp_min(TINY))


def record_highlights(light: Tensor, stops: float) -> Tensor:
    """The inverse of `recover_highlights`: recovered light as the picture shows it."""
    peak, level = 2.0**stops, light.amax(1, keepdim=True)
    share = ((level - SHOULDER_START) / CLIPPING).clamp_min(0)
    shown = level.clamp_max(SHOULDER_START) + CLIPPING * share / (1 + _bend(peak) * share)
    return light * torch.where(level > peak * WHITE_LIGHT, 1 / peak, shown / level.clamp_min(TINY))


def _bend(peak: float) -> float:
    """a of the hyperbola that takes white to `peak` times its light."""
    return WHITE_LIGHT * (peak - 1) / (peak * WHITE_LIGHT - SHOULDER_START)


def highlights(light: Tensor, threshold: float, knee: float) -> Tensor:
    """The part of linear light [B, 3, H, W] above a soft knee on its luminance, hue kept (one factor per pixel)."""
    if threshold <= 0:
        return light
    level = luminance(light)
    half_width = threshold * knee
    bend = (level - threshold + half_width).clamp(0, 2 * half_width) ** 2 / max(4 * half_width, TINY)
    return light * (torch.maximum(bend, level - threshold) / level.clamp_min(TINY))


def add_light(light: Tensor, lit: Tensor, white: Tensor | float = 1.0) -> Tensor:
    """Light with what is added to it; what would pass SHOULDER_START of `white` is rolled off towards `white`.

    Args:
        lit: light + change, written over.

        white: a number or [B, 1, H, W].

    Only added light is compressed: where change is 0 or negative, and for values above white, the
    input is never touched.
    """
    kept = light.clamp(min=SHOULDER_START * white)  # of the light with what is added: as it is
    excess = (lit - kept).clamp_min_(0)
    room = (kept - white * (1 - TINY)).clamp_max_(0)  # up to white, below 0
    rolled = excess.div_(room - TINY).expm1_().mul_(room)
    return torch.minimum(lit, kept, out=lit).add_(rolled)

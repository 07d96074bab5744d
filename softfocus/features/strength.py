"""Where features change: the structure of things, as a map from 0 to 1 that follows the picture's edges."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from ..color import luminance
from ..gaussian import gaussian_blur

LOW, HIGH = 0.3, 0.9  # quantiles that become 0 and 1
EDGE = 0.05  # luma contrast from which an edge of the picture holds the map apart
WINDOW = 0.5  # of the guided filter, in cells of the features
UNLIKE = 0.01  # length of the subject's mean in usual lengths, below which it is the picture's own
TINY = 1e-8


def feature_strength(features: Tensor, image: Tensor, subject: Tensor | None = None) -> Tensor:
    """How much the features change at each pixel, times how much they are like the subject's.

    Args:
        features: [B, C, h, w], a grid over the whole picture.
        image: [B, 3, H, W] sRGB, the picture they come from; values outside 0..1 are clipped.
        subject: [B, 1, H, W] in 0..1, or None; where it is 0 everywhere it says nothing.

    Returns:
        [B, 1, H, W] in 0..1. The quantiles LOW and HIGH of each frame become 0 and 1; features that do not change
        give 0 everywhere. Aligned to edges by a guided filter (He, Sun and Tang 2010) with a Gaussian
        window of WINDOW cells. Frames are independent.
    """
    change = gradient(features)
    if subject is not None:
        change = change * affinity(features, subject)
    strength = _normalised(change)
    height, width = image.shape[-2:]
    coarse = interpolate(strength, (height, width), mode="bilinear", align_corners=False)
    cell_px = max(height / features.shape[-2], width / features.shape[-1])
    return guided_filter(coarse, luminance(image.clamp(0, 1)), WINDOW * cell_px, EDGE).clamp_(0, 1)


def gradient(features: Tensor) -> Tensor:
    """[B, 1, h, w]: length of the spatial gradient over all channels, central differences, border repeated."""
    padded = pad(features, (1, 1, 1, 1), mode="replicate")
    across = (padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]).square().sum(1, keepdim=True)
    down = (padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]).square().sum(1, keepdim=True)
    return (across + down).sqrt() / 2


def affinity(features: Tensor, subject: Tensor) -> Tensor:
    """[B, 1, h, w] in 0..1: 1 where the features point where the subject's mean does, seen from the picture's mean.

    A frame without a subject, or whose subject is the whole picture, is 1 everywhere.
    """
    share = interpolate(subject, features.shape[-2:], mode="area")
    total = share.sum((-1, -2), keepdim=True)
    centred = features - features.mean((-1, -2), keepdim=True)
    mean = (centred * share).sum((-1, -2), keepdim=True) / total.clamp_min(TINY)
    lengths = centred.norm(dim=1, keepdim=True) * mean.norm(dim=1, keepdim=True)
    cosine = (centred * mean).sum(1, keepdim=True) / lengths.clamp_min(TINY)
    usual = centred.square().sum(1, keepdim=True).mean((-1, -2), keepdim=True).sqrt()
    told = (total > TINY) & (mean.norm(dim=1, keepdim=True) > UNLIKE * usual)
    return torch.where(told, (1 + cosine) / 2, 1.0)


def guided_filter(values: Tensor, guide: Tensor, sigma_px: float, contrast: float) -> Tensor:
    """Values [B, 1, H, W] smoothed where the guide [B, 1, H, W] is, with its edges of `contrast` and more kept."""
    products = torch.cat([guide, values, guide * values, guide * guide], 1)
    mean, level, product, square = gaussian_blur(products, sigma_px).split(1, 1)
    slope = (product - mean * level) / ((square - mean * mean).clamp_min(0) + contrast**2)
    offset = level - slope * mean
    slope, offset = gaussian_blur(torch.cat([slope, offset], 1), sigma_px).split(1, 1)
    return slope * guide + offset


def _normalised(values: Tensor) -> Tensor:
    """Each frame's quantiles LOW and HIGH brought to 0 and 1, the rest clipped."""
    flat = values.flatten(1)
    ends = [flat.kthvalue(max(1, round(part * flat.shape[1])), 1).values.view(-1, 1, 1, 1) for part in (LOW, HIGH)]
    return ((values - ends[0]) / (ends[1] - ends[0]).clamp_min(TINY)).clamp_(0, 1)

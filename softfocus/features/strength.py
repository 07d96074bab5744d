"""Where features change: the structure of things, as a map from 0 to 1 that follows the picture's edges."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from ..color import displayable, luminance
from ..filters.gaussian import gaussian_blur
from ..transparency import fill_transparent, mostly_seen

LOW, HIGH = 0.3, 0.9  # quantiles that become 0 and 1
EDGE = 0.05  # luma contrast from which an edge of the picture holds the map apart
WINDOW = 0.5  # of the guided filter, in cells of the features
UNLIKE = 0.01  # length of the subject's mean in usual lengths, below which it is the picture's own
TINY = 1e-8


def feature_strength(
    features: Tensor, image: Tensor, subject: Tensor | None = None, alpha: Tensor | None = None
) -> Tensor:
    """How much the features change at each pixel, times how much they are like the subject's.

    Args:
        features: [B, C, h, w], a grid over the whole picture.
        image: [B, 3, H, W] sRGB, the picture they come from; values outside 0..1 are clipped.
        subject: [B, 1, H, W] in 0..1, or None; where it is 0 everywhere it says nothing.
        alpha: [B, 1, H, W] in 0..1, or None: only cells that are mostly seen count for the quantiles and the
            picture's mean, and no hidden color guides the filter.

    Returns:
        [B, 1, H, W] in 0..1. The quantiles LOW and HIGH of each frame become 0 and 1; features that do not change
        give 0 everywhere. Aligned to edges by a guided filter (He, Sun and Tang 2010) with a Gaussian
        window of WINDOW cells. Frames are independent.
    """
    seen = None if alpha is None else _cells_seen(alpha, features)
    change = gradient(features)
    if subject is not None:
        change = change * affinity(features, subject if alpha is None else subject * alpha, seen)
    strength = _normalised(change, seen)
    height, width = image.shape[-2:]
    coarse = interpolate(strength, (height, width), mode="bilinear", align_corners=False)
    cell_px = max(height / features.shape[-2], width / features.shape[-1])
    guide = fill_transparent(luminance(displayable(image)), alpha)
    return guided_filter(coarse, guide, WINDOW * cell_px, EDGE).clamp_(0, 1)


def gradient(features: Tensor) -> Tensor:
    """[B, 1, h, w]: length of the spatial gradient over all channels, central differences, border repeated."""
    padded = pad(features, (1, 1, 1, 1), mode="replicate")
    across = (padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]).square().sum(1, keepdim=True)
    down = (padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]).square().sum(1, keepdim=True)
    return (across + down).sqrt() / 2


def affinity(features: Tensor, subject: Tensor, seen: Tensor | None = None) -> Tensor:
    """[B, 1, h, w] in 0..1: 1 where the features point where the subject's mean does, seen from the picture's mean.

    A frame without a subject, or whose subject is the whole picture, is 1 everywhere. The picture are the cells that
    are `seen`, [B, 1, h, w] of 0 and 1, or all.
    """
    share = interpolate(subject, features.shape[-2:], mode="area")
    total = share.sum((-1, -2), keepdim=True)
    centred = features - _mean(features, seen)
    mean = (centred * share).sum((-1, -2), keepdim=True) / total.clamp_min(TINY)
    lengths = centred.norm(dim=1, keepdim=True) * mean.norm(dim=1, keepdim=True)
    cosine = (centred * mean).sum(1, keepdim=True) / lengths.clamp_min(TINY)
    usual = _mean(centred.square().sum(1, keepdim=True), seen).sqrt()
    defined = (total > TINY) & (mean.norm(dim=1, keepdim=True) > UNLIKE * usual)
    return torch.where(defined, (1 + cosine) / 2, 1.0)


def guided_filter(values: Tensor, guide: Tensor, sigma_px: float, contrast: float) -> Tensor:
    """Values [B, 1, H, W] smoothed where the guide [B, 1, H, W] is, with its edges of `contrast` and more kept."""
    products = torch.cat([guide, values, guide * values, guide * guide], 1)
    mean, level, product, square = gaussian_blur(products, sigma_px).split(1, 1)
    slope = (product - mean * level) / ((square - mean * mean).clamp_min(0) + contrast**2)
    offset = level - slope * mean
    slope, offset = gaussian_blur(torch.cat([slope, offset], 1), sigma_px).split(1, 1)
    return slope * guide + offset


def _cells_seen(alpha: Tensor, features: Tensor) -> Tensor:
    """[B, 1, h, w] of 0 and 1: the cells that are mostly seen, or all of a frame that has none."""
    seen = mostly_seen(interpolate(alpha, features.shape[-2:], mode="area")).expand(len(features), -1, -1, -1)
    return torch.where(seen.amax((-1, -2), keepdim=True) > 0, seen, 1.0)


def _mean(values: Tensor, seen: Tensor | None) -> Tensor:
    """[B, C, 1, 1]: mean over the cells that are seen."""
    if seen is None:
        return values.mean((-1, -2), keepdim=True)
    return (values * seen).sum((-1, -2), keepdim=True) / seen.sum((-1, -2), keepdim=True)


def _quantile(values: Tensor, part: float) -> Tensor:
    """[B] of values [B, N]."""
    return values.kthvalue(max(1, round(part * values.shape[1])), 1).values


def _normalised(values: Tensor, seen: Tensor | None = None) -> Tensor:
    """Each frame's quantiles LOW and HIGH, of what is seen, brought to 0 and 1, the rest clipped."""
    flat = values.flatten(1)
    if seen is None:
        ends = [_quantile(flat, part).view(-1, 1, 1, 1) for part in (LOW, HIGH)]
    else:
        rows = [each[own > 0][None] for each, own in zip(flat, seen.flatten(1), strict=True)]
        ends = [torch.cat([_quantile(row, part) for row in rows]).view(-1, 1, 1, 1) for part in (LOW, HIGH)]
    return ((values - ends[0]) / (ends[1] - ends[0]).clamp_min(TINY)).clamp_(0, 1)

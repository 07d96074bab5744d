"""Features as a picture: their three strongest directions as red, green and blue."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate

SHOWN = (0.02, 0.98)  # quantiles of a component that become 0 and 1


def pca_picture(features: Tensor, size: tuple[int, int]) -> Tensor:
    """Principal components (Pearson 1901) of each frame's features, 0..1.

    Args:
        features: [B, C, h, w].
        size: height and width of the picture.

    Returns:
        [B, 3, height, width], cells enlarged smoothly. Components are scaled one by one; their signs are such that the
        larger half of the deviations points up, so that equal pictures have equal colours. Missing ones are 0.5.
    """
    pictures = torch.cat([_components(frame)[None] for frame in features])
    return interpolate(pictures, size, mode="bilinear", align_corners=False).clamp_(0, 1)


def _components(features: Tensor) -> Tensor:
    """[3, h, w] of one frame [C, h, w]."""
    channels, rows, columns = features.shape
    points = features.flatten(1) - features.flatten(1).mean(1, keepdim=True)
    wide = channels <= points.shape[1]
    spread, vectors = torch.linalg.eigh(points @ points.T if wide else points.T @ points)
    kept = min(3, len(spread))
    strongest = vectors[:, -kept:].flip(1)
    values = strongest.T @ points if wide else strongest.T * spread[-kept:].flip(0).clamp_min(0).sqrt()[:, None]
    picture = features.new_full((3, rows * columns), 0.5)
    for shown, value in zip(picture, values, strict=False):
        value = value if value.pow(3).sum() >= 0 else -value
        low, high = (value.kthvalue(max(1, round(part * len(value)))).values for part in SHOWN)
        if high > low and spread[-1] > 0:
            shown.copy_(((value - low) / (high - low)).clamp(0, 1))
    return picture.view(3, rows, columns)

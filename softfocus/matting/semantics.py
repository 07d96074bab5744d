"""What a vision encoder's features say about sides where colour cannot decide (Mask2Alpha's feature selection)."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import interpolate, normalize

SCALE = 30.0  # log-odds of a feature that equals one side's and is orthogonal to the other's


def semantic_log_odds(features: Tensor, foreground: Tensor, background: Tensor) -> Tensor:
    """Log-odds [H, W] that a pixel belongs to the foreground, by likeness to what is known.

    Args:
        features: [C, h, w] of the same picture at any size.
        foreground, background: [H, W] bool, the known pixels; with either of them empty the result is 0.
    """
    directions = normalize(features, dim=0)
    height, width = features.shape[-2:]
    likeness = []
    for side in (foreground, background):
        weight = interpolate(side[None, None].to(features), (height, width), mode="area")[0, 0]
        prototype = normalize((directions * weight).sum((1, 2)), dim=0)
        likeness.append((directions * prototype[:, None, None]).sum(0))
    odds = SCALE * (likeness[0] - likeness[1])
    if not (bool(foreground.any()) and bool(background.any())):
        odds = odds * 0
    return interpolate(odds[None, None], foreground.shape, mode="bilinear", align_corners=False)[0, 0]

"""ViTMatte as an alpha solver: what its net needs around it, which is tiles, normalisation and padding.

ViTMatte: Yao, Wang, Yang, Wang 2023, arXiv 2305.15272. The net is any function from pixels to alpha, so
that where its weights come from is the caller's business.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import pad

from ..color import displayable

TILE = 768  # px, a multiple of 32: attention memory grows with its fourth power; ViTMatte-S takes 0.9 GB here
OVERLAP = 1 / 6  # of a tile's side, over which neighbours are blended
MULTIPLE = 32  # of the sides that the net takes

Net = Callable[[Tensor], Tensor]


def vitmatte_alpha(net: Net, image: Tensor, trimap: Tensor, tile: int = TILE) -> Tensor:
    """Alpha of the trimap's unknown pixels by ViTMatte, frame by frame; its known pixels are kept exactly.

    Args:
        net: takes [1, 4, h, w] float32 (colours -1..1, then the trimap 0..1; sides are multiples of 32),
            returns alpha [1, 1, h, w].
        image: [B, 3, H, W] sRGB; values outside 0..1 are clamped for the net.
        trimap: [B, 1, H, W], 0 = background, 1 = foreground, anything between = unknown.
        tile: largest side in pixels that the net is given at once; only tiles with unknown pixels are solved.

    Returns:
        [B, 1, H, W] float32 in 0..1.
    """
    unknown = (trimap > 0) & (trimap < 1)
    alpha = trimap.float().clone()
    levels = torch.where(unknown, 0.5, alpha.clamp(0, 1))
    for index in range(len(image)):
        if unknown[index].any():
            alpha[index] = _frame_alpha(net, displayable(image[index]), levels[index], tile)
    return torch.where(unknown, alpha, levels)


def _frame_alpha(net: Net, image: Tensor, levels: Tensor, tile: int) -> Tensor:
    """[1, H, W] from [3, H, W] and [1, H, W]: the mean of overlapping tiles, weighted towards their middles."""
    total, weights = torch.zeros_like(levels), torch.zeros_like(levels)
    for rows in _spans(levels.shape[1], tile):
        for columns in _spans(levels.shape[2], tile):
            here = (slice(None), rows, columns)
            if not (levels[here] == 0.5).any():
                continue
            part = _tile_alpha(net, image[here], levels[here])
            weight = _ramp(part.shape[1], tile, part.device)[:, None] * _ramp(part.shape[2], tile, part.device)
            total[here] += weight * part
            weights[here] += weight
    return total / weights.clamp_min(1e-6)


def _tile_alpha(net: Net, image: Tensor, levels: Tensor) -> Tensor:
    """[1, h, w]: the net's answer, with the normalisation and the zero padding that it was trained with."""
    height, width = levels.shape[-2:]
    pixels = torch.cat([image * 2 - 1, levels])[None]
    padded = pad(pixels, (0, -width % MULTIPLE, 0, -height % MULTIPLE))
    return net(padded)[0, :, :height, :width].float().clamp(0, 1)


def _spans(length: int, tile: int) -> list[slice]:
    """Evenly spaced spans of `tile` pixels that cover 0..length and overlap by OVERLAP at least."""
    if length <= tile:
        return [slice(0, length)]
    overlap = tile * OVERLAP
    count = math.ceil((length - overlap) / (tile - overlap))
    starts = [round(index * (length - tile) / (count - 1)) for index in range(count)]
    return [slice(start, start + tile) for start in starts]


def _ramp(length: int, tile: int, device: torch.device) -> Tensor:
    """[length] weights along one side of a tile: 1 in the middle, falling to nearly 0 over the overlap."""
    steps = torch.arange(length, device=device)
    nearest = torch.minimum(steps, steps.flip(0)) + 1
    return (nearest / (tile * OVERLAP)).clamp(max=1)

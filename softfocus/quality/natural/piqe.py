"""PIQE: the share of distorted blocks among the blocks where the eye looks; nothing was trained.

Source: N. Venkatanath, D. Praneeth, M. C. Bh, S. S. Channappayya and S. S. Medasani, "Blind image quality evaluation
using perception based features", NCC 2015. Details as in MATLAB's piqe and in pypiqe 1.2.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .natural_scenes import blocks, blocks_inside, frames_of, luma_levels, normalised_luma

BLOCK = 16  # px
SEGMENT = 6  # px of a block's edge
ACTIVE = 0.1  # variance of normalised luma from which the eye looks at a block
FLAT = 0.1  # standard deviation of a segment below which it is blurred or blocky
STABLE = 1.0  # added above and below in the final share


def piqe(image: Tensor, region: Tensor | None = None) -> Tensor:
    """Perception based image quality evaluator: 0 (clean) to 100 (every active block distorted); lower is better.

    Measured on BT.601 luma of the 8-bit picture, stretched so that its brightest pixel is 255 (over the whole picture,
    also with a region).

    Args:
        image: [B, 3, H, W] sRGB in 0..1; values are clipped and rounded to 1/255.
        region: [B or 1, 1, H, W] in 0..1: only blocks of 16 px of which at least half lies inside count.

    Returns:
        [B] float32. A flat picture scores 100. NaN where the picture is smaller than 16 x 16 px or the region holds
        no block. Sides are filled up to whole blocks half-sample symmetrically; beyond them the edge is repeated.

    Raises:
        ValueError: a shape is wrong.
    """
    scores = [piqe_of_regions(luma_levels(levels), [inside])[0] for levels, inside in frames_of(image, region)]
    return torch.tensor(scores, dtype=torch.float32, device=image.device)


def piqe_of_regions(luma: Tensor, regions: Sequence[Tensor | None]) -> list[float]:
    """`piqe` of several regions [H, W] of one picture's `luma_levels` [H, W]; its blocks are looked at once."""
    if min(luma.shape) < BLOCK:
        return [float("nan")] * len(regions)
    luma = (255 * luma / luma.max().clamp_min(1)).round()
    block = blocks(normalised_luma(whole_blocks(luma)), BLOCK)
    variance = _variance(block)
    distortion = has_flat_edge(block) * (1 - variance) + is_noisy(block, variance) * variance
    active = variance > ACTIVE
    insides = (slice(None) if region is None else blocks_inside(whole_blocks(region), BLOCK) for region in regions)
    return [_share(distortion[inside], active[inside]) for inside in insides]


def _share(distortion: Tensor, active: Tensor) -> float:
    """Mean distortion of the active blocks [N], in percent."""
    if len(active) == 0:
        return float("nan")
    if not bool(active.any()):
        return 100.0
    return float((distortion[active].sum() + STABLE) / (active.sum() + STABLE) * 100)


def whole_blocks(plane: Tensor) -> Tensor:
    """[H, W] with its last rows and columns mirrored up to whole blocks."""
    rows, columns = (-size % BLOCK for size in plane.shape)
    plane = torch.cat([plane, plane[plane.shape[0] - rows :].flip(0)], 0)
    return torch.cat([plane, plane[:, plane.shape[1] - columns :].flip(1)], 1)


def has_flat_edge(block: Tensor) -> Tensor:
    """Whether a segment of one of the four edges of each block [N, 16, 16] hardly varies: [N] bool."""
    edges = torch.stack([block[:, 0], block[:, -1], block[:, :, 0], block[:, :, -1]], 1)
    places = BLOCK - SEGMENT + 1
    segments = [edges[..., first : first + places] for first in range(SEGMENT)]  # of each segment its first value, ...
    mean = sum(segments[1:], start=segments[0]) / SEGMENT
    squares = sum(((each - mean).square_() for each in segments), start=torch.zeros_like(mean))
    return (squares.amin((1, 2)) / (SEGMENT - 1)).sqrt_() < FLAT


def is_noisy(block: Tensor, variance: Tensor) -> Tensor:
    """Whether each block [N, 16, 16] of this variance [N] varies alike at its centre and around it: [N] bool."""
    deviation = variance.sqrt()
    middle = BLOCK // 2
    # MATLAB's piqe takes out the two centre columns one after the other by number, so the second one stays and the
    # column after it goes; the published values rest on that.
    kept = [column for column in range(BLOCK) if column not in (middle - 1, middle + 1)]
    centre, around = (_variance(each).sqrt_() for each in (block[:, :, middle - 1 : middle + 1], block[:, :, kept]))
    ratio = (centre / around).nan_to_num(0, posinf=float("inf"))
    return deviation > 2 * (deviation - ratio).abs() / torch.maximum(deviation, ratio)


def _variance(block: Tensor) -> Tensor:
    """Of each of [N, h, w], without bias: [N]; torch.var takes eight times as long."""
    values = block.flatten(1)
    return (values - values.mean(1, keepdim=True)).square_().sum(1) / (values.shape[1] - 1)

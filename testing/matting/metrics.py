"""The five measures of alpha matting, over the whole picture or over a region such as the unknown band.

SAD, MSE and MAD compare values; Grad and Conn are those of Rhemann et al. (CVPR 2009): edges and
pieces that hang together. Every function takes

    alpha, truth: [B, 1, H, W], 0..1, any device.
    region: [B, 1, H, W] of 0 and 1 (or bool), the pixels that count; None counts all.

and returns [B] float64 on the CPU; 0 is a perfect matte (and the value over an empty region).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import conv2d, pad

GRADIENT_SIGMA = 1.4  # pixels
THRESHOLDS = tuple(step / 10 for step in range(1, 11))
TOLERANCE = 0.15  # a pixel this much above the level where it is cut off counts as cut off


def sad(alpha: Tensor, truth: Tensor, region: Tensor | None = None) -> Tensor:
    """Sum of absolute differences / 1000, in thousands of pixels."""
    alpha, truth, region = _prepare(alpha, truth, region)
    return _total((alpha - truth).abs(), region) / 1000


def mad(alpha: Tensor, truth: Tensor, region: Tensor | None = None) -> Tensor:
    """Mean absolute difference x 1000."""
    alpha, truth, region = _prepare(alpha, truth, region)
    return _mean((alpha - truth).abs(), region) * 1000


def mse(alpha: Tensor, truth: Tensor, region: Tensor | None = None) -> Tensor:
    """Mean squared difference x 1000."""
    alpha, truth, region = _prepare(alpha, truth, region)
    return _mean((alpha - truth).square(), region) * 1000


def grad_error(alpha: Tensor, truth: Tensor, region: Tensor | None = None) -> Tensor:
    """Sum of squared differences of the gradient magnitudes / 1000.

    Gradients come from the whole picture; the region only says where their difference counts.
    """
    alpha, truth, region = _prepare(alpha, truth, region)
    difference = _gradient_magnitude(alpha) - _gradient_magnitude(truth)
    return _total(difference.square(), region) / 1000


def conn_error(alpha: Tensor, truth: Tensor, region: Tensor | None = None) -> Tensor:
    """Sum of absolute differences of connectedness / 1000.

    A pixel hangs together with the largest 4-connected piece of {alpha >= level and truth >= level}
    up to some level l. What its own value lies above l, if it is 0.15 or more, is taken from its
    connectedness of 1. The pieces come from the whole picture.
    """
    alpha, truth, region = _prepare(alpha, truth, region)
    level = torch.stack([_connected_level(torch.minimum(a, t)[0]) for a, t in zip(alpha, truth, strict=True)])
    difference = _connectedness(alpha, level[:, None]) - _connectedness(truth, level[:, None])
    return _total(difference.abs(), region) / 1000


def all_errors(alpha: Tensor, truth: Tensor, region: Tensor | None = None) -> dict[str, float]:
    """The four that matting papers give, by name, of one matte [1, 1, H, W]."""
    measures = {"sad": sad, "mse": mse, "grad": grad_error, "conn": conn_error}
    return {name: float(measure(alpha, truth, region)) for name, measure in measures.items()}


def _connectedness(alpha: Tensor, level: Tensor) -> Tensor:
    above = alpha - level
    return 1 - above * (above >= TOLERANCE)


def _connected_level(common: Tensor) -> Tensor:
    """Last threshold up to which each pixel belongs to the largest piece; [H, W] -> [H, W].

    0 for a pixel outside it at the first threshold, 1 for one that is never lost.
    """
    level = torch.zeros_like(common)
    held = torch.ones_like(common, dtype=torch.bool)
    for threshold in THRESHOLDS:
        held &= _largest_piece(common >= threshold)
        level.masked_fill_(held, threshold)
    return level


def _largest_piece(mask: Tensor) -> Tensor:
    """The largest 4-connected piece of a mask [H, W] of bool."""
    from scipy.ndimage import label

    labels, _ = label(mask.numpy())
    pieces = torch.from_numpy(labels)
    sizes = pieces[mask].bincount(minlength=1)
    return (pieces == sizes.argmax()) & mask


def _gradient_magnitude(alpha: Tensor) -> Tensor:
    """Length of the gradient with Gaussian derivatives whose 2-D kernel has an L2 norm of 1."""
    bell, slope = _kernels()
    half = len(bell) // 2
    padded = pad(alpha, (half, half, half, half), mode="replicate")
    dx = conv2d(conv2d(padded, bell.view(1, 1, -1, 1)), slope.view(1, 1, 1, -1))
    dy = conv2d(conv2d(padded, slope.view(1, 1, -1, 1)), bell.view(1, 1, 1, -1))
    return torch.hypot(dx, dy)


def _kernels() -> tuple[Tensor, Tensor]:
    """A Gaussian and its derivative, cut where the Gaussian density falls to 0.01; each of norm 1."""
    peak = math.sqrt(2 * math.pi) * GRADIENT_SIGMA
    half = math.ceil(GRADIENT_SIGMA * math.sqrt(-2 * math.log(peak * 0.01)))
    at = torch.arange(-half, half + 1, dtype=torch.float64)
    bell = torch.exp(-0.5 * (at / GRADIENT_SIGMA) ** 2)
    slope = -at * bell
    return bell / bell.norm(), slope / slope.norm()


def _prepare(alpha: Tensor, truth: Tensor, region: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
    """All three in float64 on the CPU, so that the measure adds no error of its own."""
    if alpha.dim() != 4 or alpha.shape[1] != 1 or alpha.shape != truth.shape:
        raise ValueError(f"alpha and truth must both be [B, 1, H, W], got {list(alpha.shape)}, {list(truth.shape)}")
    if region is None:
        region = torch.ones_like(truth)
    if region.shape != truth.shape:
        raise ValueError(f"region must be {list(truth.shape)} like truth, got {list(region.shape)}")
    return alpha.detach().cpu().double(), truth.detach().cpu().double(), region.cpu().double()


def _total(error: Tensor, region: Tensor) -> Tensor:
    return (error * region).flatten(1).sum(1)


def _mean(error: Tensor, region: Tensor) -> Tensor:
    return _total(error, region) / region.flatten(1).sum(1).clamp_min(1)

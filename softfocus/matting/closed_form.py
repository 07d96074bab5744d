"""Alpha that follows the picture's colors: samples made consistent by the matting Laplacian.

What colors say about single pixels is noisy. The solve keeps to it as far as there is no doubt (a data term beside the
Laplacian: Wang and Cohen, CVPR 2007), elsewhere the Laplacian decides. Coarse pictures come first, so that a few steps
of conjugate gradients reach far.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, interpolate

from .laplacian import MattingLaplacian

STEPS = (6, 10, 10)  # of conjugate gradients in the picture, at half and at a quarter of its size
TRUST = 0.5  # of samples without doubt, against the Laplacian
DRAWN_TRUST = 0.02  # likewise in a trimap's unknown part
DOUBT = 1e-3  # variance of a sample at which trust has fallen to half
FLAT_TRUST = 10.0  # where there is no texture to follow: alpha would only spread
STEP = 1 / 255  # of files: the solve only comes near 0 and 1, and half a step from them is there
FLAT = 1e-6  # variance of colors, sRGB squared, at which that has fallen to half


def follow_colors(image: Tensor, alpha: Tensor, doubt: Tensor, unknown: Tensor, drawn: bool = False) -> Tensor:
    """Alpha [H, W] at the unknown pixels [H, W] (bool) of an image [3, H, W] sRGB, 0..1.

    Args:
        alpha: [H, W] in 0..1: certain where known, samples where unknown.
        doubt: [H, W] variance of the samples.
        drawn: whether the unknown part is a trimap's, right beside what is certain, so that samples matter less.
    """
    laplacian = MattingLaplacian(image, unknown)
    trust = (DRAWN_TRUST if drawn else TRUST) * DOUBT / (DOUBT + doubt)
    trust[unknown] += FLAT_TRUST * FLAT / (FLAT + laplacian.texture)
    start = _corrected(image, alpha, unknown, trust, STEPS[1:])
    found = _solve(laplacian, alpha, unknown, trust, start, STEPS[0]).clamp(0, 1)
    return torch.where(unknown & ((found - found.round()).abs() < STEP / 2), found.round(), found)


def _corrected(image: Tensor, alpha: Tensor, unknown: Tensor, trust: Tensor, steps: tuple[int, ...]) -> Tensor:
    """Samples with what the solve of a picture of half the size changes in them; `steps` from there on."""
    if not steps or min(alpha.shape) < 8:
        return alpha
    part = _halved(unknown[None].to(alpha))[0] > 0
    samples, weight = _halved(torch.stack([alpha, 4 * trust]))
    small = _halved(image)
    start = _corrected(small, samples, part, weight, steps[1:])
    solved = _solve(MattingLaplacian(small, part), samples, part, weight, start, steps[0])
    change = interpolate((solved - samples)[None, None], alpha.shape, mode="bilinear", align_corners=False)[0, 0]
    return torch.where(unknown, alpha + change, alpha)


def _halved(planes: Tensor) -> Tensor:
    """Planes [C, H, W] averaged over cells that share the picture's edges, so that mirrored stays mirrored."""
    height, width = planes.shape[1:]
    return adaptive_avg_pool2d(planes[None], ((height + 1) // 2, (width + 1) // 2))[0]


def _solve(
    laplacian: MattingLaplacian, samples: Tensor, unknown: Tensor, trust: Tensor, start: Tensor, steps: int
) -> Tensor:
    """(L + trust) x = trust samples by preconditioned conjugate gradients (Hestenes and Stiefel 1952) from `start`."""
    weight, found, vector = trust[unknown], start[unknown], start[laplacian.touched]
    rest = weight * (samples[unknown] - found) - laplacian.multiply(vector)
    scale = (weight + laplacian.diagonal).reciprocal()
    direction, vector = scale * rest, torch.zeros_like(vector)
    gain = (rest * direction).sum()
    for _ in range(steps):
        vector[laplacian.place] = direction
        pushed = laplacian.multiply(vector) + weight * direction
        length = gain / (direction * pushed).sum().clamp_min(1e-20)
        found = found + length * direction
        rest = rest - length * pushed
        step = scale * rest
        previous, gain = gain, (rest * step).sum()
        direction = step + gain / previous.clamp_min(1e-20) * direction
    return start.masked_scatter(unknown, found)

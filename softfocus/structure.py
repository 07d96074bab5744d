"""Where a picture has structure, from its structure tensor (Foerstner and Guelch 1987; Bigun and Granlund 1987)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

from .gaussian import gaussian_blur

INTEGRATION = 2.0  # width of the averaging window, in units of the derivative scale


def edge_contrast(smoothed: Tensor, sigma_px: float) -> Tensor:
    """Contrast of the strongest edge direction around each pixel.

    Args:
        smoothed: [B, 1, H, W] luma already blurred with sigma_px.
        sigma_px: the scale, > 0. Gradients are multiplied by it (scale normalised), so the result
            does not depend on the picture's size.

    Returns:
        [B, 1, H, W], >= 0, in units of luma: the square root of the tensor's larger eigenvalue.
    """
    dy, dx = _gradient(smoothed)
    products = gaussian_blur(torch.cat([dx * dx, dy * dy, dx * dy], 1), INTEGRATION * sigma_px)
    xx, yy, xy = products.split(1, 1)
    larger = 0.5 * (xx + yy) + torch.sqrt((0.5 * (xx - yy)) ** 2 + xy**2)
    return sigma_px * larger.clamp_min(0).sqrt()


def _gradient(image: Tensor) -> tuple[Tensor, Tensor]:
    """Central differences (vertical, horizontal), edge pixels repeated."""
    padded = pad(image, (1, 1, 1, 1), mode="replicate")
    dy = (padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]) / 2
    dx = (padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]) / 2
    return dy, dx

"""Where a picture has structure, from its structure tensor (Foerstner and Guelch 1987; Bigun and Granlund 1987)."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import pad

from ..filters.coarse_grid import Size, reduce
from ..filters.row_strips import by_rows

INTEGRATION = 2.0  # width of the averaging window, in units of the derivative scale
HALF = math.sqrt(0.5) / 2  # of a difference over two samples: its square is half of the slope's
NOISE_REACH = 2.4  # standard deviations of the slope; 999 of 1000 pixels of white noise have less contrast


def edge_contrast(smoothed: Tensor, full: Size, sigma_px: float) -> Tensor:
    """Contrast of the strongest edge direction around each pixel, squared.

    Args:
        smoothed: [B, 1, h, w] luma already blurred with sigma_px, on a grid over a picture of size `full`.
        full: (H, W), whose pixels are the unit of sigma_px.
        sigma_px: the scale, > 0. Slopes are multiplied by it (scale normalised), so the result does not depend
            on the picture's size.

    Returns:
        [B, 1, h', w'], >= 0, in units of luma squared: the tensor's larger eigenvalue, on the coarser grid
        that its averaging window needs.
    """
    steps = [side / has for side, has in zip(full, smoothed.shape[-2:], strict=True)]
    products = reduce(_products(smoothed, sigma_px / steps[0], sigma_px / steps[1]), full, INTEGRATION * sigma_px)
    xx, yy, xy = products.split(1, 1)
    return torch.hypot(xx - yy, xy).add_(xx).add_(yy).clamp_min_(0)


def noise_contrast(sigma_px: float, step_px: float = 1.0) -> float:
    """Edge contrast that white noise of standard deviation 1 a pixel nearly never passes.

    The slope over two steps of a Gaussian average has variance (1 - exp(-(step / sigma)^2)) / (8 pi step^2 sigma^2);
    NOISE_REACH is what the larger eigenvalue makes of it, calibrated in tests/filters/test_noise_level.py.
    """
    share = -math.expm1(-((step_px / sigma_px) ** 2)) / (8 * math.pi)
    return NOISE_REACH * math.sqrt(share) / step_px


def _products(smoothed: Tensor, scale_y: float, scale_x: float) -> Tensor:
    """[B, 3, h, w]: half of xx and yy, and xy, of slopes (central differences, edge pixels repeated) in scale units."""
    height, width = smoothed.shape[-2:]
    padded = pad(smoothed, (1, 1, 1, 1), mode="replicate")

    def products(above: Tensor, below: Tensor, left: Tensor, right: Tensor) -> tuple[Tensor]:
        dy, dx = (below - above).mul_(HALF * scale_y), (right - left).mul_(HALF * scale_x)
        made = dx.new_empty((len(dx), 3, *dx.shape[-2:]))
        torch.mul(dx, dx, out=made[:, 0:1])
        torch.mul(dy, dy, out=made[:, 1:2])
        torch.mul(dx, dy.add_(dy), out=made[:, 2:3])
        return (made,)

    rows, columns = padded[..., 1:-1], padded[..., 1:-1, :]
    return by_rows(products, rows[..., :height, :], rows[..., 2:, :], columns[..., :width], columns[..., 2:])[0]

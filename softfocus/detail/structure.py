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
    step_y, step_x = (side / has for side, has in zip(full, smoothed.shape[-2:], strict=True))
    products = reduce(_products(smoothed, step_x / step_y), full, INTEGRATION * sigma_px)
    apart, both, across = products.split(1, 1)
    return torch.hypot(apart, across).add_(both).mul_((HALF * sigma_px / step_x) ** 2)


def noise_contrast(sigma_px: float, step_px: float = 1.0) -> float:
    """Edge contrast that white noise of standard deviation 1 a pixel nearly never passes.

    The slope over two steps of a Gaussian average has variance (1 - exp(-(step / sigma)^2)) / (8 pi step^2 sigma^2);
    NOISE_REACH is what the larger eigenvalue makes of it, calibrated in tests/filters/test_noise_level.py.
    """
    share = -math.expm1(-((step_px / sigma_px) ** 2)) / (8 * math.pi)
    return NOISE_REACH * math.sqrt(share) / step_px


def _products(smoothed: Tensor, stretch: float) -> Tensor:
    """[B, 3, h, w]: xx - yy, xx + yy and 2 xy of differences over two samples, edge pixels repeated.

    Args:
        stretch: what vertical differences are multiplied by, to be slopes in the unit of the horizontal ones.
    """
    height, width = smoothed.shape[-2:]
    padded = pad(smoothed, (1, 1, 1, 1), mode="replicate")

    def products(above: Tensor, below: Tensor, left: Tensor, right: Tensor) -> tuple[Tensor]:
        dx, twice_dy = right - left, (below - above).mul_(2 * stretch)
        made = dx.new_empty((len(dx), 3, *dx.shape[-2:]))
        apart, both, across = made.split(1, 1)
        torch.mul(dx, dx, out=both)
        torch.addcmul(both, twice_dy, twice_dy, value=-0.25, out=apart)
        both.addcmul_(twice_dy, twice_dy, value=0.25)
        torch.mul(dx, twice_dy, out=across)
        return (made,)

    rows, columns = padded[..., 1:-1], padded[..., 1:-1, :]
    return by_rows(products, rows[..., :height, :], rows[..., 2:, :], columns[..., :width], columns[..., 2:])[0]

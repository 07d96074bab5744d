"""Gaussian blur among neighbours of similar value, as GIMP's selective Gaussian blur with its max delta.

    out_c(p) = sum_q G(p - q) w(q) [|g_c(q) - g_c(p)| <= max_delta] v_c(q) / the same sum without v_c

for every channel c alone. Source of the definition: GEGL's operation gaussian-blur-selective, whose G is
exp(-(x^2 + y^2) / (2 radius)) inside the square |x|, |y| <= radius: sigma_px = sqrt(radius). Here G goes on
beyond that square. It is the only difference in definition, and shows at small radii: the square ends
at 2.2 sigma for radius 5, at 3.2 for 10, at 4.5 for 20.

Two ways to the sums. A narrow Gaussian adds up shifted views of the picture, which costs time with sigma^2.
From a few pixels of sigma on, `bilateral_grid` takes over, whose cost per pixel has a bound: `max_delta_cost`.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ...checkpoint import checkpoint
from ...checks import check_amount, check_image, check_number, fitted_if_given
from ...device_path import on_device
from ..band_matrix import mirrored_index
from .bilateral_grid import grid_sums
from .max_delta_cost import grid_is_cheaper
from .value_bins import FEW, few_values, spread_bins, usual_bins

TOLERANCE = 1e-6  # 0.6 - 0.4 in float32 exceeds 0.2 by 2e-8; a neighbour at exactly max_delta shall count
TINY_WEIGHT = 1e-6  # of a whole neighbourhood of weight 1; below this there is nothing to average
TRUNCATE = 4.0  # radius of the direct sum in sigmas; the disc leaves out 3e-4 of the weight
STRIP, DEVICE_STRIP = 1 << 16, 1 << 22  # pixels summed at a time: all that a pair needs stays in the processor's cache


def max_delta_blur(
    values: Tensor, guide: Tensor, sigma_px: float, max_delta: float, weight: Tensor | None = None
) -> Tensor:
    """Blur with the Gaussian mean of those neighbours whose guide differs by at most `max_delta`.

    Args:
        values: [B, C, H, W] float32, what is averaged: sRGB values or linear light, any range.
        guide: [B, C, H, W] float32, what decides: sRGB values, any range.
        sigma_px: standard deviation in pixels, >= 0; 0 returns `values` itself.
        max_delta: largest difference of guide that counts, >= 0, in the guide's units; differences are
            compared with a tolerance of 1e-6.
        weight: [B, 1, H, W], >= 0; pixels of weight 0 give nothing. None counts all alike.

    Returns:
        [B, C, H, W], within the smallest and largest value of each channel; the pixel's own value where no
        weight is near. Borders are half-sample symmetric, also when the kernel is larger than the picture.

    Error against the definition (tests/filters/test_max_delta_blur.py): where a channel of guide has at most 256
    distinct values (8-bit pictures) below 0.5/255 of sRGB values and 0.7/255 in linear light; with weights, 99.9 % of
    the values within 1/255. In pictures of more values, on the grid, max_delta itself is resolved to a bin, about
    1/400 of the channel's range or finer: 99.9 % of the values within 1/255; a few by up to 6/255, where one neighbour
    at the limit of max_delta weighs much among few. Pixels of weight 0 far from all weight (less than 1 % of a whole
    neighbourhood) take the tail of G, which is cut at 4 sigma, less exactly.

    Raises:
        ValueError: shapes do not fit, or sigma_px or max_delta is negative or not finite.
    """
    check_image(values, "values", channels=None)
    if guide.shape != values.shape:
        raise ValueError(f"guide has shape {tuple(guide.shape)}; it must be {tuple(values.shape)}, as values have")
    weight = fitted_if_given(weight, values, "weight")
    check_number(sigma_px, "sigma_px", 0)
    check_amount(max_delta, "max_delta")
    if sigma_px == 0 or values.numel() == 0:
        return values
    out = torch.empty_like(values)
    for frame in range(values.shape[0]):
        for channel in range(values.shape[1]):
            plane = values[frame, channel]
            middle = plane.median()  # smaller moments lose fewer digits, and a far highlight does not move it
            share = None if weight is None else weight[frame, 0]
            moment, mass = _sums(plane - middle, guide[frame, channel], share, sigma_px, max_delta + TOLERANCE)
            mean = (moment / mass.clamp_min(TINY_WEIGHT) + middle).clamp(plane.min(), plane.max())
            out[frame, channel] = torch.where(mass > TINY_WEIGHT, mean, plane)
    return out


def _sums(
    values: Tensor, guide: Tensor, weight: Tensor | None, sigma: float, max_delta: float
) -> tuple[Tensor, Tensor]:
    """`bilateral_grid.grid_sums` or `direct_sums`."""
    device, weighted = on_device(guide), weight is not None
    found = few_values(guide) if grid_is_cheaper(sigma, max_delta, FEW, device) else None
    if found is None and grid_is_cheaper(sigma, max_delta, usual_bins(sigma, weighted), device):
        bins = spread_bins(guide, sigma, weighted)
        found = bins, bins.started(guide)
    if found is None:
        return direct_sums(values, guide, weight, sigma, max_delta)
    return grid_sums(values, guide, weight, sigma, max_delta, *found)


def direct_sums(
    values: Tensor, guide: Tensor, weight: Tensor | None, sigma: float, max_delta: float
) -> tuple[Tensor, Tensor]:
    """As `bilateral_grid.grid_sums`, for any guide exact but for the tail of G, at a cost that grows with sigma^2."""
    height, width = guide.shape
    reach = math.floor(TRUNCATE * sigma)
    mass = torch.ones_like(guide) if weight is None else weight
    source = _extended(torch.stack([values * mass, mass]), reach)
    extended = _extended(guide[None], reach)[0]
    offsets = _half_disc(sigma, reach)
    sums = torch.zeros_like(source[:, :height, :width])
    rows = max(1, (DEVICE_STRIP if on_device(guide) else STRIP) // width)
    for top in range(0, height, rows):
        checkpoint()
        part = sums[:, top : top + rows]
        tall = slice(top, top + part.shape[1] + 2 * reach)
        _add_pairs(part, source[:, tall], extended[tall], offsets, max_delta)
    return sums[0], sums[1]


def _add_pairs(
    sums: Tensor, source: Tensor, guide: Tensor, offsets: list[tuple[int, int, float]], max_delta: float
) -> None:
    """Add the centre and all pairs of opposite offsets to `sums` [2, rows, columns]; the others extend beyond it.

    The comparison of p with p + o is also that of p + o with p, so one comparison serves both offsets.
    """
    _, rows, columns = sums.shape
    reach = (guide.shape[0] - rows) // 2

    def seen(plane: Tensor, dy: int, dx: int, more_rows: int = 0, more_columns: int = 0) -> Tensor:
        """The part of an extended plane that lies (dy, dx) from `sums`, and more of it."""
        top, left = reach + dy, reach + dx
        return plane[..., top : top + rows + more_rows, left : left + columns + more_columns]

    sums.add_(seen(source, 0, 0), alpha=offsets[0][2])
    for dy, dx, gain in offsets[1:]:
        left, wide = -max(dx, 0), abs(dx)
        here = seen(guide, -dy, left, dy, wide)
        near = torch.sub(seen(guide, 0, left + dx, dy, wide), here).abs_().le_(max_delta)
        ahead, behind = near[dy:, -left:][:, :columns], near[:rows, wide + left :][:, :columns]
        sums.addcmul_(ahead, seen(source, dy, dx), value=gain).addcmul_(behind, seen(source, -dy, -dx), value=gain)


def _half_disc(sigma: float, reach: int) -> list[tuple[int, int, float]]:
    """Offsets (dy, dx, gain): the centre, then one of each opposite pair; the gains of the whole disc sum to 1."""
    disc = [
        (dy, dx, math.exp(-0.5 * math.hypot(dy / sigma, dx / sigma) ** 2))
        for dy in range(reach + 1)
        for dx in range(-reach, reach + 1)
        if (dy, dx) >= (0, 0) and dy * dy + dx * dx <= (TRUNCATE * sigma) ** 2
    ]
    total = 2 * sum(gain for _, _, gain in disc) - 1
    return [(dy, dx, gain / total) for dy, dx, gain in disc]


def _extended(planes: Tensor, reach: int) -> Tensor:
    """[N, H + 2 reach, W + 2 reach]: the planes continued by half-sample symmetry, as often as it takes."""
    for axis, size in ((1, planes.shape[1]), (2, planes.shape[2])):
        planes = planes.index_select(axis, mirrored_index(torch.arange(-reach, size + reach), size).to(planes.device))
    return planes

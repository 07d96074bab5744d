"""Soft, anti-aliased polygons: a mask that falls off with the exact distance to the outline."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ...smoothstep import smoothstep

BLOCK = 8  # pixels; only blocks that the soft edge touches are computed pixel by pixel
CHUNK = 1 << 16  # point-edge pairs held at once, in a processor's cache


def draw_soft_polygon(canvas: Tensor, polygon: Tensor, grow: float, feather: float, opacity: float = 1.0) -> None:
    """Raise `canvas` [H, W] in place to the mask of a polygon.

    Args:
        canvas: values 0..1; kept where they are higher than the polygon's mask.
        polygon: [N, 2] (x, y) corners in pixels, first pixel's centre at (0.5, 0.5); closed, either winding,
            self-crossings are filled.
        grow: pixels by which the outline moves outwards (negative: inwards).
        feather: width in pixels of the smooth step from 1 to 0, centred on the grown outline; at least one pixel.
        opacity: the mask's value inside.

    The cost is that of the edge band, not of the area. The step is `smoothstep`.
    """
    ramp = max(feather, 1.0)
    reach = grow + ramp / 2
    (left, top), (right, bottom) = (polygon.amin(0) - reach).tolist(), (polygon.amax(0) + reach).tolist()
    left, top = max(0, math.floor(left)), max(0, math.floor(top))
    right, bottom = min(canvas.shape[1], math.ceil(right)), min(canvas.shape[0], math.ceil(bottom))
    if left >= right or top >= bottom:
        return
    corners = (polygon - polygon.new_tensor((left, top))).to(canvas)
    mask = _window(corners, bottom - top, right - left, grow, ramp) * opacity
    part = canvas[top:bottom, left:right]
    torch.maximum(part, mask, out=part)


def _window(polygon: Tensor, height: int, width: int, grow: float, ramp: float) -> Tensor:
    """The mask [height, width] of a polygon given relative to the window."""
    rows, columns = math.ceil(height / BLOCK), math.ceil(width / BLOCK)
    origins = _grid(rows, columns, polygon) * BLOCK
    middle = signed_distance(origins.view(-1, 2) + BLOCK / 2, polygon) - grow
    blocks = (middle < 0).to(polygon)[:, None].repeat(1, BLOCK * BLOCK)
    edge = (middle.abs() < ramp / 2 + BLOCK * math.sqrt(0.5)).nonzero()[:, 0]
    pixels = origins.view(-1, 1, 2)[edge] + _grid(BLOCK, BLOCK, polygon).view(1, -1, 2) + 0.5
    distance = signed_distance(pixels.view(-1, 2), polygon) - grow
    blocks[edge] = smoothstep(0.5 - distance / ramp).view(-1, BLOCK * BLOCK)
    mask = blocks.view(rows, columns, BLOCK, BLOCK).transpose(1, 2).reshape(rows * BLOCK, columns * BLOCK)
    return mask[:height, :width]


def _grid(rows: int, columns: int, like: Tensor) -> Tensor:
    """Integer positions [rows, columns, 2] as (x, y)."""
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    return torch.stack((x, y), -1).to(like)


def signed_distance(points: Tensor, polygon: Tensor) -> Tensor:
    """Distance in pixels from points [P, 2] to the outline of polygon [N, 2], negative inside (non-zero winding)."""
    size = max(1, CHUNK // len(polygon))
    return torch.cat([_signed_distance(part, polygon) for part in points.split(size)]) if len(points) else points[:, 0]


def _signed_distance(points: Tensor, polygon: Tensor) -> Tensor:
    edge_x, edge_y = (polygon.roll(-1, 0) - polygon).T[..., None]  # edges by points: what is summed runs along memory
    x, y = points.T.contiguous()[:, None] - polygon.T[..., None]
    along = (x * edge_x).addcmul_(y, edge_y).div_((edge_x**2 + edge_y**2).clamp_min(1e-12)).clamp_(0, 1)
    side = edge_x * y - edge_y * x
    below_start, below_end = y >= 0, y >= edge_y
    away_x, away_y = x.addcmul_(along, edge_x, value=-1), y.addcmul_(along, edge_y, value=-1)
    distance = away_x.square_().addcmul_(away_y, away_y).amin(0).sqrt_()
    winding = (below_start & ~below_end & (side > 0)).sum(0) - (~below_start & below_end & (side < 0)).sum(0)
    return torch.where(winding != 0, -distance, distance)

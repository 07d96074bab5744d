"""Square crops of a picture, rotated and scaled: what the face nets look at.

Pixel coordinates are continuous: the picture spans 0..W and 0..H, the first pixel's centre is at (0.5, 0.5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Square:
    """A square in picture pixels: centre, side, and the clockwise angle (radians) of its upper edge."""

    x: float
    y: float
    side: float
    angle: float = 0.0

    @property
    def reach(self) -> float:
        """Half the side of the upright square around this one."""
        return self.side * (abs(math.cos(self.angle)) + abs(math.sin(self.angle))) / 2

    def to_picture(self, points: Tensor) -> Tensor:
        """Points [..., 2] in the square's own 0..1 coordinates, in picture pixels."""
        u, v = ((points - 0.5) * self.side).unbind(-1)
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return torch.stack((self.x + cos * u - sin * v, self.y + sin * u + cos * v), -1)

    def from_picture(self, points: Tensor) -> Tensor:
        """The inverse of `to_picture`."""
        dx, dy = points[..., 0] - self.x, points[..., 1] - self.y
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return torch.stack((cos * dx + sin * dy, cos * dy - sin * dx), -1) / self.side + 0.5


def surroundings(inside: Tensor, margin: int = 0) -> tuple[slice, slice]:
    """Rows and columns of what is true in a plane [H, W], at least one pixel of it, and `margin` pixels around."""
    rows, columns = (
        slice(max(0, int(places[0]) - margin), min(size, int(places[-1]) + 1 + margin))
        for places, size in zip((inside.any(1).nonzero(), inside.any(0).nonzero()), inside.shape, strict=True)
    )
    return rows, columns


def sample_squares(image: Tensor, squares: list[Square], size: int) -> Tensor:
    """`sample_square` of each square: [N, C, size, size], channels last (narrow nets run twice as fast)."""
    shape = (len(squares), image.shape[1], size, size)
    crops = torch.empty(shape, dtype=image.dtype, device=image.device, memory_format=torch.channels_last)
    for crop, square in zip(crops, squares, strict=True):
        crop.copy_(sample_square(image, square, size)[0])
    return crops


def cut_window(image: Tensor, square: Square, size: int) -> tuple[Tensor, Square]:
    """What `sample_square` reads of `image` [..., H, W], a view, and the square in the view's pixels.

    The view is one empty of pixels where the square does not touch the picture.
    """
    height, width = image.shape[-2:]
    reach = square.reach + 2 * _block(square, size)
    left, right = max(0, int(square.x - reach)), min(width, math.ceil(square.x + reach))
    top, bottom = max(0, int(square.y - reach)), min(height, math.ceil(square.y + reach))
    window = image[..., top : max(top, bottom), left : max(left, right)]
    return window, replace(square, x=square.x - left, y=square.y - top)


def _block(square: Square, size: int) -> int:
    """Pixels along a side that are averaged before a square is sampled."""
    return max(1, int(square.side / size))


def sample_square(image: Tensor, square: Square, size: int) -> Tensor:
    """Resample `square` of `image` [1, C, H, W] to [1, C, size, size]; black outside the picture.

    A large square is averaged over whole pixel blocks first, so that nothing aliases; then bilinear.
    """
    block = _block(square, size)
    window, square = cut_window(image, square, size)
    if 0 in window.shape:
        return image.new_zeros(1, image.shape[1], size, size)
    if block > 1:
        window = _block_means(window, block)
    return F.grid_sample(window, _grid(square, size, window, block), "bilinear", "zeros", align_corners=False)


def _block_means(planes: Tensor, block: int) -> Tensor:
    """Means [B, C, h, w] of blocks of planes [B, C, H, W]; those at the end may be smaller."""
    if block == 2 and planes.shape[-1] % 2 == planes.shape[-2] % 2 == 0:  # for which pooling takes four times as long
        pairs = planes[..., ::2, :] + planes[..., 1::2, :]
        return (pairs[..., ::2] + pairs[..., 1::2]).mul_(0.25)
    return F.avg_pool2d(planes, block, ceil_mode=True, count_include_pad=False)


def _grid(square: Square, size: int, window: Tensor, block: int) -> Tensor:
    """Where the pixels of a square lie in a window of averaged blocks, [1, size, size, 2] as `grid_sample` counts.

    In memory as planes of x and of y: arithmetic then runs along rows.
    """
    extent = torch.tensor((window.shape[-1], window.shape[-2])) * block
    edges = square.to_picture(torch.tensor(((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))) * 2 / extent - 1
    corner, right, down = edges.to(window)[..., None, None]
    steps = _steps(size, window.device)
    return (corner + steps[:, None] * (down - corner) + steps * (right - corner)).movedim(0, -1)[None]


@cache
def _steps(size: int, device: torch.device) -> Tensor:
    """Middles of so many pixels along a side of 1."""
    return (torch.arange(size, device=device, dtype=torch.float32) + 0.5) / size

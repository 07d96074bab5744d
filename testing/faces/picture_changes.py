"""What can be done to a picture without changing what it shows, and where its points go then."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Change:
    """What is done to a picture [1, C, H, W], and where points [N, 2] of its result lie in the picture itself."""

    picture: Callable[[Tensor], Tensor]
    back: Callable[[Tensor, int, int], Tensor]  # points, height, width of the picture
    mirrors: bool = False


def scaled(factor: float) -> Change:
    """Bilinear, anti-aliased; sides rounded to whole pixels."""

    def sizes(height: int, width: int) -> tuple[int, int]:
        return round(height * factor), round(width * factor)

    def picture(image: Tensor) -> Tensor:
        return F.interpolate(image, sizes(*image.shape[2:]), mode="bilinear", antialias=True)

    def back(points: Tensor, height: int, width: int) -> Tensor:
        new_height, new_width = sizes(height, width)
        return points * torch.tensor((width / new_width, height / new_height))

    return Change(picture, back)


def turned(degrees: float) -> Change:
    """Clockwise around the centre of a square canvas that holds every corner; black outside the picture."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = torch.tensor(((cos, sin), (-sin, cos)))  # from the result's offsets to the picture's

    def picture(image: Tensor) -> Tensor:
        height, width = image.shape[2:]
        side = math.ceil(math.hypot(height, width))
        steps = torch.arange(side) + 0.5 - side / 2
        y, x = torch.meshgrid(steps, steps, indexing="ij")
        grid = torch.stack((x, y), -1) @ turn.T * torch.tensor((2 / width, 2 / height))
        return F.grid_sample(image, grid[None], mode="bilinear", padding_mode="zeros", align_corners=False)

    def back(points: Tensor, height: int, width: int) -> Tensor:
        return (points - math.ceil(math.hypot(height, width)) / 2) @ turn.T + torch.tensor((width / 2, height / 2))

    return Change(picture, back)


def mirrored() -> Change:
    return Change(
        lambda image: image.flip(-1),
        lambda points, _, width: torch.stack((width - points[:, 0], points[:, 1]), -1),
        mirrors=True,
    )


def padded(left: int, right: int, top: int, bottom: int) -> Change:
    """Black borders in pixels; below zero pixels are cut off."""
    return Change(
        lambda image: F.pad(image, (left, right, top, bottom)),
        lambda points, _height, _width: points - torch.tensor((float(left), float(top))),
    )

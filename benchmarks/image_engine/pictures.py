"""What the image engine is measured on: noise and a photograph, in any size, in eight bits."""

from __future__ import annotations

import torch
from skimage.data import astronaut
from torch import Tensor


def photo(height: int, width: int | None = None) -> Tensor:
    """NASA's astronaut picture (public domain), mirrored to fill [1, 3, H, W], so that detail stays at pixel size."""
    pixels = torch.from_numpy(astronaut()).movedim(-1, 0)[None].float() / 255
    rows, columns = (_mirrored(size, 512) for size in (height, width or height))
    return pixels[..., rows, :][..., columns].contiguous()


def noise(height: int, width: int | None = None) -> Tensor:
    """[1, 3, H, W]: every value is drawn on its own from 0..255, divided by 255."""
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (1, 3, height, width or height), generator=generator).float() / 255


PICTURES = {"photo": photo, "noise": noise}


def face_like_mask(height: int, width: int) -> Tensor:
    """MASK [1, H, W]: an ellipse of a portrait's size, 1 in the middle, soft at its edge."""
    rows = torch.linspace(-1, 1, height)[:, None]
    columns = torch.linspace(-1, 1, width)
    distance = ((rows / 0.5).square() + (columns / 0.4).square()).sqrt()
    return ((1.1 - distance) / 0.2).clamp(0, 1)[None]


def as_image(planes: Tensor) -> Tensor:
    """[B, C, H, W] as ComfyUI's IMAGE [B, H, W, C]."""
    return planes.movedim(1, -1).contiguous()


def _mirrored(size: int, period: int) -> Tensor:
    index = torch.arange(size) % (2 * period)
    return torch.minimum(index, 2 * period - 1 - index)

"""Pictures that tests are made with."""

from __future__ import annotations

import torch
from torch import Tensor


def make_picture(height: int, width: int, frames: int = 1, seed: int = 0) -> Tensor:
    """[frames, 3, height, width] in 0..1: soft ramps, hard edges, a bright spot and a little noise."""
    generator = torch.Generator().manual_seed(seed)
    y = torch.linspace(0, 1, height)[:, None].expand(height, width)
    x = torch.linspace(0, 1, width)[None, :].expand(height, width)
    stripes = ((x * 8).floor() % 2) * 0.4
    spot = ((x - 0.7) ** 2 + (y - 0.3) ** 2 < 0.01).float()
    planes = torch.stack([0.2 + 0.4 * x, 0.2 + 0.4 * y, 0.1 + stripes])
    planes = torch.maximum(planes, spot)
    noise = torch.rand(frames, 3, height, width, generator=generator) - 0.5
    return (planes + 0.05 * noise).clamp(0, 1)

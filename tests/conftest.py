"""Fixtures of the whole suite: pictures with structure, and the pack loaded into the real ComfyUI."""

from __future__ import annotations

import host_in_process
import pytest
import torch
from torch import Tensor

torch.set_num_threads(1)  # several times faster on small pictures than two threads, and the same everywhere


@pytest.fixture(scope="session")
def pack():
    """The pack as ComfyUI imports it, in this process, on the real host (CPU)."""
    return host_in_process.load_pack()


@pytest.fixture
def picture() -> Tensor:
    return make_picture(48, 64)


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

"""Pictures for the measurements of features: photographs, random textures, and composites with known outlines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from testing.portraits import single_portraits

TUNING = ("astronaut", "coffee", "rocket", "texture 1")  # every constant was chosen on these ...
REPORTED = ("chelsea", "camera", "motorcycle_left", "texture 11", "texture 12")  # ... and none on these
TUNING_PORTRAITS, REPORTED_PORTRAITS = (3, 9, 15), (1, 6, 12, 18)
TUNING_SCENES, REPORTED_SCENES = 0, 1  # seeds of composites
TEXTURES = ("brick", "grass", "gravel")
LONGEST = 1400


def picture(name: str) -> Tensor:
    """[1, 3, H, W] sRGB: a picture of skimage.data, or "texture SEED"."""
    if name.startswith("texture"):
        return _texture(int(name.split()[1]))
    from skimage import data, io

    path = next(Path(data.__path__[0]).glob(f"{name}.*"))
    values = torch.from_numpy(io.imread(path).copy()).float() / 255
    values = values[..., None].expand(-1, -1, 3) if values.ndim == 2 else values[..., :3]
    return values.movedim(-1, 0)[None].contiguous()


def portraits(numbers: tuple[int, ...]) -> list[Tensor]:
    """Some of the annotated pictures with one face, at most LONGEST pixels long."""
    chosen = [each.image[:, :3] for k, each in enumerate(single_portraits()) if k in numbers]
    return [
        interpolate(each, scale_factor=LONGEST / max(each.shape), mode="bilinear", antialias=True)
        if max(each.shape) > LONGEST
        else each
        for each in chosen
    ]


def composites(count: int, seed: int, names: tuple[str, ...], size: int = 320) -> Iterator[tuple[Tensor, Tensor]]:
    """Pictures [1, 3, size, size] of one photograph or texture laid over another, and the masks [1, 1, size, size]."""
    generator = torch.Generator().manual_seed(seed)

    def uniform() -> float:
        return float(torch.rand((), generator=generator))

    def part() -> Tensor:
        sources = [name for name in names if not name.startswith("texture")] + list(TEXTURES)
        whole = picture(sources[int(uniform() * len(sources))])
        side = min(size, *whole.shape[-2:])
        top, left = (int(uniform() * (length - side + 1)) for length in whole.shape[-2:])
        return interpolate(
            whole[..., top : top + side, left : left + side], (size, size), mode="bilinear", antialias=True
        )

    across = (torch.arange(size) + 0.5) / size
    for _ in range(count):
        over, under = part(), part()
        y, x = across[:, None] - (0.35 + 0.3 * uniform()), across - (0.35 + 0.3 * uniform())
        angle, turn, other_turn = torch.atan2(y, x), 2 * math.pi * uniform(), 2 * math.pi * uniform()
        wave = 1 + 0.18 * torch.cos(3 * angle + turn) + 0.12 * torch.cos(5 * angle + other_turn)
        mask = (torch.hypot(y, x) < (0.18 + 0.14 * uniform()) * wave).float()[None, None]
        yield over * mask + under * (1 - mask), mask


def _texture(seed: int, height: int = 300, width: int = 420) -> Tensor:
    """Noise of all scales in three channels."""
    generator = torch.Generator().manual_seed(seed)
    total = torch.zeros(1, 3, height, width)
    for level in range(1, 7):
        noise = torch.randn(1, 3, (height * 2**level) >> 8, (width * 2**level) >> 8, generator=generator)
        total += interpolate(noise, (height, width), mode="bilinear") / 2 ** (0.7 * level)
    return ((total - total.mean()) / total.std() * 0.2 + 0.5).clamp(0, 1)

"""Ways to make a picture worse in steps, from just visible to strong, for `benchmarks.quality_ladder`.

A picture is [1, 3, H, W] sRGB in whole levels of 255, before and after; lengths are in pixels.
"""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Callable
from itertools import combinations

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import conv2d, interpolate, pad

from softfocus.color import linear_to_srgb, srgb_to_linear
from softfocus.filters.gaussian import gaussian_blur
from testing.portraits import to_tensor

SHARPENED_PX = 1.2  # sigma of the unsharp mask
ANGLES = 8  # directions of motion, one a picture


def seed_of(name: str) -> int:
    return zlib.crc32(name.encode())


def blurred(image: Tensor, sigma: float, name: str) -> Tensor:
    return gaussian_blur(image, sigma)


def noisy(image: Tensor, levels: float, name: str) -> Tensor:
    """White noise, independent in each channel; the same for a name at every level."""
    noise = np.random.default_rng(seed_of(name)).standard_normal(tuple(image.shape), dtype=np.float32)
    return image + levels / 255 * torch.from_numpy(noise)


def compressed(image: Tensor, quality: float, name: str) -> Tensor:
    file = io.BytesIO()
    pixels = (image[0] * 255).round().byte().movedim(0, -1).numpy()
    Image.fromarray(pixels).save(file, "JPEG", quality=int(quality))
    return to_tensor(Image.open(file).convert("RGB"))


def enlarged(image: Tensor, percent: float, name: str) -> Tensor:
    """Made smaller with anti-aliasing and brought back to its size, both bicubic."""
    size = image.shape[-2:]
    small = interpolate(image, [max(1, round(side * percent / 100)) for side in size], mode="bicubic", antialias=True)
    return interpolate(small, size, mode="bicubic")


def moved(image: Tensor, length: float, name: str) -> Tensor:
    """Motion in a straight line at an even speed, in a direction that goes by the name."""
    angle = math.pi * (seed_of(name) % ANGLES) / ANGLES
    reach = math.ceil(length / 2) + 1
    places = torch.linspace(-length / 2, length / 2, 16 * (2 * reach + 1))
    kernel = torch.zeros(2 * reach + 1, 2 * reach + 1)
    across, down = (reach + places * share for share in (math.cos(angle), math.sin(angle)))
    column, row = across.floor().long(), down.floor().long()
    for dy in (0, 1):
        for dx in (0, 1):  # bilinear shares of each place on the line
            share = (1 - (across - column - dx).abs()) * (1 - (down - row - dy).abs())
            kernel.index_put_((row + dy, column + dx), share, accumulate=True)
    planes = pad(image, (reach,) * 4, mode="reflect").movedim(1, 0)
    return conv2d(planes, (kernel / kernel.sum())[None, None]).movedim(0, 1)


def overexposed(image: Tensor, stops: float, name: str) -> Tensor:
    return linear_to_srgb((srgb_to_linear(image) * 2**stops).clamp(0, 1))


def oversharpened(image: Tensor, amount: float, name: str) -> Tensor:
    return image + amount * (image - gaussian_blur(image, SHARPENED_PX))


DISTORTIONS: dict[str, tuple[str, Callable[[Tensor, float, str], Tensor], tuple[float, ...]]] = {
    "Gaussian blur": ("sigma, px", blurred, (0.5, 0.9, 1.5, 2.5, 4)),
    "white noise": ("deviation, /255", noisy, (2, 5, 10, 20, 40)),
    "JPEG": ("quality", compressed, (75, 50, 30, 15, 7)),
    "low resolution": ("% of the size", enlarged, (75, 55, 40, 28, 18)),
    "motion blur": ("length, px", moved, (2, 4, 7, 12, 20)),
    "over-exposure": ("stops", overexposed, (0.5, 1, 1.5, 2, 3)),
    "oversharpening": ("amount", oversharpened, (0.5, 1, 2, 3.5, 6)),
}


def ladder(image: Tensor, distortion: str, name: str) -> list[Tensor]:
    """The untouched picture and its steps, each in whole levels."""
    _, make, levels = DISTORTIONS[distortion]
    return [image] + [(make(image, level, name).clamp(0, 1) * 255).round() / 255 for level in levels]


PLACES = 4  # decimals beyond which values tie


def preferred(values: list[float]) -> float:
    """Share of the pairs in which the earlier value is the larger; ties count half."""
    pairs = list(combinations([round(value, PLACES) for value in values], 2))
    return sum(1.0 if better > worse else 0.5 * (better == worse) for better, worse in pairs) / len(pairs)

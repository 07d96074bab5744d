"""Ways to sharpen a picture without a source, each with one scale and one strength; strength 0 changes nothing."""

from __future__ import annotations

import math
from collections.abc import Callable

import kornia
import numpy as np
import skimage.filters
import torch
from torch import Tensor
from torch.nn.functional import pad

from softfocus.sharpen import feature_sharpen
from testing.host_nodes import HOST_SHARPEN, call

Method = Callable[[Tensor, float, float], Tensor]
STRONGEST = 8.0


def ours(image: Tensor, scale_px: float, strength: float) -> Tensor:
    return feature_sharpen(image, amount=strength, radius_px=scale_px).image


def unsharp_kornia(image: Tensor, scale_px: float, strength: float) -> Tensor:
    """kornia has no strength: its change is scaled."""
    size = 2 * math.ceil(3 * scale_px) + 1
    sharp = kornia.filters.unsharp_mask(image, (size, size), (scale_px, scale_px))
    return torch.lerp(image, sharp, strength).clamp(0, 1)


def unsharp_skimage(image: Tensor, scale_px: float, strength: float) -> Tensor:
    """Channels first: given them last, skimage 0.26 takes rows for channels and leaves most of its result unwritten."""
    frames = [skimage.filters.unsharp_mask(frame, scale_px, strength, channel_axis=0) for frame in image.numpy()]
    return torch.from_numpy(np.stack(frames))


def image_sharpen(image: Tensor, scale_px: float, strength: float) -> Tensor:
    """The host's node; its sigma is in units of its radius, and its alpha counts ten times the centre of the kernel."""
    radius = math.ceil(2 * scale_px)
    arguments = {"sharpen_radius": radius, "sigma": scale_px / radius, "alpha": strength / 10}
    return call(HOST_SHARPEN, image=image.movedim(1, -1).contiguous(), **arguments)[0].movedim(-1, 1)


def contrast_adaptive(image: Tensor, scale_px: float, strength: float) -> Tensor:
    """AMD's CAS (Lottes 2019, MIT) on sRGB values, its sharpness at 1 and its change scaled; it has one scale.

    A pixel and its four neighbours are weighted 1 and -a / 5, with a the square root of the room that the least and the
    greatest of them leave to black and white, against the greatest.
    """
    padded = pad(image, (1, 1, 1, 1), mode="replicate")
    around = [padded[..., :-2, 1:-1], padded[..., 2:, 1:-1], padded[..., 1:-1, :-2], padded[..., 1:-1, 2:]]
    stacked = torch.stack([image, *around])
    low, high = stacked.amin(0), stacked.amax(0)
    weight = torch.minimum(low, 1 - high).div(high.clamp_min(1e-6)).clamp(0, 1).sqrt() / -5
    sharp = (image + weight * (stacked[1:].sum(0))) / (1 + 4 * weight)
    return torch.lerp(image, sharp, strength).clamp(0, 1)


METHODS: dict[str, Method] = {
    "ours": ours,
    "unsharp mask, kornia": unsharp_kornia,
    "unsharp mask, skimage": unsharp_skimage,
    "ImageSharpen of the host": image_sharpen,
    "CAS": contrast_adaptive,
}
ONE_SCALE = {"CAS"}


def scales(name: str, choices: tuple[float, ...]) -> tuple[float, ...]:
    return choices[:1] if name in ONE_SCALE else choices


def strongest_below(gain: Callable[[float], float], limit: float, steps: int = 12) -> float:
    """The greatest strength in 0..STRONGEST at which a gain that grows with it stays at or below the limit."""
    if gain(STRONGEST) <= limit:
        return STRONGEST
    low, high = 0.0, STRONGEST
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (middle, high) if gain(middle) <= limit else (low, middle)
    return low

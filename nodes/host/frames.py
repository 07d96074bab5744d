"""A chunk of frames as the imaging library takes it: planes of one size on one device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from .layouts import resized

CLEAR = 0.01  # alpha below which a resized pixel has no color of its own


@dataclass(frozen=True)
class Frames:
    """A chunk of consecutive frames, float32, every value finite.

    Attributes:
        first: index of the chunk's first frame within the batch.
        rgb: [B, 3, H, W] sRGB, usually 0..1; HDR values above 1 are passed on.
        alpha: [B, 1, H, W] in 0..1, or None for a picture without alpha.
        masks: [B, 1, H, W] in 0..1, or None where the socket is not connected.
        images: [B, 3, H, W] like rgb and of its size, or None where the socket is not connected.
    """

    first: int
    rgb: Tensor
    alpha: Tensor | None
    masks: Mapping[str, Tensor | None]
    images: Mapping[str, Tensor | None]

    def __len__(self) -> int:
        return len(self.rgb)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.rgb.shape[-2], self.rgb.shape[-1]

    def resized(self, size: tuple[int, int]) -> Frames:
        """The same frames at another (height, width)."""
        return Frames(
            self.first,
            resized_picture(self.rgb, self.alpha, size),
            None if self.alpha is None else resized(self.alpha, size, "bilinear"),
            {name: None if mask is None else resized(mask, size, "bilinear") for name, mask in self.masks.items()},
            {name: None if other is None else resized(other, size, "bicubic") for name, other in self.images.items()},
        )

    def on(self, device: torch.device) -> Frames:
        """The same frames on another device."""
        return Frames(
            self.first,
            self.rgb.to(device),
            None if self.alpha is None else self.alpha.to(device),
            {name: None if mask is None else mask.to(device) for name, mask in self.masks.items()},
            {name: None if other is None else other.to(device) for name, other in self.images.items()},
        )


def resized_picture(rgb: Tensor, alpha: Tensor | None, size: tuple[int, int]) -> Tensor:
    """RGB planes [B, 3, H, W] at another size; what is transparent gives no color to its surroundings."""
    if alpha is None or rgb.shape[-2:] == size:
        return resized(rgb, size, "bicubic")
    weight = resized(alpha, size, "bicubic")
    weighted = resized(rgb * alpha, size, "bicubic")
    # Clear pixels keep the color that they hide.
    return (weighted / weight.clamp(min=CLEAR)).where(weight > CLEAR, resized(rgb, size, "bicubic"))

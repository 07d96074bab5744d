"""What the pack asks of a vision encoder."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor


class FeatureEncoder(Protocol):
    """A network that turns a square picture into a coarse map of features.

    name: for people, "CLIP vision, 24 layers, patch 14".
    patch: input pixels per feature.
    side: the input's side in pixels, a multiple of patch.
    """

    name: str
    patch: int
    side: int

    def encode(self, images: Tensor) -> Tensor:
        """[N, 3, side, side] sRGB 0..1 to [N, C, side // patch, side // patch] float32; pictures are independent."""
        ...

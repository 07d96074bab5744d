"""Photographs whose alpha was measured: the 27 training pictures of alphamatting.com (Rhemann et al., CVPR 2009).

They state no licence and are not fetched by anything here: SOFTFOCUS_MATTING names a folder that holds them in low
resolution, as `dataset/` of github.com/xuzhesong/Matting does. Constants are chosen on TUNING only; HELD is run once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from scipy.ndimage import binary_dilation, binary_erosion
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, interpolate

from testing.portraits import to_tensor

TUNING = tuple(f"GT{number:02d}" for number in range(1, 14))
HELD = tuple(f"GT{number:02d}" for number in range(14, 28))
KINDS = ("coarse", "grown", "shrunk")
COARSER = 8
MOVED = 0.012  # of the diagonal: how far the edge of a grown or shrunk mask lies from the truth's


@dataclass(frozen=True)
class Photograph:
    """image [1, 3, H, W] sRGB; alpha [1, 1, H, W]; two trimaps [1, 1, H, W] of 0, 0.5 (unknown) and 1."""

    name: str
    image: Tensor
    alpha: Tensor
    trimaps: tuple[Tensor, ...]


def folder() -> Path | None:
    """Where the photographs lie, or None if the environment names no folder."""
    named = os.environ.get("SOFTFOCUS_MATTING")
    return Path(named) if named else None


def photographs(names: Sequence[str] = TUNING) -> Iterator[Photograph]:
    """The photographs by name."""
    root = folder()
    if root is None:
        raise FileNotFoundError("SOFTFOCUS_MATTING names no folder with the photographs of alphamatting.com")
    for name in names:
        image = to_tensor(Image.open(root / "input_training_lowres" / f"{name}.png").convert("RGB"))
        alpha = _plane(root / "gt_training_lowres" / f"{name}.png")
        trimaps = [_plane(root / "trimap_training_lowres" / f"Trimap{level}" / f"{name}.png") for level in (1, 2)]
        yield Photograph(name, image, alpha, tuple(_levels(each) for each in trimaps))


def _plane(path: Path) -> Tensor:
    return to_tensor(Image.open(path).convert("RGB"))[:, :1]


def _levels(plane: Tensor) -> Tensor:
    return torch.where(plane < 0.1, 0.0, torch.where(plane > 0.9, 1.0, 0.5))


def made_mask(alpha: Tensor, kind: str) -> Tensor:
    """A mask [1, 1, H, W] as segmenters and people make it of a true alpha [1, 1, H, W].

    Args:
        kind: "coarse" (8 x smaller, thresholded, enlarged), "grown" or "shrunk" (by MOVED).
    """
    height, width = alpha.shape[-2:]
    if kind == "coarse":
        small = adaptive_avg_pool2d(alpha, (height // COARSER, width // COARSER)) > 0.5
        return interpolate(small.float(), (height, width), mode="bilinear", align_corners=False)
    body = alpha[0, 0].numpy() > 0.5
    disc = _disc(MOVED * float(np.hypot(height, width)))
    moved = binary_dilation(body, disc) if kind == "grown" else binary_erosion(body, disc, border_value=1)
    return torch.from_numpy(moved)[None, None].float()


def _disc(radius: float) -> np.ndarray:
    reach = int(np.ceil(radius))
    row, column = np.indices((2 * reach + 1, 2 * reach + 1)) - reach
    return row**2 + column**2 <= radius**2

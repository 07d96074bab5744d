"""What happens to a drawn scene between the subject and the file: motion while the shutter is open, and JPEG."""

from __future__ import annotations

import io

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from testing.matting.canvas import Array

VARIANTS = ("plain", "motion blur", "holes", "JPEG")
MOVED = (0.02, 0.045)  # of the side: how far the subject moves
QUALITY = 75


def move(rng: np.random.Generator, color: Array, alpha: Array, loose: Array) -> tuple[Array, Array, Array]:
    """A subject that moved evenly along a line while it was seen.

    Args:
        color [S, S, 3], alpha, loose [S, S]: as `Canvas` gives them, 0..1. Beyond the border they go on as at it.

    Returns:
        The same, blurred: opacity and colour times opacity are averaged over the way.
    """
    way = _line(rng.uniform(*MOVED) * len(alpha), rng.uniform(0, np.pi))
    planes = np.concatenate([color * alpha[..., None], alpha[..., None], loose[..., None]], 2)
    blurred = np.clip(cv2.filter2D(planes, -1, way, borderType=cv2.BORDER_REPLICATE), 0, 1)
    covered, opacity, hair = blurred[..., :3], blurred[..., 3], blurred[..., 4]
    seen = np.where(opacity < 1e-6, 0, opacity)  # what rounding leaves far from the subject
    own = np.clip(covered / np.maximum(seen, 1e-6)[..., None], 0, 1)
    return np.where(seen[..., None] > 0, own, color), seen, np.minimum(hair, seen)


def _line(length_px: float, angle: float) -> Array:
    """A kernel [K, K] of sum 1: the line of that length through its centre."""
    reach = int(np.ceil(length_px / 2)) + 1
    along = np.linspace(-0.5, 0.5, 8 * reach + 1) * length_px
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
    for x, y in np.stack([np.cos(angle) * along, np.sin(angle) * along], 1) + reach:
        left, top = int(np.floor(x)), int(np.floor(y))
        across, down = x - left, y - top
        kernel[top : top + 2, left : left + 2] += np.outer((1 - down, down), (1 - across, across))
    return kernel / kernel.sum()


def as_jpeg(image: Tensor) -> Tensor:
    """The picture [1, 3, H, W], 0..1, as a JPEG of QUALITY gives it back."""
    pixels = (image[0].movedim(0, -1) * 255).round().clamp(0, 255).byte().numpy()
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=QUALITY)
    back = np.array(Image.open(file).convert("RGB"))
    return torch.from_numpy(back).movedim(-1, 0)[None].to(image) / 255

"""Gaussian blurs of other libraries, called as each of them likes its data."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import kornia
import numpy as np
import scipy.ndimage
import skimage.filters
from torch import Tensor
from torchvision.transforms.v2 import functional as torchvision

from softfocus.filters.gaussian import gaussian_blur

LIBRARIES = ("cv2", "torchvision", "kornia", "scipy", "skimage")
TRUNCATE = 4.0  # half width of every kernel, in sigmas


def methods(image: Tensor, sigma: float) -> dict[str, Callable[[], object]]:
    """Ours and the others on [B, C, H, W] float32; numpy libraries take the frames one by one, channels last.

    torchvision is left out where its border (reflection) cannot reach as far as the kernel.
    """
    frames = [np.ascontiguousarray(frame.movedim(0, -1).numpy()) for frame in image]
    reach = math.ceil(TRUNCATE * sigma)
    taps = 2 * reach + 1
    sigmas = (sigma, sigma)

    def each(blur: Callable[[np.ndarray], np.ndarray]) -> Callable[[], object]:
        return lambda: [blur(frame) for frame in frames]

    found: dict[str, Callable[[], object]] = {
        "ours": lambda: gaussian_blur(image, sigma),
        "cv2": each(lambda frame: cv2.GaussianBlur(frame, (taps, taps), sigma, borderType=cv2.BORDER_REFLECT)),
        "torchvision": lambda: torchvision.gaussian_blur(image, [taps, taps], list(sigmas)),
        "kornia": lambda: kornia.filters.gaussian_blur2d(image, (taps, taps), sigmas, "replicate", separable=True),
        "scipy": each(lambda frame: scipy.ndimage.gaussian_filter(frame, (*sigmas, 0), truncate=TRUNCATE)),
        "skimage": each(lambda frame: skimage.filters.gaussian(frame, sigma, truncate=TRUNCATE, channel_axis=-1)),
    }
    if reach >= min(image.shape[-2:]):
        del found["torchvision"]
    return found

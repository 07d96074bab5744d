"""Light as an effect spreads it: around a point, across an edge, and beside a bar on film."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.fft import dct
from torch import Tensor

from softfocus.color import linear_to_srgb, srgb_to_linear
from softfocus.filters.gaussian import gaussian_blur

Array = NDArray[np.float64]
Effect = Callable[[Tensor], tuple[Tensor, Tensor]]  # from a picture to the picture with its glow, and what was added
SLANT = math.tan(math.radians(5))
DARK, BRIGHT = 0.05, 0.4  # linear light of the edge: no shoulder acts


def around_a_point(effect: Effect, shape: tuple[int, int]) -> Array:
    """Light added [3, H, W] by a point of light 1 in pixel (H // 2, W // 2), black elsewhere."""
    image = torch.zeros(1, 3, *shape)
    image[..., shape[0] // 2, shape[1] // 2] = 1
    return srgb_to_linear(effect(image)[1])[0].double().numpy()


def edge_transfer(effect: Effect, shape: tuple[int, int], cycles: Sequence[float]) -> Array:
    """Modulation transfer of each channel at about so many cycles a diagonal, and the true cycles: [frequencies, 4].

    From a slanted edge. With half-sample symmetric borders a symmetric point spread multiplies the cosine transform.
    """
    height, width = shape
    places = torch.arange(width) + 0.5 - width / 2 - SLANT * (torch.arange(height)[:, None] + 0.5 - height / 2)
    light = DARK + (BRIGHT - DARK) * (places + 0.5).clamp(0, 1)
    image = linear_to_srgb(light).expand(1, 3, -1, -1)
    before, after = (srgb_to_linear(each)[0].double().mean(1).numpy() for each in (image, effect(image)[0]))
    spectra = [dct(each, axis=-1) for each in (before, after)]
    waves = 2 * width / math.hypot(height, width)  # of the cosine transform in one cycle a diagonal
    rows = []
    for wanted in (round(each * waves) for each in cycles):
        near = np.arange(max(1, wanted - 2), wanted + 3)
        at = near[np.abs(spectra[0][0, near]).argmax()]  # an edge in the middle has no light at every second one
        rows.append(np.append(spectra[1][:, at] / spectra[0][:, at], at / waves))
    return np.stack(rows)


def bar(height: int, width: int) -> Tensor:
    """A white bar, slanted, on black, [1, 3, H, W] sRGB; its right edge crosses the middle of the middle row."""
    places = torch.arange(width) + 0.5 - width / 2 - SLANT * (torch.arange(height)[:, None] + 0.5 - height / 2)
    light = (places + width / 6 + 0.5).clamp(0, 1) * (0.5 - places).clamp(0, 1)
    return linear_to_srgb(light).expand(1, 3, -1, -1).contiguous()


def red_over_blue(effect: Callable[[Tensor, float], Tensor], shape: tuple[int, int], distances: list[int]) -> Array:
    """Beside the bar's right edge, in linear light: of what halation 1 adds, and the bar blurred by .05 %.

    Args:
        effect: the picture at a strength of halation.
    """
    image = bar(*shape)
    light = srgb_to_linear(effect(image, 1.0)) - srgb_to_linear(effect(image, 0.0))
    light += gaussian_blur(srgb_to_linear(image), math.hypot(*shape) * 0.0005)
    row = light[0, :, shape[0] // 2].double().numpy()
    at = [shape[1] // 2 + distance for distance in distances]
    return row[0, at] / row[2, at]

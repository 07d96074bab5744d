"""Transfer functions and luminance of sRGB pictures.

Sources: IEC 61966-2-1 (sRGB), with the odd extension of scRGB (IEC 61966-2-2) to negative values
and to values above 1; ITU-R BT.709 luminance weights.
"""

from __future__ import annotations

import re

import torch
from torch import Tensor

BT709_WEIGHTS = (0.2126, 0.7152, 0.0722)

_HEX_COLOR = re.compile(r"#?([0-9a-fA-F]{6})")


def srgb_to_linear(encoded: Tensor) -> Tensor:
    """Decode sRGB to linear light, element by element; any shape, any finite value.

    The curve is continued oddly below 0, so that differences of light survive the round trip.
    """
    magnitude = encoded.abs()
    curved = ((magnitude + 0.055) / 1.055).pow(2.4)
    return torch.where(magnitude <= 0.04045, encoded / 12.92, torch.copysign(curved, encoded))


def linear_to_srgb(linear: Tensor) -> Tensor:
    """Encode linear light as sRGB: the inverse of `srgb_to_linear`, on the same domain."""
    magnitude = linear.abs()
    curved = 1.055 * magnitude.pow(1 / 2.4) - 0.055
    return torch.where(magnitude <= 0.0031308, linear * 12.92, torch.copysign(curved, linear))


def luminance(rgb: Tensor) -> Tensor:
    """BT.709 weighted sum of the channels.

    Args:
        rgb: [B, 3, H, W]; linear light gives luminance Y, sRGB values give luma Y'.

    Returns:
        [B, 1, H, W].
    """
    red, green, blue = rgb.unbind(1)
    weights = BT709_WEIGHTS
    return (weights[0] * red + weights[1] * green + weights[2] * blue).unsqueeze(1)


def parse_hex_color(text: str) -> tuple[float, float, float]:
    """Read "#rrggbb" (the # may be missing) as three sRGB values in 0..1.

    Raises:
        ValueError: the text is not six hexadecimal digits.
    """
    match = _HEX_COLOR.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"tint is {text!r}; write a colour as #rrggbb, for example #ffe0c0")
    digits = match.group(1)
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue

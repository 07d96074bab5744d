"""Transfer functions and luminance of sRGB pictures.

Sources: IEC 61966-2-1 (sRGB), with the odd extension of scRGB (IEC 61966-2-2) to negative values
and to values above 1; ITU-R BT.709 luminance weights.
"""

from __future__ import annotations

import re

import torch
from torch import Tensor

from .checks import check_kind
from .device_path import on_device

BT709_WEIGHTS = (0.2126, 0.7152, 0.0722)

ENCODED_JOINT, LINEAR_JOINT = 0.04045, 0.0031308  # where the straight part of the curve ends
ROUNDING = 1e-8  # of the powers at the joint: below it the curve must add nothing, so that black stays black

WHITE = 253.5 / 255  # sRGB from which a channel counts as white: PyAV decodes the white of WebP and AVIF as 254/255
# sRGB up to which light is mixed with its surroundings, nine stops above white. A Gaussian's tail has no end, and
# one pixel of the largest half float, 65504, would show as white at 7 sigma still.
BRIGHTEST = 16.0

_HEX_COLOR = re.compile(r"#?([0-9a-fA-F]{6})")

OKLAB_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
OKLAB_AXES = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def displayable(values: Tensor) -> Tensor:
    """Colors or masks as a screen can show them, the rule for everything that is measured or shown to a net.

    Args:
        values: any shape, any float dtype.

    Returns:
        A copy, clamped to 0..1: NaN and -inf become 0, +inf becomes 1.
    """
    return torch.nan_to_num(values, nan=0.0, posinf=1.0, neginf=0.0).clamp_(0, 1)


def as_displayable(values: Tensor) -> Tensor:
    """`displayable` for those who only read: where it would change nothing, the values themselves and no copy."""
    if values.numel() == 0:
        return values
    low, high = extremes(values)
    return values if low >= 0 and high <= 1 else displayable(values)


def extremes(values: Tensor) -> tuple[float, float]:
    """Least and largest of at least one value, in one wait for a device; NaN, which is in no range, if there is one."""
    low, high = torch.stack(values.aminmax()).tolist()
    return low, high


def srgb_to_linear(encoded: Tensor) -> Tensor:
    """Decode sRGB to linear light, element by element; any shape, any finite value.

    The curve is continued oddly below 0, so that differences of light survive the round trip.
    """
    magnitude = encoded.abs()
    if on_device(encoded):
        curved = _scaled(magnitude, 1 / 1.055, 0.055 / 1.055).pow_(2.4).copysign_(encoded)
        return torch.where(magnitude > ENCODED_JOINT, curved, encoded * (1 / 12.92))
    return _decoded(magnitude).copysign_(encoded)


def displayed_light(encoded: Tensor) -> Tensor:
    """`srgb_to_linear` of values that a screen shows, 0 or more: on a CPU in two passes less, which are for signs."""
    return srgb_to_linear(encoded) if on_device(encoded) else _decoded(encoded)


def _decoded(encoded: Tensor) -> Tensor:
    """Linear light of sRGB values of 0 or more, on a CPU."""
    # The straight part up to the joint plus what the curve adds beyond it: torch.where costs as much as the power.
    curved = raised_(encoded.clamp_min(ENCODED_JOINT).add_(0.055).mul_(1 / 1.055), 2.4)
    curved.sub_(light_of(ENCODED_JOINT) + ROUNDING).clamp_min_(0)
    return curved.add_(encoded.clamp_max(ENCODED_JOINT), alpha=1 / 12.92)


def linear_to_srgb(linear: Tensor) -> Tensor:
    """Encode linear light as sRGB: the inverse of `srgb_to_linear`, on the same domain."""
    magnitude = linear.abs()
    if on_device(linear):
        curved = _scaled(magnitude.pow(1 / 2.4), 1.055, -0.055).copysign_(linear)
        return torch.where(magnitude > LINEAR_JOINT, curved, linear * 12.92)
    curved = raised_(magnitude.clamp_min(LINEAR_JOINT), 1 / 2.4)
    curved.sub_(LINEAR_JOINT ** (1 / 2.4) + ROUNDING).clamp_min_(0).mul_(1.055)
    return curved.add_(magnitude.clamp_max_(LINEAR_JOINT), alpha=12.92).copysign_(linear)


def _scaled(values: Tensor, factor: float, offset: float) -> Tensor:
    """factor * values + offset in one pass."""
    return torch.rsub(values, offset, alpha=-factor)


def raised_(values: Tensor, power: float) -> Tensor:
    """Positive values to a power, in place: one pass on a device; on a CPU three, a third of the time, to 3e-7 here."""
    return values.pow_(power) if on_device(values) else values.log2_().mul_(power).exp2_()


def light_of(encoded: float) -> float:
    """Linear light of one sRGB value, 0 or more."""
    return encoded / 12.92 if encoded < ENCODED_JOINT else ((encoded + 0.055) / 1.055) ** 2.4


def luminance(rgb: Tensor) -> Tensor:
    """BT.709 weighted sum of the channels.

    Args:
        rgb: [B, 3, H, W]; linear light gives luminance Y, sRGB values give luma Y'.

    Returns:
        [B, 1, H, W].
    """
    red, green, blue = rgb.split(1, 1)
    weights = BT709_WEIGHTS
    return (weights[0] * red).add_(green, alpha=weights[1]).add_(blue, alpha=weights[2])


def oklab(rgb: Tensor) -> Tensor:
    """Lightness and two opponent colors of OKLab (Ottosson 2020), [3, ...], of sRGB [3, ...] in 0..1.

    Even steps look about even; greys have no color, and skin a chroma of 0.05 to 0.1.
    """
    to_cones, to_lab = (torch.tensor(rows, device=rgb.device) for rows in (OKLAB_CONES, OKLAB_AXES))
    cones = torch.tensordot(to_cones, srgb_to_linear(rgb), 1)
    return torch.tensordot(to_lab, cones.clamp_min(0) ** (1 / 3), 1)


def parse_hex_color(text: str) -> tuple[float, float, float]:
    """Read "#rrggbb" (the # may be missing) as three sRGB values in 0..1.

    Raises:
        ValueError: the text is not six hexadecimal digits.
        TypeError: it is no text.
    """
    check_kind(text, str, "tint")
    match = _HEX_COLOR.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"tint is {text!r}; write a colour as #rrggbb, for example #ffe0c0")
    digits = match.group(1)
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue

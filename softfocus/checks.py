"""What public functions ask of their arguments: kind, shape, type and range. No pixel is read.

TypeError for what is of another kind altogether, ValueError for the rest; both name the argument, say what came and
what it must be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import torch
from torch import Tensor

LARGEST = 65504.0  # of a value or a factor: of half floats, and so of pictures between nodes


def check_image(image: Tensor, name: str = "image", channels: int | None = 3) -> None:
    """Raise unless `image` is [B, channels, H, W] float32 with at least one pixel a frame; B may be 0."""
    check_kind(image, Tensor, name)
    wanted = f"[B, {'C' if channels is None else channels}, H, W] with at least one pixel"
    if image.ndim != 4 or 0 in image.shape[1:] or channels not in (None, image.shape[1]):
        raise ValueError(f"{name} has shape {tuple(image.shape)}; it must be {wanted}")
    if image.dtype != torch.float32:
        raise ValueError(f"{name} is {image.dtype}; it must be torch.float32")


def fitted(plane: Tensor, image: Tensor, name: str, channels: int = 1) -> Tensor:
    """`plane` [B or 1, channels, H, W] float32 of the image's size and device, as [B, channels, H, W]."""
    check_image(plane, name, channels)
    wanted = (len(image), channels, *image.shape[2:])
    if plane.shape[2:] != image.shape[2:] or len(plane) not in (1, len(image)):
        raise ValueError(f"{name} has shape {tuple(plane.shape)}; it must be {wanted} for this image")
    if plane.device != image.device:
        raise ValueError(f"{name} is on {plane.device}; it must be on {image.device} as the image is")
    return plane.expand(wanted)


def fitted_if_given(plane: Tensor | None, image: Tensor, name: str, channels: int = 1) -> Tensor | None:
    """`fitted`; None stays None."""
    return None if plane is None else fitted(plane, image, name, channels)


def check_number(
    value: float, name: str, least: float = -math.inf, most: float = math.inf, *, above: float = -math.inf
) -> None:
    """Raise unless `value` is a finite number in least..most, and more than `above`."""
    check_kind(value, Real, name)
    if not (math.isfinite(value) and least <= value <= most and value > above):
        limits = [f"above {above:g}"] if above > -math.inf else []
        limits += [f"{least:g} or more"] if least > -math.inf else []
        limits += [f"{most:g} or less"] if most < math.inf else []
        raise ValueError(f"{name} is {value}; it must be {' and '.join(limits or ['finite'])}")


def check_amount(value: float, name: str) -> None:
    """Raise unless `value` is a number in 0..LARGEST."""
    check_number(value, name, 0, LARGEST)


def check_count(value: int, name: str) -> None:
    """Raise unless `value` is a whole number, 0 or more."""
    check_kind(value, Integral, name)
    check_number(value, name, 0)


def check_numbers(
    values: Sequence[float],
    name: str,
    least: float = -math.inf,
    most: float = math.inf,
    *,
    count: int | None = None,
) -> None:
    """Raise unless `values` are so many finite numbers in least..most."""
    check_kind(values, Sequence, name)
    if count not in (None, len(values)):
        raise ValueError(f"{name} is {list(values)}; it must hold {count} numbers")
    for index, value in enumerate(values):
        check_number(value, f"{name}[{index}]", least, most)


def check_kind(value: Any, kind: type, name: str) -> None:
    """Raise unless `value` is one of `kind`."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} is of type {type(value).__name__}; it must be of type {kind.__name__}")


def check_choice(value: str, name: str, choices: Sequence[str]) -> None:
    """Raise unless `value` is one of `choices`."""
    check_kind(value, str, name)
    if value not in choices:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(choices)}")

"""Which of two ways work takes where a processor and a device want different things: few large steps, or small ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor

_forced: bool | None = None


def on_device(tensor: Tensor) -> bool:
    """True off the CPU, or as `forced` says."""
    return tensor.device.type != "cpu" if _forced is None else _forced


@contextmanager
def forced(device: bool) -> Iterator[None]:
    """Everything inside takes the way of a device, or that of the CPU, wherever its tensors lie."""
    global _forced
    before, _forced = _forced, device
    try:
        yield
    finally:
        _forced = before

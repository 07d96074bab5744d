"""Which of two ways to work: what saves passes on a device costs time in a CPU's cache, and the reverse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from torch import Tensor

_forced: ContextVar[bool | None] = ContextVar("forced", default=None)


def on_device(tensor: Tensor) -> bool:
    """Whether few large operations are wanted: off the CPU, or where `forced` says so."""
    forced_to = _forced.get()
    return tensor.device.type != "cpu" if forced_to is None else forced_to


@contextmanager
def forced(device: bool) -> Iterator[None]:
    """Take one of the ways wherever tensors are: for tests and for counting."""
    token = _forced.set(device)
    try:
        yield
    finally:
        _forced.reset(token)

"""Operations and bytes of a function, as an accelerator would run it: no clock, the same on every machine.

Every operation reads and writes its tensors once; views are free, an expanded tensor counts once. OpenCV is taken away,
and so are strips of rows, which a device does not use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

import torch

from softfocus.filters import gaussian, row_strips
from testing.meter import Meter


@contextmanager
def as_on_a_device() -> Iterator[None]:
    with mock.patch.object(gaussian, "_opencv", lambda: None), mock.patch.object(row_strips, "STRIP_VALUES", 1 << 62):
        yield


def measure(work: Callable[[], object]) -> tuple[int, int]:
    """Operations and bytes, after a first run that fills caches."""
    with as_on_a_device(), torch.inference_mode():
        work()
        with Meter() as meter:
            work()
    return meter.operations, meter.bytes

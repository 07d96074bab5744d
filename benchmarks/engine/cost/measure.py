"""Operations and bytes of a function: no clock, so no noise, and the same on every machine.

    measure(lambda: make_look(image, mask)).bytes      as an accelerator would run it
    count(lambda: make_look(image, mask), as_here)     as this machine does

An operation reads and writes its operands once (`traffic.moved`); each is a launch, however small it is and wherever it
runs; compositions count as what they are made of.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any
from unittest import mock

import numpy as np
import torch

from benchmarks.engine.cost.meter import Count, Meter, ways_out
from softfocus.opencv import opencv

BYTES_A_SECOND = 1e12  # of an accelerator's memory
SECONDS_A_LAUNCH = 5e-6


class TensorLeft(AssertionError):
    """A picture left torch, which a device's path never does."""


def measure(work: Callable[[], object]) -> Count:
    """What work does on a device, after a first run that fills caches.

    Raises:
        TensorLeft: more than `meter.FEW` values became an array or a list.
    """
    found = count(work, as_on_a_device)
    if found.left:
        raise TensorLeft("; ".join(dict.fromkeys(found.left)))
    return found


def count(work: Callable[[], object], path: Callable[[Count], AbstractContextManager[None]]) -> Count:
    """What work does on a path, after a first run that fills caches."""
    with torch.inference_mode():
        with path(Count()):
            work()
        found = Count()
        with path(found), ways_out(found), Meter(found):
            work()
    return found


def predicted_ms(
    found: Count, bytes_a_second: float = BYTES_A_SECOND, seconds_a_launch: float = SECONDS_A_LAUNCH
) -> float:
    """Time of launches and traffic one after the other; arithmetic is free."""
    return 1000 * (found.bytes / bytes_a_second + found.operations * seconds_a_launch)


@contextmanager
def as_on_a_device(found: Count) -> Iterator[None]:
    """The device's path, without OpenCV; of the library here, and of the host's copy."""
    with ExitStack() as ways:
        ways.enter_context(_hidden("cv2"))
        for name, module in list(sys.modules.items()):
            if name.endswith("softfocus.device_path"):
                ways.enter_context(module.forced(True))
        yield


@contextmanager
def _hidden(module: str) -> Iterator[None]:
    """`mock.patch.dict` would forget whatever else is imported meanwhile."""
    there = sys.modules.get(module)
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]
        if there is not None:
            sys.modules[module] = there


@contextmanager
def as_here(found: Count) -> Iterator[None]:
    """As the processor runs it: OpenCV's filter is an operation on its arrays. Work of numpy and scipy is not seen."""
    cv2 = opencv("sepFilter2D")
    if cv2 is None:
        yield
        return
    original = cv2.sepFilter2D

    def counted(source: np.ndarray, *args: Any, dst: np.ndarray, **kwargs: Any) -> Any:
        found.operations += 1
        found.bytes += source.nbytes + dst.nbytes
        return original(source, *args, dst=dst, **kwargs)

    with mock.patch.object(cv2, "sepFilter2D", counted):
        yield

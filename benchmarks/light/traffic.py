"""Operations and bytes of a function, as an accelerator would run it: no clock, the same on every machine.

Every operation reads and writes its tensors once; views are free, an expanded tensor counts once. OpenCV is taken away,
and so are strips of rows, which a device does not use.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from softfocus.filters import gaussian, row_strips


class Meter(TorchDispatchMode):
    """Counts `operations` and `bytes` while it is entered."""

    def __init__(self) -> None:
        super().__init__()
        self.operations, self.bytes = 0, 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        read, written = (
            [each for each in tree_leaves(tree) if isinstance(each, Tensor)] for tree in ((args, kwargs), result)
        )
        storages = {each.untyped_storage().data_ptr() for each in read}
        changes = func._schema.is_mutable
        if changes or any(each.untyped_storage().data_ptr() not in storages for each in written):
            self.operations += 1
            self.bytes += sum(_bytes(each) for each in [*read, *written])
        return result


def _bytes(tensor: Tensor) -> int:
    sizes = [size for size, stride in zip(tensor.shape, tensor.stride(), strict=True) if stride != 0]
    return math.prod(sizes) * tensor.element_size()


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

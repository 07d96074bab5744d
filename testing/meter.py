"""Operations and bytes of a function, counted while torch works: no clock, the same on every machine.

Every operation reads and writes its tensors once; views are free, an expanded tensor counts once.
"""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


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

"""Counts what reaches torch's dispatcher."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from benchmarks.engine.cost.traffic import moved

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
FEW = 3000  # values that may leave torch: boxes, landmarks, moments of 3 x 3 x 17 x 17; more are a picture
PAGE = "nodes/"  # what a node shows beside its outputs, such as charts, is drawn on the host
# The host cannot go on without the number, or the number of results.
SYNCS = {"_local_scalar_dense", "equal", "nonzero", "masked_select", "_unique2", "unique_consecutive", "unique_dim"}


@dataclass
class Count:
    """What a function did.

    Attributes:
        operations: launches; views and new memory are none.
        bytes: read and written by them.
        syncs: places where a host would wait for its device: numbers, lists, results whose size depends on values.
        left: where more than FEW values became an array or a list.
    """

    operations: int = 0
    bytes: int = 0
    syncs: int = 0
    left: list[str] = field(default_factory=list)


class Meter(TorchDispatchMode):
    """Counts operations while it is entered."""

    def __init__(self, count: Count) -> None:
        super().__init__()
        self._count = count

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        with self:  # inference mode hands over compositions whole
            parts = func.decompose(*args, **kwargs)
        if parts is not NotImplemented:
            return parts
        result = func(*args, **kwargs)
        taken = moved(func, args, kwargs, result)
        self._count.operations += taken > 0
        self._count.bytes += taken
        self._count.syncs += _waits(func, args)
        return result


def _waits(func: Any, args: Any) -> bool:
    name = func._schema.name.removeprefix("aten::")
    if name in ("index", "index_put_"):
        return any(each is not None and each.dtype == torch.bool for each in args[1])
    return name in SYNCS


@contextmanager
def ways_out(count: Count) -> Iterator[None]:
    """Tensors that become arrays or lists, or go to the host, past the dispatcher."""

    def watched(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def leave(tensor: Tensor, *args: Any, **kwargs: Any) -> Any:
            count.syncs += 1
            place = _place()
            if name != "cpu" and tensor.numel() > FEW and not place.startswith(PAGE):
                count.left.append(f"{place}: {name} of {list(tensor.shape)}")
            return original(tensor, *args, **kwargs)

        return leave

    with ExitStack() as patches:
        for name in ("numpy", "tolist", "cpu"):
            patches.enter_context(mock.patch.object(Tensor, name, watched(name, getattr(Tensor, name))))
        yield


def _place() -> str:
    """The line of this project's code that runs, outside of the meter."""
    frames = [
        (path.relative_to(ROOT), frame.lineno)
        for frame in traceback.extract_stack()
        if (path := Path(frame.filename).resolve()).is_relative_to(ROOT) and path.parent != HERE
        if not path.relative_to(ROOT).parts[0].startswith(".")  # the packages that it uses
    ]
    path, line = frames[-1]
    return f"{path}:{line}"

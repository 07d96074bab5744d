"""Bytes that one operation of torch moves, from its schema, its arguments and its results."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves

ALLOCATE = {"empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided", "resize_"}
OVERWRITE = {"copy_", "fill_", "zero_", "uniform_", "normal_", "random_"}  # what they write is not read before
# Operations that take some of a source, by the argument that holds it; the rest is read as it is.
TAKE = {
    **dict.fromkeys(("index_select", "gather", "take", "index", "masked_select"), "self"),
    **dict.fromkeys(("embedding", "_embedding_bag", "_embedding_bag_forward_only"), "weight"),
}
# Operations that put values into some places of `self`, and those of them that add to what is there.
PUT = {"scatter", "scatter_add", "scatter_reduce", "index_put", "_index_put_impl", "index_add", "index_copy"}
PUT |= {"index_fill", "masked_scatter", "put"}
ADD = {"scatter_add", "scatter_reduce", "index_add"}
VALUES = {"src", "source", "values", "value"}  # their arguments; the others say where


def moved(func: Any, args: Sequence[Any], kwargs: dict[str, Any], result: Any) -> int:
    """Bytes read and written; 0 for what starts nothing on a device: a view, an allocation, an empty tensor.

    Operands and results count once each. A view costs nothing and an expanded tensor counts once; what is written
    without having been read (`copy_`, `out=`) counts as written. A gather reads what it takes instead of its source, a
    scatter touches the places that it changes instead of all of them. Parts of a tensor that overlap count each.
    """
    schema, name = func._schema, func._schema.name.removeprefix("aten::")
    if name in ALLOCATE:
        return 0
    read, changed = _arguments(schema, name, args, kwargs)
    results = _tensors(result)
    if name in TAKE:
        return _take(TAKE[name], read, results)
    if name.removesuffix("_") in PUT:
        return _put(name, read, results)
    if not schema.is_mutable:
        held = {each.untyped_storage().data_ptr() for each in _tensors(read)}
        if results and all(each.untyped_storage().data_ptr() in held for each in results):
            return 0
    return _bytes(_tensors(read)) + _bytes(changed if schema.is_mutable else results)


def _arguments(
    schema: Any, name: str, args: Sequence[Any], kwargs: dict[str, Any]
) -> tuple[dict[str, Any], list[Tensor]]:
    """What an operation reads, by the names of its arguments, and the tensors that it changes."""
    read: dict[str, Any] = {}
    changed: list[Tensor] = []
    for index, argument in enumerate(schema.arguments):
        value = args[index] if index < len(args) else kwargs.get(argument.name)
        if argument.alias_info is not None and argument.alias_info.is_write:
            changed += _tensors(value)
            if argument.is_out or name in OVERWRITE:
                continue
        read[argument.name] = value
    if name.startswith("new_") or name.endswith("_like"):
        del read["self"]  # of which only the shape counts
    return read, changed


def _take(source: str, read: dict[str, Any], results: list[Tensor]) -> int:
    """A gather: indices (and weights), what they take, and the result."""
    others = _tensors([value for name, value in read.items() if name != source])
    taken = math.prod(results[0].shape) * results[0].element_size()
    if source == "weight" and "offsets" in read:
        row = read["weight"][0].numel() * read["weight"].element_size()
        return _bytes(others) + read["indices"].numel() * row + taken
    return _bytes(others) + 2 * taken


def _put(name: str, read: dict[str, Any], results: list[Tensor]) -> int:
    """A scatter: indices, values, and the places, which are read too where something is added."""
    target = read["self"]
    values = _tensors([value for argument, value in read.items() if argument in VALUES])
    where = _tensors([value for argument, value in read.items() if argument not in {"self", *VALUES}])
    places = _places(name, target, read) * target.element_size()
    adds = name.removesuffix("_") in ADD or read.get("accumulate")
    copied = 0 if name.endswith("_") else 2 * _bytes(results)
    return _bytes(where) + min(_bytes(values), places) + (2 if adds else 1) * places + copied


def _places(name: str, target: Tensor, read: dict[str, Any]) -> int:
    """How many values of the target a scatter changes."""
    if "mask" in read:
        return int(read["mask"].sum()) * (target.numel() // max(read["mask"].numel(), 1))
    if "indices" in read:
        return torch.ops.aten.index.Tensor(target, read["indices"]).numel()
    if name.startswith(("scatter", "put")):
        return read["index"].numel()
    return read["index"].numel() * target.numel() // max(target.shape[read["dim"]], 1)


def _tensors(tree: Any) -> list[Tensor]:
    return [each for each in tree_leaves(tree) if isinstance(each, Tensor)]


def _bytes(tensors: Iterable[Tensor]) -> int:
    """An expanded axis has one value."""
    return sum(
        math.prod(size for size, stride in zip(each.shape, each.stride(), strict=True) if stride != 0)
        * each.element_size()
        for each in tensors
    )

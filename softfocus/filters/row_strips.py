"""Pixel-wise work strip by strip, so that what lies between the steps stays in the processor's cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

from ..checkpoint import checkpoint
from ..device_path import on_device

CACHED_VALUES = 1 << 16  # float32 values of one tensor, of which a handful fit into a core's own cache
STRIP_VALUES = 1 << 19  # float32 values of one tensor, two megabytes; smaller ones cost more in handing work to threads


def row_slices(image: Tensor, multiple: int = 1) -> list[slice]:
    """All rows of an image [..., H, W], some at a time: for chains of steps of which only sums are kept.

    Args:
        multiple: of which each slice, but for the last, holds a whole number of rows.

    Returns:
        Slices from top to bottom, of CACHED_VALUES or so on a CPU; elsewhere one.
    """
    height = image.shape[-2]
    rows = CACHED_VALUES * height // max(image.numel(), 1) // multiple * multiple
    rows = max(height, 1) if on_device(image) else max(rows, multiple)
    return [slice(top, min(top + rows, height)) for top in range(0, height, rows)]


def by_rows(
    function: Callable[..., tuple[Tensor, ...]], *images: Tensor | None, into: Sequence[Tensor] = ()
) -> tuple[Tensor, ...]:
    """What `function` makes of whole images, computed in strips of rows where that is faster: on a CPU.

    Args:
        function: from images [B, C, h, W] (or None) to images [B, C', h, W]; each pixel of the results depends on
            the same pixel of the images alone.
        images: [B, C, H, W] of one height, the first not None; or None, which is passed on.
        into: where the results are written, which may be images that are not needed any more: the system takes longer
            to hand out new memory than many a function to fill it. Empty: new tensors.
    """
    first = images[0]
    assert first is not None
    height = first.shape[-2]
    rows = max(1, STRIP_VALUES * height // max(first.numel(), 1))
    if on_device(first) or rows >= height:
        return function(*images)
    results = tuple(into)
    for top in range(0, height, rows):
        checkpoint()
        strips = [None if image is None else image[..., top : top + rows, :] for image in images]
        made = function(*strips)
        if not results:
            results = tuple(each.new_empty((*each.shape[:-2], height, each.shape[-1])) for each in made)
        for result, each in zip(results, made, strict=True):
            result[..., top : top + rows, :] = each
    return results


def map_rows(function: Callable[..., Tensor], *images: Tensor | None, into: Sequence[Tensor] = ()) -> Tensor:
    """`by_rows` for a function with one result."""
    return by_rows(lambda *rows: (function(*rows),), *images, into=into)[0]

"""A Gaussian along both axes that also samples a picture on another grid.

A product filters the first or the last axis of a tensor, all other axes as one. So a picture on the way lies in memory
as columns, [W, B, C, H], which its user sees as [B, C, H, W]; only the first step from planes, and the last one back to
them, turns it, as it writes.
"""

from __future__ import annotations

from torch import Tensor

from .band_matrix import filter_rows


def sample(image: Tensor, size: tuple[int, int], sigmas: tuple[float, float], planes: bool = False) -> Tensor:
    """Filter with a Gaussian and sample on a grid that is half-sample aligned with the picture's edges.

    Args:
        image: [B, C, H, W] float32, quickest as contiguous planes or as columns.
        size: (h, w) of the grid.
        sigmas: (vertical, horizontal) in input samples; 0 where the size stays leaves an axis as it is.
        planes: return contiguous planes; otherwise columns.

    Returns:
        [B, C, h, w]; the image itself if nothing changes and it is in memory as wanted.
    """
    columns = as_columns(image)
    if tuple(image.shape[-2:]) == tuple(size) and tuple(sigmas) == (0, 0):
        return image.contiguous() if planes or columns is None else image
    if columns is None:
        turned = _turned(image, size[1], sigmas[1])
        return _plane(turned, size[0], sigmas[0]) if planes else _along_height(turned, size[0], sigmas[0])
    tall = _along_height(columns, size[0], sigmas[0])
    return (planes_along_width if planes else _along_width)(tall, size[1], sigmas[1])


def as_columns(image: Tensor) -> Tensor | None:
    """[W, B, C, H], contiguous, if the image [B, C, H, W] lies so in memory; where one row or column is both, None."""
    columns = image.permute(3, 0, 1, 2)
    return columns if columns.is_contiguous() and not image.is_contiguous() else None


def _turned(image: Tensor, width: int, sigma: float) -> Tensor:
    """From planes [B, C, H, W] to columns of so many samples, [w, B, C, H]."""
    out = image.new_empty((width, *image.shape[:-1]))
    filter_rows(image.contiguous().flatten(0, -2), out.flatten(1).mT, sigma)
    return out


def _along_height(columns: Tensor, height: int, sigma: float) -> Tensor:
    """[W, B, C, H] to [B, C, h, W], in memory as columns."""
    if sigma == 0 and columns.shape[-1] == height:
        return columns.permute(1, 2, 3, 0)
    out = columns.new_empty((*columns.shape[:-1], height))
    filter_rows(columns.flatten(0, -2), out.flatten(0, -2), sigma)
    return out.permute(1, 2, 3, 0)


def _plane(columns: Tensor, height: int, sigma: float) -> Tensor:
    """`_along_height` into contiguous planes; a single one needs no copy."""
    if columns[0, ..., 0].numel() != 1:
        return _along_height(columns, height, sigma).contiguous()
    out = columns.new_empty((1, 1, height, len(columns)))
    filter_rows(columns.flatten(0, -2), out[0, 0].mT, sigma)
    return out


def _along_width(image: Tensor, width: int, sigma: float) -> Tensor:
    """[B, C, H, W] to [B, C, H, w], both in memory as columns."""
    if sigma == 0 and image.shape[-1] == width:
        return image
    columns = image.permute(3, 0, 1, 2)
    out = columns.new_empty((width, *columns.shape[1:]))
    filter_rows(columns.flatten(1).mT, out.flatten(1).mT, sigma)
    return out.permute(1, 2, 3, 0)


def planes_along_width(image: Tensor, width: int, sigma: float) -> Tensor:
    """From columns, seen as [B, C, H, W], to contiguous planes [B, C, H, w]."""
    out = image.new_empty((*image.shape[:-1], width))
    filter_rows(image.permute(3, 0, 1, 2).flatten(1).mT, out.flatten(0, -2), sigma)
    return out

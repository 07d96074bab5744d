"""A Gaussian along an axis that also samples it anew: a band matrix, applied in a few batched products on views.

Outputs lie in blocks. Those inside the picture start evenly spaced in the input, so that one batched product makes them
all from an overlapping view; where that spacing is no whole number of samples, their weights take up the difference.
Those whose samples cross an edge, at either end, are a second one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ..device_path import on_device

TRUNCATE = 4.5  # kernel half width in sigmas; the tail beyond it holds 7e-6 of the weight
WIDEST = 4.0  # sigma in lengths of the axis: all that is left is the mean, to exp(-2 pi^2 WIDEST^2 / 4)
LENGTHS = range(16, 65, 8)  # outputs in a block: more waste multiplications on zeros, fewer read inputs more often
READ = 32  # multiplications that take as long as to read an input
# Blocks in one product, since over more of them an uneven spacing adds up, and outputs of an axis that are one block:
TOGETHER, SMALL = 64, 64  # few enough for a CPU ...
TOGETHER_ON_DEVICE, SMALL_ON_DEVICE = 512, 400  # ... and for a device, to which a launch costs more than waste products
TINY = 1e-6  # sigma that leaves a sample alone


@dataclass(frozen=True)
class Blocks:
    """Blocks of outputs, evenly spaced in input and output.

    Attributes:
        weights: [blocks, inputs, outputs].
        start, step: first input sample of the first block, and from a block to the next.
        out_start, out_step: the same of the outputs.
    """

    weights: Tensor
    start: int
    step: int
    out_start: int
    out_step: int


def bounded(sigma: float, size: int) -> float:
    """The sigma, or a smaller one that does the same to an axis of so many samples with a shorter kernel."""
    return min(sigma, WIDEST * size)


def filter_rows(rows: Tensor, out: Tensor, sigma: float) -> None:
    """Filter each row with a Gaussian and sample it at evenly spaced places, half-sample aligned with the row's ends.

    Args:
        rows: [R, N] float32; one of its strides is 1.
        out: [R, M], written; one of its strides is 1.
        sigma: in input samples; 0 with M = N copies.
    """
    size, out_size = rows.shape[-1], out.shape[-1]
    if sigma == 0 and out_size == size:
        out.copy_(rows)
        return
    limits = (SMALL_ON_DEVICE, TOGETHER_ON_DEVICE) if on_device(rows) else (SMALL, TOGETHER)
    for blocks in band_blocks(size, out_size, bounded(sigma, size), *limits):
        weights = blocks.weights.to(rows.device)
        torch.bmm(
            _block_view(rows, len(weights), weights.shape[1], blocks.start, blocks.step),
            weights,
            out=_block_view(out, len(weights), weights.shape[2], blocks.out_start, blocks.out_step),
        )


def _block_view(rows: Tensor, count: int, length: int, start: int, step: int) -> Tensor:
    """[count, R, length]: parts of the rows, which may overlap."""
    down, right = rows.stride()
    offset = rows.storage_offset() + start * right
    return rows.as_strided((count, len(rows), length), (step * right, down, right), offset)


def filter_matrix(size: int, out_size: int, sigma: float) -> Tensor:
    """[size, out_size] float32: what `filter_rows` multiplies rows by."""
    start, block = _edge_block(torch.arange(out_size), size, size / out_size, sigma)
    matrix = block.new_zeros(size, out_size)
    matrix[start : start + len(block)] = block
    return matrix.float()


@lru_cache(maxsize=256)
def weights_between(size: int, out_size: int, sigma: float, first: int, stop: int) -> tuple[int, Tensor]:
    """The first input, and [inputs, outputs] float32: what `filter_rows` multiplies rows by for some of its outputs."""
    start, block = _edge_block(torch.arange(first, stop), size, size / out_size, sigma)
    return start, block.float()


@lru_cache(maxsize=64)
def band_blocks(size: int, out_size: int, sigma: float, small: int = SMALL, together: int = TOGETHER) -> list[Blocks]:
    """Blocks that together make all outputs, a single one up to `small`; some are made twice."""
    step, reach = size / out_size, TRUNCATE * sigma + 2
    edge = math.ceil(reach / step) + 1  # outputs near an end whose samples may cross it
    length = min(LENGTHS, key=lambda each: _inputs(each, step, reach, out_size, together) * (1 + READ / each))
    while (count := (out_size - 2 * edge) // length) > 0 and out_size > small:
        first = (out_size - count * length) // 2
        inner = list(_inner_blocks(step, sigma, first, length, count, together))
        if all(0 <= each.start and _end(each) <= size for each in inner):
            return [*inner, _edges(size, out_size, sigma, out_size - first - count * length)]
        edge += 1
    return [Blocks(filter_matrix(size, out_size, sigma)[None], 0, 0, 0, 0)]


def _inputs(length: int, step: float, reach: float, out_size: int, together: int) -> float:
    """About how many inputs a block of such a length takes."""
    uneven = abs(length * step - round(length * step)) * min(together, out_size // length)
    return 2 * reach + length * step + uneven


def _end(blocks: Blocks) -> int:
    count, taps, _ = blocks.weights.shape
    return blocks.start + (count - 1) * blocks.step + taps


def _inner_blocks(step: float, sigma: float, first: int, length: int, count: int, together: int) -> Iterator[Blocks]:
    """`count` blocks of `length` outputs from `first` on, as if the axis had no ends."""
    shift = round(length * step)
    for done in range(0, count, together):
        some, place = min(together, count - done), first + done * length
        outputs = place + torch.arange(some * length, dtype=torch.float64).view(some, 1, length)
        centers = (outputs + 0.5) * step - 0.5
        moved = torch.arange(some, dtype=torch.float64).view(-1, 1, 1) * shift
        reach = TRUNCATE * sigma + 0.5
        start = math.floor((centers - moved).min() - reach)
        taps = math.ceil((centers - moved).max() + reach) + 1 - start
        inputs = start + moved + torch.arange(taps, dtype=torch.float64).view(1, -1, 1)
        yield Blocks(_gaussian(inputs - centers, sigma).float(), start, shift, place, length)


def _edges(size: int, out_size: int, sigma: float, count: int) -> Blocks:
    """The first and the last `count` outputs."""
    start, first = _edge_block(torch.arange(count), size, size / out_size, sigma)
    assert start == 0
    both = torch.stack([first, first.flip(0, 1)]).float()
    return Blocks(both, 0, size - len(first), 0, out_size - count)


def _edge_block(outputs: Tensor, size: int, step: float, sigma: float) -> tuple[int, Tensor]:
    """First input sample and [inputs, outputs] float64 weights, with all that lies beyond the ends mirrored."""
    centers = (outputs.double() + 0.5) * step - 0.5
    reach = math.ceil(TRUNCATE * sigma) + 1
    taps = torch.floor(centers) + torch.arange(-reach, reach + 2, dtype=torch.float64)[:, None]
    source = mirrored_index(taps.long(), size)
    start, stop = int(source.min()), int(source.max()) + 1
    block = torch.zeros(stop - start, len(centers), dtype=torch.float64)
    return start, block.scatter_add_(0, source - start, _gaussian(taps - centers, sigma))


def _gaussian(distances: Tensor, sigma: float) -> Tensor:
    """Weights at distances [..., inputs, outputs]; the sum over the inputs is 1."""
    weights = torch.exp(-0.5 * (distances / max(sigma, TINY)) ** 2)
    weights = torch.where(distances.abs() <= TRUNCATE * sigma + 0.5, weights, 0.0)
    return weights / weights.sum(-2, keepdim=True)


def mirrored_index(index: Tensor, size: int) -> Tensor:
    """Half-sample symmetric extension (d c b a | a b c d | d c b a) of any reach, as indices into 0..size-1."""
    folded = index.remainder(2 * size)
    return torch.minimum(folded, 2 * size - 1 - folded)

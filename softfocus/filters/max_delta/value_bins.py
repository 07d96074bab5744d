"""The bins of a local histogram, laid where a channel's values are.

A channel with few distinct values (every 8-bit picture) gets one bin a value, and comparisons of values
become exact. Any other channel gets bins between edges of two kinds: evenly spaced ones, which bound the width
of a bin, also where a far light stretches the range, and quantiles, which keep bins narrow where most values are. A
value so frequent that two quantiles meet on it (a flat region), and the largest one (clipped highlights), get a bin of
their own, one rounding step wide.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

FEW = 256  # distinct values up to which each has its own bin
EVEN = 384  # even bins of a channel with more values, and a third as many edges at quantiles
EVEN_PX = 4000  # over sigma in pixels: the same where that is more
WEIGHTED_EVEN_PX = 5000  # the same among neighbours of unequal weight, of whom fewer count
FAR = 2.0  # times the last quantile but one: where values lie beyond it and beyond 1, the rest has even bins too
CELLS = 1 << 12  # between the ends of few values
TINY = 1e-30
SAMPLE = 1 << 16  # values looked at to place the quantiles


class Bins(NamedTuple):
    """K bins, ascending and without gaps that hold a value; bin k starts at low[k] and ends at high[k], [K] each.

    `few`: every bin is one value, low and high alike.
    """

    low: Tensor
    high: Tensor
    few: bool

    def started(self, values: Tensor) -> Tensor:
        """How many bins start at or below each value; int32, shaped as `values`."""
        return torch.searchsorted(self.low, values.contiguous(), right=True, out_int32=True)

    def below(self, values: Tensor, own: Tensor, offset: float) -> tuple[Tensor] | tuple[Tensor, Tensor]:
        """How many bins lie wholly below values + offset (int32), and the share of the next bin that does.

        `values` are from the channel of the bins, `own` is `started` of them. An end inside the bin that holds the
        value moves out of it: the bin takes part as a whole. For `few` there is no share: it would always be 0.
        """
        if self.few:
            ends = torch.nn.functional.pad(self.started(self.low + offset), (1, 0))
            return (ends.index_select(0, own.flatten()).view_as(own),)
        end = values + offset
        index = (self.started(end) - 1).clamp_min(0)
        low = self.low[index]
        share = ((end - low) / (self.high[index] - low)).clamp(0, 1)
        return index, share.masked_fill_(index == own - 1, float(offset > 0))


def few_values(plane: Tensor) -> tuple[Bins, Tensor] | None:
    """A bin a value and `Bins.started` of the plane, or None if it has too many values. Any shape and device."""
    values = _sample(plane.flatten()).unique_consecutive()
    if len(values) > FEW:
        return None
    own = _numbered(plane, values)
    missed = values.index_select(0, (own - 1).clamp_min_(0).flatten()).view_as(plane) != plane
    if missed.any():
        values = torch.cat([values, plane[missed]]).unique()
        if len(values) > FEW:
            return None
        own = Bins(values, values, True).started(plane)
    return Bins(values, values, True), own


def _numbered(plane: Tensor, values: Tensor) -> Tensor:
    """`Bins.started` of those pixels that have one of the values, by their place between the ends.

    It takes a tenth of a search's time, but values must not lie too close together: then it searches.
    """
    smallest, largest = values[0], values[-1]
    scale = (CELLS - 1) / (largest - smallest).clamp_min(TINY)

    def cells(values: Tensor) -> Tensor:
        return ((values - smallest) * scale).clamp_(0, CELLS - 1).int()

    own_cells = cells(values)
    if len(own_cells.unique_consecutive()) < len(values):
        return Bins(values, values, True).started(plane)
    numbers = torch.arange(1, len(values) + 1, dtype=torch.int32, device=plane.device)
    table = numbers.new_zeros(CELLS).index_copy_(0, own_cells.long(), numbers)
    return table.index_select(0, cells(plane).flatten()).view_as(plane)


def usual_bins(sigma: float, weighted: bool) -> int:
    """How many bins `spread_bins` makes for a channel without far lights and frequent values."""
    return sum(_counts(sigma, weighted))


def spread_bins(plane: Tensor, sigma: float, weighted: bool) -> Bins:
    """Bins for a plane of many values, finite, of any shape and device, for a Gaussian of `sigma` pixels.

    The fewer neighbours there are, the more each of them weighs, and the narrower must bins be.
    """
    even_count, quantile_count = _counts(sigma, weighted)
    sample = _sample(plane.flatten()).cpu()
    smallest, largest = (end.cpu() for end in plane.aminmax())
    quantiles = sample[torch.linspace(0, len(sample) - 1, quantile_count).round().long()]
    start = smallest.maximum((FAR * quantiles[1]).clamp_max(0))
    end = largest.minimum((FAR * quantiles[-2]).clamp_min(1))
    spans = ((smallest, largest), (start, end))  # the same but beside far lights
    steps = torch.linspace(0, 1, even_count + 1)
    even = torch.cat([torch.lerp(low, high, steps).clamp(low, high) for low, high in spans])
    frequent = torch.cat([quantiles[1:][quantiles[1:] == quantiles[:-1]], largest[None]])
    beside = torch.nextafter(frequent, torch.full_like(frequent, torch.inf))
    edges = torch.cat([even, quantiles, beside]).unique().to(plane.device)
    return Bins(edges[:-1], edges[1:], False)


def _counts(sigma: float, weighted: bool) -> tuple[int, int]:
    """Even bins, and edges at quantiles."""
    even = round(max(EVEN, (WEIGHTED_EVEN_PX if weighted else EVEN_PX) / sigma))
    return even, even // 3


def _sample(flat: Tensor) -> Tensor:
    """Some of the values, sorted."""
    return flat[:: max(1, flat.numel() // SAMPLE)].sort().values

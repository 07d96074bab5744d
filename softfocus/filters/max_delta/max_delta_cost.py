"""Which way to the sums of `max_delta_blur` is cheaper: shifted views of the picture, or the grid of histograms.

Per pixel, views cost what grows with sigma^2; the grid a constant, and its slots: bins of a node over pixels of a node.
"""

from __future__ import annotations

from typing import NamedTuple

from .spline_grid import grid_step
from .value_bins import FEW

MANY_FROM_PX = 3.5  # sigma; in narrower Gaussians single neighbours weigh too much for a bin to be shared out


class Costs(NamedTuple):
    views: float  # of all shifted views, at sigma 1
    few: float  # of adding to and reading from a grid with a bin a value
    many: float  # of a grid with more values, whose pixels share bins out
    slot: float  # of the grid, a slot


CPU = Costs(58, 125, 480, 8.7)  # ns, of one core (tests cannot hold them: only their ratios matter)
DEVICE = Costs(2200, 1000, 1600, 60)  # bytes


def grid_is_cheaper(sigma: float, max_delta: float, bins: int, device: bool) -> bool:
    """For a channel of at most `value_bins.FEW` values or bins, or of more; True only where the grid will do, too."""
    costs, few = DEVICE if device else CPU, bins <= FEW
    step = grid_step(max_delta) * sigma
    grid = (costs.few if few else costs.many) + costs.slot * bins / step**2
    return grid < costs.views * sigma**2 and (few or sigma >= MANY_FROM_PX)

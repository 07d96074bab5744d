"""spline_axis: what pixels add and read, and which nodes a blur takes."""

from __future__ import annotations

import pytest
import torch

from softfocus.filters.max_delta.spline_grid import STEPS, TAPS, spline_axis

CPU = torch.device("cpu")


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("sigma", [0.3, 1.0, 3.6, 20.0, 1000.0])
@pytest.mark.parametrize("size", [1, 2, 7, 40, 333])
def test_axis(size, sigma, steps):
    axis = spline_axis(size, sigma, steps, CPU)
    count = len(axis.blur)
    assert axis.nodes[:, 0].tolist() == axis.first
    assert min(axis.first) >= 0
    assert max(axis.first) + TAPS <= count
    assert axis.taps.min() >= 0
    assert axis.blur.min() >= 0
    assert torch.allclose(axis.taps.sum(1), torch.ones(size))
    for begin in range(count):
        for end in {begin + 1, min(begin + 3, count), count}:
            used = axis.blur[begin:end].ne(0).any(0).nonzero()
            start, stop = axis.taken(begin, end)
            assert 0 <= start <= used.min()
            assert used.max() < stop <= count

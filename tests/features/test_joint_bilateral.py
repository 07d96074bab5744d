"""Joint bilateral upsampling against a loop over pixels, and its invariants."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.features.joint_bilateral import REACH, UPSAMPLE, joint_bilateral_filter, joint_bilateral_upsample


def by_loops(coarse: torch.Tensor, guide: torch.Tensor, factor: int) -> torch.Tensor:
    """One output cell at a time, in double precision."""
    spatial, span = UPSAMPLE
    channels, rows, columns = coarse.shape
    out = torch.zeros(channels, rows * factor, columns * factor, dtype=torch.float64)
    means = guide.double().unflatten(-2, (rows, factor)).unflatten(-1, (columns, factor)).mean((-1, -3))
    for y in range(rows * factor):
        for x in range(columns * factor):
            total, weights = 0.0, 0.0
            for row in range(max(0, y // factor - REACH), min(rows, y // factor + REACH + 1)):
                for column in range(max(0, x // factor - REACH), min(columns, x // factor + REACH + 1)):
                    dy, dx = (y + 0.5) / factor - (row + 0.5), (x + 0.5) / factor - (column + 0.5)
                    color = float((guide[:, y, x].double() - means[:, row, column]).square().sum())
                    weight = math.exp(-0.5 * ((dy * dy + dx * dx) / spatial**2 + color / span**2))
                    total, weights = total + weight * coarse[:, row, column].double(), weights + weight
            out[:, y, x] = total / weights
    return out


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_against_loops(factor):
    coarse, guide = torch.randn(1, 3, 4, 5), 10 * torch.randn(1, 3, 4 * factor, 5 * factor)
    expected = by_loops(coarse[0], guide[0], factor)
    assert torch.allclose(joint_bilateral_upsample(coarse, guide, factor)[0].double(), expected, atol=1e-4)


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(1, 9), columns=st.integers(1, 9), factor=st.sampled_from([1, 2, 4]), contrast=st.floats(0, 500))
def test_stays_within_the_range_of_the_coarse_map(rows, columns, factor, contrast):
    coarse = torch.rand(2, 1, rows, columns)
    guide = contrast * torch.rand(2, 3, rows * factor, columns * factor)
    fine = joint_bilateral_upsample(coarse, guide, factor)
    assert fine.shape == (2, 1, rows * factor, columns * factor)
    assert bool((fine >= coarse.amin((-1, -2), keepdim=True) * (1 - 1e-2)).all())
    assert bool((fine <= coarse.amax((-1, -2), keepdim=True) * (1 + 1e-5)).all())


def test_an_edge_of_the_guide_is_kept_where_the_coarse_map_has_none():
    """An edge of the picture in the middle of a coarse cell: features change there, and not at the cells' borders."""
    coarse = torch.tensor([0.0, 0.0, 0.5, 1.0, 1.0]).expand(1, 1, 5, 5)
    guide = torch.zeros(1, 3, 20, 20)
    guide[..., 10:] = 60
    steps = joint_bilateral_upsample(coarse, guide, 4)[0, 0, 10].diff()
    assert steps.argmax() == 9 and steps[9] > 0.9


def test_filter_keeps_constants_and_edges():
    features = torch.zeros(1, 2, 8, 8)
    features[..., 4:] = 1
    guide = 50 * features[:, :1].expand(1, 3, 8, 8)
    assert torch.allclose(joint_bilateral_filter(features, guide), features, atol=1e-4)
    noisy = features + 0.1 * torch.randn(features.shape, generator=torch.Generator().manual_seed(0))
    smoothed = joint_bilateral_filter(noisy, guide)
    assert (smoothed - features).square().mean() < 0.7 * (noisy - features).square().mean()


def test_factor_one_is_the_input_and_a_wrong_guide_is_named():
    coarse = torch.rand(1, 2, 3, 4)
    assert joint_bilateral_upsample(coarse, torch.rand(1, 3, 3, 4), 1) is coarse
    with pytest.raises(ValueError, match="guide has shape"):
        joint_bilateral_upsample(coarse, torch.rand(1, 3, 6, 9), 2)

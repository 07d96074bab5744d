"""Blocks of the band matrix against sums written out, at sizes where blocks are many, uneven or none."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.filters.band_matrix import band_blocks, filter_matrix, filter_rows
from softfocus.filters.sample import as_columns, sample

LONG = [
    (4099, 4099, 1.3),
    (5003, 1201, 5.6),
    (1201, 5003, 0.75),
    (16384, 1382, 16.0),
    (97, 9001, 0.75),
    (4096, 66, 80.0),
]


def sums_written_out(rows: np.ndarray, out_size: int, sigma: float) -> np.ndarray:
    """Each output is a mean of the mirrored row, weighted by a Gaussian around the output's place."""
    size = rows.shape[-1]
    step, reach = size / out_size, int(6 * sigma) + 2
    pad = reach + 1
    mirrored = np.pad(rows, [(0, 0), (pad, pad)], mode="symmetric")
    outputs = []
    for place in (np.arange(out_size) + 0.5) * step - 0.5:
        near = np.arange(int(np.floor(place)) - reach, int(np.floor(place)) + reach + 2)
        weights = np.exp(-0.5 * ((near - place) / sigma) ** 2)
        outputs.append(mirrored[:, near + pad] @ (weights / weights.sum()))
    return np.stack(outputs, -1)


def filtered(rows: torch.Tensor, out_size: int, sigma: float) -> torch.Tensor:
    out = torch.full((len(rows), out_size), torch.nan)
    filter_rows(rows, out, sigma)
    return out


@pytest.mark.parametrize(("size", "out_size", "sigma"), LONG)
def test_long_rows_are_the_sums_written_out(size, out_size, sigma):
    rows = torch.rand(2, size, generator=torch.Generator().manual_seed(0))
    wanted = sums_written_out(rows.double().numpy(), out_size, sigma)
    assert np.abs(filtered(rows, out_size, sigma).double().numpy() - wanted).max() < 5e-5


@settings(max_examples=60, deadline=None)
@given(size=st.integers(1, 700), out_size=st.integers(1, 700), sigma=st.floats(0.5, 30))
def test_blocks_are_the_whole_matrix(size, out_size, sigma):
    rows = torch.rand(3, size, generator=torch.Generator().manual_seed(size))
    assert torch.allclose(filtered(rows, out_size, sigma), rows @ filter_matrix(size, out_size, sigma), atol=2e-6)


@pytest.mark.parametrize(("size", "out_size", "sigma"), LONG)
def test_products_are_few(size, out_size, sigma):
    """One more for 64 blocks of 16 to 64 outputs; an accelerator starts each by itself."""
    assert len(band_blocks(size, out_size, sigma)) <= 2 + out_size // 1024


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 90),
    width=st.integers(1, 90),
    size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    columns=st.booleans(),
    planes=st.booleans(),
)
def test_a_picture_is_sampled_alike_however_it_lies_in_memory(height, width, size, columns, planes):
    image = torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(width))
    wanted = (image @ filter_matrix(width, size[1], 1.1)).mT @ filter_matrix(height, size[0], 0.8)
    lying = image.permute(3, 0, 1, 2).contiguous().permute(1, 2, 3, 0) if columns else image
    seen = sample(lying, size, (0.8, 1.1), planes)
    assert torch.allclose(seen, wanted.mT, atol=2e-6)
    assert seen.is_contiguous() if planes else seen.is_contiguous() or as_columns(seen) is not None

"""The trimap of a rough mask."""

from __future__ import annotations

import pytest
import torch

from softfocus.matting.trimap import make_trimap


@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("size", [(1, 1), (5, 90), (200, 300)])
def test_a_mask_without_an_edge_has_no_band(value, size):
    trimap = make_trimap(torch.full(size, value), 12.0)
    assert not trimap.unknown.any() and not trimap.near.any()
    assert bool(trimap.foreground.all()) == bool(value) and bool(trimap.background.all()) == (not value)


def test_the_band_lies_on_the_edge():
    mask = torch.zeros(120, 200)
    mask[:, 100:] = 1
    trimap = make_trimap(mask, 8.0)
    columns = trimap.unknown.all(0).nonzero()[:, 0]
    assert trimap.unknown.any(0).equal(trimap.unknown.all(0))
    assert (int(columns[0]), int(columns[-1])) == (92, 107)

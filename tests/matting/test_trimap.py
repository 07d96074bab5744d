"""The trimap of a rough mask."""

from __future__ import annotations

import pytest
import torch

from softfocus.matting.trimap import drawn_trimap, make_trimap


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


def test_a_drawn_unknown_part_is_all_that_is_unknown():
    mask, unknown, others = torch.zeros(60, 80), torch.zeros(60, 80), torch.zeros(60, 80)
    mask[:, 40:], unknown[10:50, 30:70], others[:, :35] = 1, 1, 1
    trimap = drawn_trimap(mask, unknown)
    assert torch.equal(trimap.unknown, unknown > 0)
    assert torch.equal(trimap.foreground | trimap.background, unknown == 0)
    assert torch.equal(trimap.foreground, (mask > 0) & (unknown == 0))
    beside = drawn_trimap(mask, unknown, others)
    assert torch.equal(beside.unknown, (unknown > 0) & (others == 0))


def test_thin_parts_are_unknown_but_every_piece_keeps_a_core():
    """A body with a strand thinner than the band, and a second piece as thin: what is grown may be all wrong there."""
    mask = torch.zeros(120, 160)
    mask[40:100, 20:80] = 1  # body
    mask[60:66, 80:130] = 1  # strand
    mask[10:18, 120:128] = 1  # piece
    trimap = make_trimap(mask, 8.0)
    assert trimap.unknown[60:66, 90:130].all()
    assert trimap.foreground[60:80, 40:60].all() and trimap.foreground[13:15, 123:125].all()

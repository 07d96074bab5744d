"""What diffusion filters cost beside Luminance Bloom, counted: no clock, the same on every machine."""

from __future__ import annotations

from functools import partial

import pytest
import torch

from benchmarks.light.traffic import measure
from softfocus.look import apply_bloom, apply_diffusion
from softfocus.settings import FILTER_FAMILIES, BloomSettings, DiffusionSettings
from testing.pictures import make_picture


@pytest.mark.parametrize("side", [256, 1024, 2048])
def test_a_filter_costs_at_most_half_more_than_bloom(side):
    image = make_picture(side, side)
    bloom = measure(partial(apply_bloom, image, BloomSettings()))
    for family in FILTER_FAMILIES:
        counts = measure(partial(apply_diffusion, image, DiffusionSettings(family)))
        assert all(mine <= 1.5 * theirs for mine, theirs in zip(counts, bloom, strict=True)), family


def test_the_meter_counts_what_moves_and_no_views():
    a, b = torch.ones(4, 5), torch.ones(5)
    counts = measure(lambda: torch.add(a.mT[1:], b[1:].view(1, -1)[:, :4]).unsqueeze(0)[..., 3:])
    assert counts == (1, 4 * (16 + 4 + 16))

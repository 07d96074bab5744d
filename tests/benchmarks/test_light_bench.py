"""What diffusion filters cost beside Luminance Bloom, counted: no clock, the same on every machine."""

from __future__ import annotations

from functools import partial

import pytest

from benchmarks.engine.cost.measure import measure
from softfocus.at_settings import apply_bloom, apply_diffusion
from softfocus.settings import FILTER_FAMILIES, BloomSettings, DiffusionSettings
from testing.pictures import make_picture


@pytest.mark.parametrize("side", [256, 1024, 2048])
def test_a_filter_costs_at_most_half_more_than_bloom(side):
    image = make_picture(side, side)
    bloom = measure(partial(apply_bloom, image, BloomSettings()))
    for family in FILTER_FAMILIES:
        mine = measure(partial(apply_diffusion, image, DiffusionSettings(family)))
        assert mine.operations <= 1.5 * bloom.operations, family
        assert mine.bytes <= 1.5 * bloom.bytes, family

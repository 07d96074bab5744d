"""Ceilings of what the picture nodes' functions do on a device, counted, a few percent above what was last measured:
whoever lowers a figure lowers its ceiling. `python -m benchmarks.engine.cost` has all nodes, at all sizes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from benchmarks.engine.cost.measure import measure
from benchmarks.engine.cost.works import WORKS
from benchmarks.engine.scene import Scene, mask_of, portrait
from softfocus.at_settings import apply_blur
from softfocus.look import make_look
from softfocus.settings import BLUR
from testing.host_nodes import nodes

OPERATIONS_AT, BYTES_AT = 256, 1024  # px
OPERATIONS_OF_NODES = 300  # of blur, bloom and sharpening in the host, with a thin mask
OPERATIONS = {"thin": 260, "soft": 260}  # of the look, by the kind of mask
BYTES = {"thin": 1700, "soft": 5450}  # a pixel
# Of a blur with max_delta 0.1: by sigma in percent and kind of picture, operations and bytes a pixel. At this size 1 %
# is the sigma in pixels that 0.25 % is at 1024 px.
MAX_DELTA = {
    (1.0, "8 bit"): (520, 8_700),
    (1.0, "float"): (800, 32_500),
    (6.4, "8 bit"): (520, 4_850),
    (6.4, "float"): (610, 7_200),
}


@pytest.mark.parametrize("kind", OPERATIONS)
def test_operations_of_the_look(kind):
    image = portrait(OPERATIONS_AT)
    assert measure(partial(make_look, image, mask_of(image, kind))).operations <= OPERATIONS[kind]


def test_operations_of_the_three_nodes():
    image = portrait(OPERATIONS_AT)
    nodes()  # loaded before, so that the first call fills the caches of a device's path
    scene = Scene(image, mask_of(image, "thin"))
    assert measure(partial(WORKS["three nodes"].run, scene)).operations <= OPERATIONS_OF_NODES


@pytest.mark.parametrize("kind", BYTES)
def test_bytes_of_the_look(kind):
    image = portrait(BYTES_AT)
    assert measure(partial(make_look, image, mask_of(image, kind))).bytes <= BYTES[kind] * BYTES_AT**2


@pytest.mark.parametrize(("sigma", "kind"), MAX_DELTA)
def test_a_blur_among_similar_neighbours(sigma, kind):
    operations, moved = MAX_DELTA[sigma, kind]
    settings = replace(BLUR, sigma=sigma, max_delta=0.1)
    found = measure(partial(apply_blur, portrait(OPERATIONS_AT, kind), settings))
    assert found.operations <= operations
    assert found.bytes <= moved * OPERATIONS_AT**2

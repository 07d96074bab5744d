"""The whole look at node defaults on every single-face portrait of faces.json: the figures that the pack promises."""

from __future__ import annotations

import math

import pytest

from testing import look

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def figures() -> dict[float, dict[str, list[look.Figures]]]:
    """Figures at half, full and double size; the reported set, on which nothing is tuned."""
    return {scale: look.run(scale) for scale in (0.5, 1.0, 2.0)}


def test_there_are_enough_portraits(figures):
    assert len(figures[1.0]["ours"]) >= 20


def test_eyes_and_mouth_keep_their_detail(figures):
    assert 0.8 <= look.medians(figures[1.0]["ours"]).eyes_mouth <= 1.25
    assert look.medians(figures[1.0]["soft only"]).eyes_mouth < 0.5


def test_everything_else_softens(figures):
    assert 0.10 <= look.medians(figures[1.0]["ours"]).outside <= 0.45


def test_the_face_keeps_the_dreamy_tones(figures):
    """A pasted face does not: that is why the bands are restored instead."""
    ours, pasted = (look.medians(figures[1.0][name]).face_shift for name in ("ours", "sharp face pasted"))
    assert ours <= 0.5 and pasted > 3 * ours


def test_no_clipping_is_added(figures):
    assert look.medians(figures[1.0]["ours"]).clipped < 0.005


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_same_look_at_every_size(figures, scale):
    wanted, found = (look.medians(figures[each]["ours"]) for each in (1.0, scale))
    for name in ("eyes_mouth", "outside"):
        assert abs(10 * math.log10(getattr(found, name) / getattr(wanted, name))) <= 1
    assert found.face_shift <= 0.5 and found.clipped < 0.005

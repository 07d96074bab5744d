"""Form and scattered light: what bloom takes and moves, and a face that does not take part in it."""

from __future__ import annotations

import pytest
import torch

from softfocus.color import linear_to_srgb, srgb_to_linear
from softfocus.quality import Effect, Measured, measure_effect
from softfocus.quality.report.diagnosis import FAR_GLOW, WIDE_GLOW
from testing.quality import looks


@pytest.fixture(scope="module", params=["real", "synthetic"])
def portrait(request) -> looks.Portrait:
    return getattr(looks, request.param)()


@pytest.fixture(scope="module")
def measured(portrait) -> dict[str, Effect]:
    return looks.effects(portrait)


def test_form_goes_with_scattered_light_and_not_with_a_small_blur(measured):
    assert measured["identity"].form == 1.0
    assert measured["blur"].form > 0.9
    assert measured["dreamy"].form < 0.75
    assert measured["good"].form == pytest.approx(measured["dreamy"].form, abs=0.07)


def test_form_ends_at_a_pasted_face_and_not_at_one_whose_detail_is_restored(measured):
    assert measured["pasted"].form_step > 0.15
    assert measured["good"].form_step < 0.1
    assert abs(measured["dreamy"].form_step) < 0.05
    assert measured["pasted"].colour_form > measured["good"].colour_form + 0.1


def test_sharpening_sees_more_detail_than_there_was(measured):
    assert measured["haloed"].sharpening > 4
    for name in ("identity", "good", "dreamy", "pasted"):
        assert measured[name].sharpening <= 1.0, name


def test_sharpening_looks_where_the_mask_is_strongest(portrait):
    picture, mask = portrait
    middle = looks.relative_blur(mask, 0.05)
    eyes = (middle > 0.8 * middle.max()).float()
    weighted = looks.relative_blur(torch.maximum(0.3 * mask, eyes), 0.003)
    detail = picture - looks.relative_blur(picture, 0.002)
    sharpened = measure_effect(Measured.of(picture + (1.5 * eyes - 1) * detail, picture, weighted))
    assert sharpened.sharpening > 1.25 * sharpened.finest and sharpened.sharpening > 1.5


def test_light_that_goes_far_is_told_from_light_that_stays_near(portrait):
    picture, mask = portrait
    light = srgb_to_linear(picture)

    def scattered(width: float, share: float = 0.3):
        moved = torch.lerp(light, looks.relative_blur(light, width), share)
        return measure_effect(Measured.of(linear_to_srgb(moved), picture, mask))

    near, far = scattered(0.03), scattered(0.12)
    assert far.wide_glow > FAR_GLOW > WIDE_GLOW > near.wide_glow
    assert near.glow > 30
    assert scattered(0.03, 0.15).glow == pytest.approx(near.glow / 2, rel=0.3)

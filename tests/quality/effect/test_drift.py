"""The face's light follows the law of its surroundings: what counts as drift, and what does not."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import interpolate

from softfocus.color import linear_to_srgb, srgb_to_linear
from softfocus.quality import Measured, measure_effect
from softfocus.quality.effect import least_squares
from testing.quality import looks


@pytest.fixture(scope="module", params=["real", "synthetic"])
def portrait(request) -> looks.Portrait:
    return getattr(looks, request.param)()


def test_detail_that_returns_is_no_other_light(portrait):
    measured = looks.effects(portrait)
    for name in ("identity", "blur", "dreamy", "good", "sharper"):
        assert measured[name].face_drift < 0.3, name


def test_law_of_dark_surroundings_holds_for_a_bright_face(portrait):
    picture, mask = portrait
    dark = picture * (0.15 + 0.85 * mask)
    for scatter in (0.0, 0.2, 0.35):
        assert measure_effect(Measured.of(looks.dreamy(dark, scatter), dark, mask)).face_drift < 1.0
    assert measure_effect(Measured.of(looks.dreamy(dark) + 0.07 * mask, dark, mask)).face_drift > 10


def test_light_that_wavers_as_much_outside_is_no_drift():
    picture, mask = looks.synthetic()
    picture = 0.2 + 0.6 * picture
    grain = torch.randn(mask.shape, generator=torch.Generator().manual_seed(3))
    waves = looks.relative_blur(grain, 0.015)
    waves = 0.02 * waves / waves.std()
    assert 255 * float((waves * mask).abs().sum() / mask.sum()) > 3
    assert measure_effect(Measured.of(picture + waves, picture, mask)).face_drift < 0.5
    assert measure_effect(Measured.of(picture + waves * (mask > 0.1), picture, mask)).face_drift > 1.5


def test_exposure_and_veil_are_no_drift_and_do_not_hide_one(portrait):
    picture, mask = portrait
    light = srgb_to_linear(picture)
    for even in (linear_to_srgb(0.6 * light), linear_to_srgb(0.1 + 0.85 * light)):
        assert measure_effect(Measured.of(even, picture, mask)).face_drift < 0.3
        assert measure_effect(Measured.of(even + 0.03 * mask, picture, mask)).face_drift > 4


def test_samples_of_smooth_light_stand_for_all_of_it(portrait, monkeypatch):
    picture, mask = (interpolate(each, (1024, 1024), mode="bilinear") for each in portrait)

    def drifts() -> list[float]:
        pictures = (looks.dreamy(picture) + 0.05 * mask, 0.9 * picture + 0.02 * mask)
        return [measure_effect(Measured.of(each, picture, mask)).face_drift for each in pictures]

    some = drifts()
    monkeypatch.setattr(least_squares, "APART", 0.0)
    everywhere = drifts()
    assert some != everywhere
    assert some == pytest.approx(everywhere, abs=0.005, rel=0.002)

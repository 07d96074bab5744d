"""The measurements tell apart what global metrics cannot, at any size and on any picture."""

from __future__ import annotations

import math
import sys
from dataclasses import asdict, replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.quality import Measured, measure_effect
from softfocus.quality.effect.detail import FINE, MIDDLE, detail_energy, noise_gain, smoothed
from softfocus.quality.regions import EMPTY_MASK, FULL_MASK, NO_MASK, find_regions
from softfocus.units import diagonal
from testing.quality import looks


@pytest.fixture(scope="module", params=["real", "synthetic"])
def portrait(request) -> looks.Portrait:
    return getattr(looks, request.param)()


@pytest.fixture(scope="module")
def measured(portrait):
    return looks.effects(portrait)


def test_identity_changes_nothing(measured):
    effect = measured["identity"]
    assert effect.kept_inside == effect.kept_outside == 1.0
    for name in ("selectivity_db", "face_drift", "form_step", "glow", "halo_mean", "halo_peak", "clipped_percent"):
        assert getattr(effect, name) == pytest.approx(0.0, abs=1e-6), name
    assert effect.colour_drift == pytest.approx(0.0, abs=1e-3)


def test_selectivity_ranks_the_variants(measured):
    selectivity = {name: effect.selectivity_db for name, effect in measured.items()}
    assert abs(selectivity["blur"]) < 1.0
    assert abs(selectivity["dreamy"]) < 1.0
    assert selectivity["good"] > 4.0
    assert selectivity["sharper"] > selectivity["good"] + 0.5
    assert selectivity["face blurred"] < -3.0


def test_kept_energy_says_where_the_detail_is(measured):
    assert measured["dreamy"].kept_inside < 0.3
    assert measured["good"].kept_inside > 2 * measured["dreamy"].kept_inside
    assert measured["good"].kept_outside == pytest.approx(measured["dreamy"].kept_outside, rel=0.02)
    assert measured["face blurred"].kept_outside > 2 * measured["face blurred"].kept_inside


def test_drift_sees_a_face_in_another_light_but_not_the_bloom_itself(measured):
    for other in ("pasted", "lit face"):
        assert measured[other].face_drift > 2 * measured["good"].face_drift
    assert measured["lit face"].face_drift > 8
    assert measured["good"].face_drift < 2


def test_glow_sees_bloom_but_neither_exposure_nor_blur(portrait, measured):
    picture, mask = portrait
    brighter = measure_effect(Measured.of(picture.clamp(max=0.7) * 1.2, picture.clamp(max=0.7), mask))
    assert measured["dreamy"].glow > 12
    assert abs(brighter.glow) < 2
    assert abs(measured["blur"].glow) < 5


def test_halo_sees_overshoot_but_not_blur(measured):
    assert measured["haloed"].halo_peak > 20
    assert measured["haloed"].halo_mean > 1
    for soft in ("blur", "dreamy", "good"):
        assert measured[soft].halo_peak < 4


def test_color_drift_sees_a_tint(measured):
    assert measured["tinted"].colour_drift > measured["good"].colour_drift + 5


def test_without_kornia_only_the_color_drift_is_lost(measured, portrait, monkeypatch):
    picture, mask = portrait
    monkeypatch.setitem(sys.modules, "kornia.color", None)
    effect = measure_effect(Measured.of(looks.restored(picture, mask), picture, mask))
    assert effect == replace(measured["good"], colour_drift=None)


def test_clipping_counts_new_white_and_new_black_apart():
    reference = torch.full((1, 3, 10, 10), 0.5)
    reference[..., :4] = 0.0
    picture = torch.full((1, 3, 10, 10), 0.5)
    picture[..., 8:] = 1.2
    assert measure_effect(Measured.of(picture, reference)).clipped_percent == pytest.approx(20)
    assert measure_effect(Measured.of(reference, picture)).clipped_percent == pytest.approx(40)
    assert measure_effect(Measured.of(picture)).clipped_percent == pytest.approx(20)


def test_same_look_measures_the_same_at_twice_the_size():
    small, large = (looks.effects(looks.real(size))["good"] for size in (256, 512))
    assert large.kept_inside == pytest.approx(small.kept_inside, rel=0.15)
    assert large.selectivity_db == pytest.approx(small.selectivity_db, abs=1.0)
    assert large.face_drift == pytest.approx(small.face_drift, abs=0.3)
    assert large.glow == pytest.approx(small.glow, abs=1.0)


def test_noise_is_estimated_and_does_not_count_as_detail():
    generator = torch.Generator().manual_seed(1)
    ramp = torch.linspace(0.3, 0.7, 256).expand(1, 3, 256, 256)
    noise = 0.03 * torch.randn(1, 1, 256, 256, generator=generator)
    picture = Measured.of(ramp + noise)
    left = torch.zeros_like(noise).index_fill_(3, torch.arange(128), 1)
    for region in (None, left, 0.3 * left):
        assert picture.noise_in(region) == pytest.approx(0.03, rel=0.05)
    passed = noise_gain(FINE * diagonal(noise), MIDDLE * diagonal(noise)) * 0.03**2
    fine, middle, _ = smoothed(picture.luma)
    assert (fine - middle).square().mean() == pytest.approx(passed, rel=0.1)
    assert detail_energy(picture, None) < 0.1 * passed


def test_without_reference_contrast_and_softness_remain(portrait):
    picture, mask = portrait
    good, plain, soft = (
        measure_effect(Measured.of(looks.variants(portrait)[k], None, mask)) for k in ("good", "identity", "dreamy")
    )
    assert good.contrast_db > plain.contrast_db + 3
    assert good.contrast_db > soft.contrast_db + 3
    assert soft.softness_db > plain.softness_db + 3
    undefined = (good.kept_inside, good.selectivity_db, good.face_drift, good.glow, good.halo_peak)
    assert undefined == (None,) * 5


@pytest.mark.parametrize(("mask", "note"), [(None, NO_MASK), (0.0, EMPTY_MASK), (0.01, EMPTY_MASK), (1.0, FULL_MASK)])
def test_no_empty_and_full_mask_make_one_region(mask, note):
    picture, _ = looks.synthetic()
    soft = looks.dreamy(picture)
    plain = measure_effect(Measured.of(soft, picture))
    effect = measure_effect(Measured.of(soft, picture, None if mask is None else torch.full_like(picture[:, :1], mask)))
    assert effect == replace(plain, note=note)
    assert plain.selectivity_db is plain.face_drift is plain.kept_inside is None
    assert plain.kept_whole is not None and plain.kept_whole < 0.5


def test_the_transition_band_belongs_to_neither_side():
    mask = torch.zeros(1, 1, 100, 100)
    mask[..., 40:60, 40:60] = 1
    regions = find_regions(mask)
    assert regions.outside is not None and regions.ring is not None
    assert regions.outside[..., 39:61, 39:61].sum() == 0
    assert regions.outside[..., :30].min() == 1
    assert regions.ring[..., 50, 35] > regions.ring[..., 50, 20] and regions.ring[..., 50, 50] == 0


def test_frames_are_measured_one_by_one():
    picture, mask = looks.synthetic()
    soft, good = looks.dreamy(picture), looks.restored(picture, mask)
    masks = torch.cat([mask, mask.flip(-1)])
    batch = Measured.frames(torch.cat([soft, good]), picture.expand(2, -1, -1, -1), masks)
    alone = Measured.of(soft, picture, mask), Measured.of(good, picture, mask.flip(-1))
    assert [measure_effect(each) for each in batch] == [measure_effect(each) for each in alone]
    assert list(Measured.frames(torch.zeros(0, 3, 4, 4))) == []


def test_shapes_that_do_not_belong_together_are_refused():
    picture = torch.zeros(2, 3, 8, 8)
    with pytest.raises(ValueError, match="reference has shape"):
        list(Measured.frames(picture, torch.zeros(1, 3, 8, 8)))
    with pytest.raises(ValueError, match="mask has shape"):
        list(Measured.frames(picture, None, torch.zeros(2, 1, 8, 9)))


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    kind=st.sampled_from(["flat", "noise", "hdr", "broken"]),
    seed=st.integers(0, 99),
    masked=st.booleans(),
    referenced=st.booleans(),
)
def test_every_picture_has_finite_measurements(height, width, kind, seed, masked, referenced):
    generator = torch.Generator().manual_seed(seed)
    picture = torch.rand(1, 3, height, width, generator=generator)
    if kind == "flat":
        picture = torch.full_like(picture, seed / 99)
    if kind == "hdr":
        picture = 8 * picture - 2
    if kind == "broken":
        picture[..., 0] = torch.tensor([float("nan"), float("inf"), -float("inf")])[:, None]
    mask = (torch.rand(1, 1, height, width, generator=generator) - 0.5).clamp(0, 1) if masked else None
    before = picture.clone()
    effect = measure_effect(Measured.of(picture, picture.flip(-1) if referenced else None, mask))
    assert torch.equal(picture.nan_to_num(), before.nan_to_num())
    values = [value for value in asdict(effect).values() if isinstance(value, float)]
    assert values and all(math.isfinite(value) for value in values)


@settings(max_examples=25, deadline=None)
@given(level=st.floats(0.05, 0.95), other=st.floats(0.05, 0.95))
def test_flat_pictures_keep_all_of_no_detail(level, other):
    mask = looks.ellipse(24, (0.5, 0.5), (0.2, 0.2))
    effect = measure_effect(Measured.of(torch.full((1, 3, 24, 24), level), torch.full((1, 3, 24, 24), other), mask))
    assert effect.kept_inside == pytest.approx(1, abs=1e-3)
    assert effect.selectivity_db == pytest.approx(0, abs=1e-2)
    assert effect.face_drift == pytest.approx(0, abs=1e-2)
    assert effect.glow == pytest.approx(0, abs=1e-3)

"""What lies inside the mask measures the same however small the face is, where its box is known."""

from __future__ import annotations

import math
from dataclasses import asdict, replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from softfocus.at_settings import apply_bloom
from softfocus.face_box import FaceBox
from softfocus.quality import Effect, Measured, measure_effect, score_effect
from softfocus.quality.effect.bands import split_bands
from softfocus.quality.effect.detail import FINE, MIDDLE, clean_energy
from softfocus.quality.regions import weighted_mean
from softfocus.settings import BloomSettings
from testing.quality import looks

INSIDE = (
    "kept_inside",
    "finest",
    "sharpening",
    "form",
    "form_step",
    "colour_form",
    "colour_form_ring",
    "seam",
    "halo_mean",
    "halo_peak",
    "colour_drift",
)
OUTSIDE = ("kept_outside", "finest_outside", "glow", "wide_glow", "clipped_percent")
SIZE = 176


def measured(name: str, look: str, times: int = 1, boxed: bool = True, referenced: bool = True) -> Effect:
    """A look of a portrait amid its mirrored self: the same pixels, the smaller a face in the larger a picture."""
    portrait = getattr(looks, name)(SIZE)
    made, before = (looks.amid(each, times) for each in (looks.variants(portrait)[look], portrait[0]))
    mask = looks.amid_nothing(portrait[1], times)
    boxes = [looks.face_box(name, SIZE, times)] if boxed else None
    return measure_effect(Measured.of(made, before if referenced else None, mask, None, boxes))


def off(found: Effect, other: Effect, names: tuple[str, ...] = INSIDE) -> float:
    """Largest relative difference; of values below a tenth, ten times the absolute one."""
    pairs = [(getattr(found, name), getattr(other, name)) for name in names]
    return max(abs(one - two) / max(0.1, abs(two)) for one, two in pairs)


@pytest.mark.parametrize("name", ["real", "synthetic"])
@pytest.mark.parametrize("look", ["good", "pasted", "haloed", "lit face"])
def test_a_face_a_fifth_of_the_diagonal_wide_measures_as_without_its_box(name, look):
    found, plain = measured(name, look), measured(name, look, boxed=False)
    assert found.faces == 1 and found.face_scale == pytest.approx(1) and plain.faces is plain.face_scale is None
    assert off(found, plain, (*INSIDE, "face_drift")) < 2e-3
    assert all(getattr(found, each) == getattr(plain, each) for each in OUTSIDE)


@pytest.mark.parametrize("name", ["real", "synthetic"])
@pytest.mark.parametrize("look", ["good", "dreamy", "sharper", "pasted", "haloed"])
def test_the_inside_measures_the_same_amid_ever_more(name, look):
    alone = measured(name, look, boxed=False)
    for times in (2, 4):
        small, unboxed = measured(name, look, times), measured(name, look, times, boxed=False)
        assert small.face_scale == pytest.approx(1 / times, rel=0.01)
        assert off(small, alone) < 0.1  # noise is measured at every third pixel of the larger picture
        assert off(unboxed, alone) > 0.3
        assert all(getattr(small, each) == getattr(unboxed, each) for each in OUTSIDE)


def test_a_small_face_pasted_back_is_seen_with_its_box_alone():
    for times in (2, 4):
        assert score_effect(measured("real", "pasted", times)).total < 40
        assert score_effect(measured("real", "pasted", times, boxed=False)).total > 75


def test_light_that_scatters_less_far_at_a_small_face_is_no_drift_but_another_light_on_it_is():
    """A strong bloom that knows the box: around the face twice as wide as usual, at the face by its scale."""
    picture, mask = looks.amid(looks.real(224)[0], 3), looks.amid_nothing(looks.real(224)[1], 3)
    box = looks.face_box("real", 224, 3)
    made = apply_bloom(picture, BloomSettings(intensity=0.8, radius=6.0), faces=[[box]])[0]

    def drift(image: Tensor, boxes: list[FaceBox] | None) -> float:
        return measure_effect(Measured.of(image.clamp(0, 1), picture, mask, None, boxes)).face_drift or 0.0

    assert drift(made, None) > 1 > 0.5 > drift(made, [box])
    assert drift(made + 0.07 * mask, [box]) > 3


def test_without_a_reference_the_face_has_its_own_lengths_too():
    alone = measured("real", "good", boxed=False, referenced=False)
    boxed, plain = (measured("real", "good", 4, each, referenced=False) for each in (True, False))
    assert boxed.softness_db == plain.softness_db
    outside = alone.contrast_db, measured("real", "dreamy", boxed=False, referenced=False).contrast_db
    small = boxed.contrast_db, measured("real", "dreamy", 4, referenced=False).contrast_db
    assert small[0] - small[1] == pytest.approx(outside[0] - outside[1], abs=0.1)
    bare = plain.contrast_db - measured("real", "dreamy", 4, False, referenced=False).contrast_db
    assert abs(bare - (outside[0] - outside[1])) > 1


def test_noise_of_a_small_face_is_taken_off_at_its_own_lengths():
    generator = torch.Generator().manual_seed(1)
    noise = 0.03 * torch.randn(1, 3, 400, 400, generator=generator)
    mask = looks.ellipse(400, (0.5, 0.5), (0.15, 0.12))
    picture = Measured.of(0.5 + noise, None, mask, None, [FaceBox(150, 150, 100, 100, 40)])
    bands = split_bands(picture, picture.regions.lengths)
    raw = weighted_mean(bands.detail.square(), picture.regions.inside)
    assert bands.energy(picture.regions.inside) < 0.2 * raw
    other = clean_energy(bands.detail, picture.noise_in(mask), picture.regions.inside, FINE, MIDDLE)
    assert other > 0.5 * raw  # what the diagonal's lengths would take off


def test_two_faces_of_very_different_size_each_count_in_their_own_lengths():
    """A portrait, and in its corner the same at a quarter of the size: the same look on both."""
    parts = {}
    for size in (512, 128):
        picture, mask = looks.real(size)
        parts[size] = looks.variants((picture, mask))["good"], picture, mask
    whole = [each.clone() for each in parts[512]]
    for plane, small in zip(whole, parts[128], strict=True):
        plane[..., 384:, 384:] = small
    small_face = looks.face_box("real", 128)
    boxes = [looks.face_box("real", 512), replace(small_face, left=small_face.left + 384, top=small_face.top + 384)]
    alone = {size: measure_effect(Measured.of(*each)) for size, each in parts.items()}

    def inside(faces: list[FaceBox]) -> Effect:
        one = Measured.of(*whole, None, faces)
        if len(faces) == 2:
            return measure_effect(one)
        only = whole[2].clone()
        only[..., :384, :] = 0
        return measure_effect(Measured.of(whole[0], whole[1], only, None, faces))

    both = inside(boxes)
    assert both.faces == 2 and 0.25 < both.face_scale < 1
    large, small = alone[512].kept_inside, alone[128].kept_inside
    assert min(large, small) - 0.02 < both.kept_inside < max(large, small) + 0.02
    assert min(alone[512].form, alone[128].form) - 0.02 < both.form < max(alone[512].form, alone[128].form) + 0.02
    assert inside(boxes[1:]).kept_inside == pytest.approx(small, rel=0.03)
    assert abs(inside([]).kept_inside - small) > 0.1


def test_boxes_that_are_not_in_the_mask_change_no_number():
    picture, mask = looks.real(SIZE)
    made = looks.restored(picture, mask)
    plain = measure_effect(Measured.of(made, picture, mask))
    far = FaceBox(150, 150, 10, 10, 10)
    for boxes in ([], [far], [FaceBox(-900, 0, 20, 20, 20)]):
        assert measure_effect(Measured.of(made, picture, mask, None, boxes)) == replace(plain, faces=0)
    alone = measure_effect(Measured.of(made, picture))
    assert measure_effect(Measured.of(made, picture, None, None, [far])) == replace(alone, faces=0)


def test_every_frame_has_the_boxes_of_its_own():
    picture, mask = looks.synthetic(96)
    made, box = looks.restored(picture, mask), looks.face_box("synthetic", 96)
    small = FaceBox(box.left + 8, box.top + 8, box.width - 16, box.height - 16, box.width / 2)
    twice = [each.expand(2, -1, -1, -1) for each in (made, picture, mask)]
    found = list(Measured.frames(*twice, None, [[small], []]))
    assert [measure_effect(each).faces for each in found] == [1, 0]
    assert measure_effect(found[0]) == measure_effect(Measured.of(made, picture, mask, None, [small]))
    with pytest.raises(ValueError, match="faces has 1 frames; expected 2"):
        list(Measured.frames(*twice, None, [[small]]))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 99),
    places=st.lists(st.tuples(*[st.floats(-20, 40)] * 2, *[st.floats(0.01, 60)] * 3), max_size=3),
    referenced=st.booleans(),
)
def test_any_boxes_give_finite_measurements(seed, places, referenced):
    generator = torch.Generator().manual_seed(seed)
    picture = torch.rand(1, 3, 21, 34, generator=generator)
    mask = torch.zeros(1, 1, 21, 34)
    mask[..., 5:12, 8:20] = torch.rand(7, 12, generator=generator)
    boxes = [FaceBox(*each) for each in places]
    effect = measure_effect(Measured.of(picture, picture.flip(-1) if referenced else None, mask, None, boxes))
    values = [value for value in asdict(effect).values() if isinstance(value, float)]
    assert values and all(math.isfinite(value) for value in values)

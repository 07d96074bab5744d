"""The skin benchmark on one small portrait: bands are measured where skin is, and by the recipe of the blueprint."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from benchmarks.skin import __main__ as skin_bench
from benchmarks.skin.measures import BLOTCHES, FORM, PORES, Skin
from testing.face_size.sitters import sitter
from testing.faces.portrait import LEFT_EYE, face, picture

FINEST = (PORES, None)


@pytest.fixture(scope="module")
def skin() -> Skin:
    return Skin(sitter("astronaut", picture(), face()))


def test_skin_is_measured_away_from_all_that_is_kept(skin):
    x, y = (round(each) for each in LEFT_EYE)
    assert skin.kept[0, 0, y, x] > 0.98 and skin.mask[0, 0, y, x] < 0.02 and skin.place[0, 0, y, x] == 0
    assert skin.place.sum() > 0.1 * skin.sitter.width**2
    assert (skin.mask[skin.place == 1] > 0.98).all()


@pytest.mark.parametrize("band", [FORM, BLOTCHES], ids=["form", "blotches"])
def test_a_wave_counts_in_its_band(skin, band):
    """Of two waves in gray one is made twice as strong: four times the energy there, hardly more in the other band."""
    columns = torch.arange(skin.sitter.image.shape[-1]) / skin.sitter.width
    waves = {each: 0.05 * torch.sin(2 * math.pi * math.sqrt(math.prod(each)) * columns) for each in (FORM, BLOTCHES)}
    gray = (0.5 + sum(waves.values())).expand_as(skin.sitter.image)
    drawn = Skin(replace(skin.sitter, image=gray.contiguous()))
    gained = {each: drawn.share(gray + waves[band], each) for each in (FORM, BLOTCHES)}
    (other,) = set(gained) - {band}
    assert gained[band] > 3 and gained[other] < 2


def test_what_is_unchanged_has_all_of_it(skin):
    image = skin.sitter.image
    assert [skin.share(image, each) for each in (FORM, BLOTCHES, FINEST)] == [1, 1, 1]
    assert (skin.tone_shift(image), skin.change_of_kept(image)) == (0, 0)


def test_the_recipe_evens_skin_and_nothing_else(skin):
    evened = skin.evened()
    assert skin.share(evened, BLOTCHES) < 0.7 and skin.share(evened, FORM) > 0.6
    unmasked = (skin.mask == 0).expand_as(evened)
    assert torch.equal(evened[unmasked], skin.sitter.image[unmasked])
    assert skin.change_of_kept(evened) < 1


def test_limits_are_of_large_faces_and_can_be_missed():
    good = {"portrait": "a", "face px": 400, "form": 0.9, "blotches": 0.5, "pores": 0.9, "tone": 0.1, "kept": 0.1}
    small = good | {"face px": 200, "blotches": 0.9}
    assert all(check.met for check in skin_bench.checks([good, small], "reported"))
    for column, bad in {"form": 0.7, "blotches": 0.7, "pores": 0.6, "tone": 2.0, "kept": 2.0}.items():
        assert sum(not check.met for check in skin_bench.checks([good, good | {column: bad}], "reported")) == 1

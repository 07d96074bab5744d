"""Pictures and references that show next to nothing: low scores, bounded numbers, sentences that say so."""

from __future__ import annotations

import json
import re

import pytest
import torch
from torch import Tensor

from softfocus.quality import Effect, Measured, Score, measure_clarity, measure_effect, rank, write_report
from softfocus.quality.effect.effect_report import FLAT_REFERENCE, NEXT_TO_NOTHING
from testing.pictures import make_picture

SIDE = 192


def flat(value: float, side: int = SIDE) -> Tensor:
    return torch.full((1, 3, side, side), float(value))


def dot(y: int, x: int, side: int = SIDE, value: float = 1.0, ground: float = 0.0, channel: slice | int = slice(None)):
    image = flat(ground, side)
    image[0, channel, y, x] = value
    return image


def noise(ground: float) -> Tensor:
    steps = torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    return ground + (2 * steps).floor() / 255


def halves(low: float, high: float) -> Tensor:
    image = flat(low)
    image[..., SIDE // 2 :] = high
    return image


EMPTY = {
    "black": flat(0),
    "white": flat(1),
    "grey": flat(0.5),
    "black, 1 x 1": flat(0, 1),
    "white, 1 x 1": flat(1, 1),
    "grey, 2 x 2": flat(0.5, 2),
    "a corner": dot(0, 0),
    "a corner, small": dot(0, 0, 64),
    "a corner, tiny": dot(15, 15, 16),
    "a dot": dot(96, 64),
    "a dot at the edge": dot(0, 5),
    "a red dot": dot(10, 10, channel=0),
    "a grey dot": dot(12, 7, value=0.3),
    "a dark dot": dot(12, 7, value=0.0, ground=0.5),
    "a dot, large": dot(200, 300, 512),
    "noise": noise(0),
    "noise on grey": noise(0.5),
    "nearly black": halves(0, 1 / 255),
}
FLAT = ("black", "white", "grey", "noise", "noise on grey", "nearly black")
MASK = torch.zeros(1, 1, SIDE, SIDE).index_fill_(3, torch.arange(SIDE // 4, 3 * SIDE // 4), 1)
MASKS = pytest.mark.parametrize("mask", [None, MASK], ids=["no mask", "mask"])


def score(image: Tensor, reference: Tensor | None = None, mask: Tensor | None = None) -> tuple[Score, str, Effect]:
    """The score, the sentences, and the measurements."""
    picture = Measured.of(image, reference, mask)
    clarity = measure_clarity(picture)
    effect = measure_effect(picture, clarity.distortions)
    ranking = rank([effect])
    sentences, data = write_report(ranking, [clarity]).rsplit("\n\n", 1)
    json.loads(data, parse_constant=lambda name: pytest.fail(f"{name} in the report"))
    return ranking.scores[0], sentences, effect


@pytest.mark.parametrize("name", EMPTY)
def test_what_shows_next_to_nothing_scores_low_and_is_told_so(name):
    found, sentences, effect = score(EMPTY[name])
    assert found.total < 10
    assert effect.shown is not None and 0 <= effect.shown <= 1
    if "dot" in name or "corner" in name:
        assert NEXT_TO_NOTHING in sentences


def test_a_small_subject_on_black_is_a_picture():
    """The moon: a disc of 8 % of the width, and all photographs, keep their scores."""
    moon = flat(0, 512)
    moon[..., 200:241, 200:241] = 0.3 + 0.4 * make_picture(41, 41)
    found, sentences, effect = score(moon)
    assert effect.shown == 1 and found.total > 50 and NEXT_TO_NOTHING not in sentences


@MASKS
@pytest.mark.parametrize("name", FLAT)
def test_a_reference_without_detail_gives_a_sentence_and_no_huge_number(name, mask):
    found, sentences, effect = score(make_picture(SIDE, SIDE), EMPTY[name], mask)
    assert FLAT_REFERENCE.format("") in sentences
    assert found.total < 10
    assert all(abs(int(each)) <= 1000 for each in re.findall(r"(-?\d+)(?:\.\d+)? %", sentences))
    for each in ("kept_whole", "kept_inside", "kept_outside", "finest", "sharpening", "form"):
        value = getattr(effect, each)
        assert value is None or abs(value) <= 10
    assert effect.glow is not None and abs(effect.glow) <= 100


@MASKS
@pytest.mark.parametrize("name", [each for each in EMPTY if EMPTY[each].shape[-1] == SIDE])
@pytest.mark.parametrize("turned", [False, True], ids=["reference", "picture"])
def test_numbers_are_bounded_whichever_side_is_empty(name, mask, turned):
    sides = (EMPTY[name], make_picture(SIDE, SIDE))
    found, sentences, effect = score(*(sides if turned else sides[::-1]), mask)
    assert found.total < 10
    assert all(abs(int(each)) <= 1000 for each in re.findall(r"(-?\d+)(?:\.\d+)? %", sentences))


def test_the_sentence_names_the_side_without_detail():
    reference = make_picture(SIDE, SIDE)
    outside = torch.where(MASK > 0, reference, 0.5)
    _, sentences, effect = score(reference, outside, torch.nn.functional.max_pool2d(MASK, 9, 1, 4))
    assert effect.flat_reference == FLAT_REFERENCE.format(" outside") and effect.flat_reference in sentences


@MASKS
def test_a_reference_with_detail_is_not_called_flat(mask):
    picture = make_picture(SIDE, SIDE)
    _, sentences, effect = score(picture, picture, mask)
    assert effect.flat_reference == "" and "no fine detail" not in sentences


def test_white_of_254_counts_as_burnt():
    """PyAV decodes the white of WebP and AVIF as 254/255."""
    picture = 0.8 * make_picture(96, 128)
    results = []
    for white in (1.0, 254 / 255):
        burnt = picture.clone()
        burnt[..., :40] = white
        alone, changed = (measure_effect(Measured.of(burnt, reference)) for reference in (None, picture))
        results.append((alone.clipped_percent, changed.clipped_percent))
    assert results[1] == pytest.approx(results[0]) and min(results[1]) > 30
    grey = picture.clone()
    grey[..., :40] = 253 / 255
    assert measure_effect(Measured.of(grey)).clipped_percent == 0

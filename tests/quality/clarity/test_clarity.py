"""Clarity of each region, the meaning of the score without reference and mask, and the ladder's own rules."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace

import pytest
import torch

from softfocus.quality import Effect, Measured, measure_clarity, measure_effect, score_effect
from softfocus.quality.clarity.clarity_report import describe_natural
from softfocus.quality.regions import EMPTY_MASK, FULL_MASK, NO_MASK
from softfocus.quality.report.score import GOALS, STRETCH
from testing.quality import looks
from testing.quality.ladder import DISTORTIONS, ladder, preferred
from testing.quality.photographs import pictures

CLEAREST = {
    True: Effect("", referenced=False, clipped_percent=0, edge_width=0.05, noise=0, block_step=0, ringing=0),
    False: Effect(
        NO_MASK,
        referenced=False,
        clipped_percent=0,
        noise=0,
        block_step=0,
        ringing=0,
        detail_db=60,
        dark_quarter=100,
        burnt_root=0,
        likeness=0,
        signal_db=60,
    ),
}  # with a mask, and without
FAULTS = [goal for goal in GOALS if not goal.referenced and goal.weight == 0]


def total(picture: torch.Tensor) -> float:
    return score_effect(measure_effect(Measured.of(picture))).total


@pytest.mark.parametrize("kind", DISTORTIONS)
def test_the_less_distorted_picture_scores_higher(kind):
    """Sharpening helps soft pictures at first, so only its strong steps count."""
    shares = []
    for name, picture in pictures().items():
        steps = ladder(picture, kind, name)
        values = [total(step) for step in (steps[2:] if kind == "oversharpening" else steps)]
        shares.append(preferred(values))
        assert values[-1] < min(values[:-1]), (name, values)
    assert sum(shares) / len(shares) > 0.95, shares


def test_a_score_of_100_and_of_50():
    """Alone, half of the product is shown as what 1 - (1 - p)^1.5 makes of it."""
    for goal in FAULTS:
        clearest = CLEAREST[goal.masked]
        assert score_effect(clearest).total == pytest.approx(100)
        half = 50 if goal.masked else 100 * (1 - 0.5**STRETCH)
        assert score_effect(replace(clearest, **{goal.source: goal.bad})).total == pytest.approx(half), goal.name


@pytest.mark.parametrize("goal", FAULTS, ids=lambda goal: f"{goal.name}, {'masked' if goal.masked else 'alone'}")
def test_score_falls_with_every_fault_and_never_ties(goal):
    way = goal.bad - goal.good
    values = [
        score_effect(replace(CLEAREST[goal.masked], **{goal.source: goal.good + way * step / 8})).total
        for step in range(1, 60)
    ]
    assert all(now > later > 0 for now, later in zip(values, values[1:], strict=False))


def test_a_flat_picture_is_not_clear():
    assert total(torch.full((1, 3, 64, 64), 0.5)) < 1


def test_a_clear_face_in_a_dreamy_picture_beats_the_blur():
    picture, mask = looks.real()
    dreamy_only, good = looks.dreamy(picture), looks.restored(picture, mask)
    assert total(picture) > total(good) > total(dreamy_only) + 5


def test_with_a_mask_the_edges_inside_count():
    picture, mask = looks.real()
    variants = looks.variants(looks.real())
    inside, outside = (measure_effect(Measured.of(variants[name], None, mask)) for name in ("good", "face blurred"))
    assert outside.edge_width > 1.5 * inside.edge_width
    names = {part.goal.name for part in score_effect(inside).parts}
    assert names >= {"edge width", "noise", "softness", "detail in the mask over outside"}


def test_regions_are_told_apart():
    picture = pictures()["coffee"]
    mask = torch.zeros_like(picture[:, :1])
    mask[..., :, :110] = 1
    clarity = measure_clarity(Measured.of(torch.lerp(looks.relative_blur(picture, 0.008), picture, mask), mask=mask))
    assert clarity.note == "" and clarity.inside is not None and clarity.outside is not None
    assert clarity.inside.edge_width < 0.6 * clarity.outside.edge_width
    assert clarity.distortions.edge_width == clarity.inside.edge_width
    assert clarity.inside.brisque < clarity.outside.brisque
    assert json.loads(json.dumps(asdict(clarity)))["outside"]["piqe"] == clarity.outside.piqe


def test_distortions_serve_the_score_too():
    picture = pictures()["coffee"]
    mask = torch.zeros_like(picture[:, :1])
    mask[..., :, :110] = 1
    for chosen in (None, mask):
        found = Measured.of(picture, mask=chosen)
        assert measure_effect(found, measure_clarity(found).distortions) == measure_effect(found)


@pytest.mark.parametrize(("value", "note"), [(None, NO_MASK), (0.0, EMPTY_MASK), (1.0, FULL_MASK)])
def test_no_empty_and_full_mask_make_one_region(value, note):
    picture = pictures()["astronaut"]
    mask = None if value is None else torch.full_like(picture[:, :1], value)
    clarity = measure_clarity(Measured.of(picture, mask=mask))
    assert clarity == replace(measure_clarity(Measured.of(picture)), note=note)
    assert clarity.inside is clarity.outside is None
    assert clarity.distortions.edge_width == clarity.whole.edge_width


def test_sentences_name_regions_and_what_is_missing():
    picture = pictures()["rocket"]
    mask = torch.zeros_like(picture[:, :1])
    mask[..., 100:140, 100:140] = 1
    lines = describe_natural(measure_clarity(Measured.of(picture, mask=mask)))
    assert any(line.startswith("Inside of the mask: edges") and "too small or flat for NIQE" in line for line in lines)
    assert any(line.startswith("Outside: edges") and "NIQE" in line for line in lines)
    assert [line.split(":")[0] for line in describe_natural(measure_clarity(Measured.of(picture)))] == ["Whole picture"]
    assert all(line.endswith(".") for line in lines)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 3), (16, 20)])
@pytest.mark.parametrize("kind", ["flat", "broken", "hdr"])
def test_tiny_and_broken_pictures_are_defined(shape, kind):
    picture = torch.rand(1, 3, *shape, generator=torch.Generator().manual_seed(0))
    picture = {
        "flat": picture * 0 + 0.4,
        "broken": torch.where(picture > 0.5, math.nan, picture),
        "hdr": 9 * picture - 4,
    }[kind]
    before = picture.clone()
    clarity = measure_clarity(Measured.of(picture, mask=torch.ones_like(picture[:, :1])))
    json.dumps(asdict(clarity), allow_nan=False)
    assert clarity.whole.niqe is None
    assert describe_natural(clarity)
    assert torch.equal(picture.nan_to_num(), before.nan_to_num())


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match="image has shape"):
        measure_clarity(Measured.of(torch.zeros(2, 3, 8, 8)))
    with pytest.raises(ValueError, match="mask has shape"):
        measure_clarity(Measured.of(torch.zeros(1, 3, 8, 8), mask=torch.zeros(1, 1, 8, 9)))


def test_preference_counts_pairs_and_ties():
    assert preferred([3, 2, 1]) == 1
    assert preferred([1, 2, 3]) == 0
    assert preferred([1, 1]) == 0.5
    assert preferred([2, 3, 1]) == pytest.approx(2 / 3)

"""The score puts the wanted look first and every fault behind it, and means what its docstring says."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.quality import Effect, Measured, measure_effect, rank, score_effect
from softfocus.quality.report.score import GOALS
from testing.quality import looks
from testing.quality.looks import PERFECT

MEASURED = [goal for goal in GOALS if goal.referenced and getattr(PERFECT, goal.source) is not None]


@pytest.fixture(scope="module", params=["real", "synthetic"])
def portrait(request) -> looks.Portrait:
    return getattr(looks, request.param)()


@pytest.fixture(scope="module")
def totals(portrait) -> dict[str, float]:
    return {name: score_effect(effect).total for name, effect in looks.effects(portrait).items()}


@pytest.mark.parametrize(
    "worse", ["identity", "blur", "dreamy", "face blurred", "haloed", "clipped", "lit face", "tinted"]
)
def test_good_look_wins_clearly(totals, worse):
    assert totals["good"] > 80
    assert totals["good"] > totals[worse] + 20


def test_pasted_face_scores_lower_where_light_moves():
    totals = {name: score_effect(effect).total for name, effect in looks.effects(looks.real()).items()}
    assert totals["good"] > totals["pasted"] + 20


def test_unchanged_picture_scores_what_the_docstring_says(portrait):
    picture, mask = portrait
    assert score_effect(measure_effect(Measured.of(picture, picture, mask))).total == pytest.approx(30)
    assert score_effect(measure_effect(Measured.of(picture, picture))).total == pytest.approx(37.5)


def test_order_without_reference(portrait):
    _, mask = portrait
    pictures = looks.variants(portrait)
    total = {
        name: score_effect(measure_effect(Measured.of(picture, None, mask))).total for name, picture in pictures.items()
    }
    for worse in ("identity", "blur", "dreamy", "face blurred", "clipped"):
        assert total["good"] > total[worse] + 10, worse


def test_order_without_mask(portrait):
    picture, _ = portrait
    total = {
        k: score_effect(measure_effect(Measured.of(v, picture))).total for k, v in looks.variants(portrait).items()
    }
    for worse in ("identity", "haloed", "clipped", "tinted"):
        assert total["good"] > total[worse] + 10, worse


def test_a_score_of_100_and_of_50():
    assert score_effect(PERFECT).total == pytest.approx(100)
    for goal in MEASURED:
        at_bad = score_effect(replace(PERFECT, **{goal.source: goal.bad})).total
        assert at_bad == pytest.approx(100 * (1 - goal.weight) if goal.weight else 50), goal.name
        at_good = score_effect(replace(PERFECT, **{goal.source: goal.good})).total
        assert at_good == pytest.approx(100), goal.name


def test_weights_of_the_looks_add_up():
    assert sum(goal.weight for goal in MEASURED) == pytest.approx(1)
    assert sum(goal.weight for goal in GOALS if not goal.referenced) == pytest.approx(1)


@settings(max_examples=150, deadline=None)
@given(
    goal=st.sampled_from(MEASURED),
    first=st.floats(-30, 60),
    second=st.floats(-30, 60),
    others=st.lists(st.floats(-1, 30), min_size=len(MEASURED), max_size=len(MEASURED)),
)
def test_score_is_bounded_and_monotone_in_every_measurement(goal, first, second, others):
    base = replace(PERFECT, **{each.source: value for each, value in zip(MEASURED, others, strict=True)})
    low, high = (score_effect(replace(base, **{goal.source: x})).total for x in sorted((first, second)))
    assert 0 <= low <= 100 and 0 <= high <= 100
    if goal.good > goal.bad:
        assert high >= low - 1e-9
    else:
        assert high <= low + 1e-9


def test_faults_keep_their_order_however_large():
    totals = [score_effect(replace(PERFECT, halo_peak=peak)).total for peak in (5, 20, 80, 160, 255)]
    assert totals == sorted(totals, reverse=True) and len(set(totals)) == len(totals)


def test_ranking_is_best_first_and_stable():
    plain = replace(PERFECT, kept_outside=1.0)
    ranking = rank([plain, PERFECT, plain, PERFECT]).scores
    assert [score.index for score in ranking] == [1, 3, 0, 2]
    assert rank([]).scores == ()


def test_missing_color_drift_is_left_out():
    score = score_effect(replace(PERFECT, colour_drift=None))
    assert score.total == pytest.approx(100)
    assert "colour drift" not in [part.goal.name for part in score.parts]


def test_goals_name_measurements():
    assert {goal.source for goal in GOALS} <= {field.name for field in fields(Effect)}

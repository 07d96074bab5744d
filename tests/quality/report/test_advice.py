"""Advice names the widget that was wrong, and turning it helps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.at_settings import apply_bloom, apply_blur, apply_sharpen
from softfocus.faces import detail_mask
from softfocus.quality import Effect, Measured, Score, measure_effect, score_effect
from softfocus.quality.report.advice import GOOD_ENOUGH, MOST_ADVICE, advise
from softfocus.quality.report.score import GOALS
from softfocus.quality.report.turn import BLOOM, BLUR, MASK, SHARPEN
from softfocus.settings import BlurSettings, SharpenSettings
from testing.faces.portrait import face
from testing.quality import looks
from testing.quality.looks import PERFECT

WIDGETS = {
    MASK: {"feather"},
    BLUR: {"sigma", "bboxes"},
    BLOOM: {"intensity", "radius", "tint", "protect_mask", "bboxes"},
    SHARPEN: {"amount", "radius", "halo_limit", "noise_threshold", "mask", "bboxes", "medium", "coarse"},
}

# what the graph measures like, one thing wrong at a time, and what the first advice has to be
CAUSES = {
    "no bloom": ({"glow": 1, "kept_outside": 0.54, "selectivity_db": 2.6}, ("raise", "intensity")),
    "bloom far too strong": ({"glow": 40, "kept_outside": 0.07, "form": 0.6}, ("lower", "intensity")),
    "bloom far too wide": ({"glow": 36, "wide_glow": 22, "form": 0.55}, ("lower", "radius")),
    "no blur": ({"kept_outside": 0.44, "selectivity_db": 2}, ("raise", "sigma")),
    "no blur and a dull face": (
        {"kept_inside": 0.65, "kept_outside": 0.4, "finest_outside": 0.33, "selectivity_db": 2},
        ("raise", "sigma"),
    ),
    "a dull face": (
        {"kept_inside": 0.65, "kept_outside": 0.4, "finest_outside": 0.15, "selectivity_db": 2},
        ("raise", "amount"),
    ),
    "blur far too wide": ({"kept_outside": 0.02, "form_step": 0.3, "face_drift": 6}, ("lower", "sigma")),
    "no detail": ({"kept_inside": 0.35, "finest": 0.24, "selectivity_db": 2}, ("raise", "amount")),
    "only the finest detail": ({"kept_inside": 0.4, "finest": 0.41, "selectivity_db": 2}, ("raise", "radius")),
    "only the coarser detail": ({"kept_inside": 0.44, "finest": 0.09, "selectivity_db": 2}, ("raise", "medium")),
    "all but the coarser detail": ({"kept_inside": 0.35, "finest": 0.53, "selectivity_db": 2}, ("raise", "coarse")),
    "too much detail": ({"kept_inside": 1.6, "finest": 2.4, "sharpening": 2.4, "halo_peak": 10}, ("lower", "amount")),
    "no mask": ({"kept_inside": 0.9, "kept_outside": 0.85, "selectivity_db": 0.3}, ("connect", "mask")),
    "face without bloom": ({"form_step": 0.2, "colour_form": 0.96}, ("disconnect", "protect_mask")),
    "face keeps its form": ({"form_step": 0.2, "form": 1.0}, ("lower", "radius")),
    "hard outline": ({"seam": 0.5}, ("raise", "feather")),
    "edges that overshoot": ({"halo_peak": 40}, ("lower", "halo_limit")),
    "coloured light": ({"colour_drift": 20, "clipped_percent": 9}, ("whiten", "tint")),
    "burnt": ({"clipped_percent": 9}, ("lower", "intensity")),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_the_cause_is_told_from_the_other_measurements(cause):
    changes, (direction, widget) = CAUSES[cause]
    base = replace(PERFECT, kept_outside=0.24, selectivity_db=5)
    first = advise(score_effect(replace(base, **changes)))[0]
    assert (first.direction, first.widget) == (direction, widget)


def test_the_radius_that_is_meant_is_that_of_its_node():
    wide = replace(PERFECT, **CAUSES["bloom far too wide"][0])
    assert advise(score_effect(wide))[0].node == BLOOM
    form = replace(PERFECT, **CAUSES["face keeps its form"][0])
    assert advise(score_effect(form))[0].node == SHARPEN


def test_sentences_carry_number_target_and_widget():
    (advice,) = advise(score_effect(replace(PERFECT, seam=0.5)))
    assert advice.sentence.startswith("Seam 0.50 x (target <= 0.12): ")
    assert advice.sentence.endswith("raise feather in Face Detail Mask.")


@settings(max_examples=150, deadline=None)
@given(st.fixed_dictionaries({goal.source: st.floats(-30, 60) for goal in GOALS if goal.referenced}), st.booleans())
def test_advice_is_short_starts_with_the_most_costly_part_and_names_real_widgets(values, masked):
    whole = {"kept_inside": None, "kept_outside": None, "selectivity_db": None, "face_drift": None, "form_step": None}
    given_values = {**values, "kept_whole": None} if masked else {**values, **whole, "seam": None}
    score = score_effect(replace(PERFECT, **given_values))
    found = advise(score)
    weak = [part for part in score.parts if part.score < GOOD_ENOUGH]
    assert len(found) == min(MOST_ADVICE, len(weak))
    assert all(advice.widget in WIDGETS[advice.node] for advice in found)
    if found:
        costs = [part.score if part.goal.weight == 0 else 1 - part.goal.weight * (1 - part.score) for part in weak]
        assert found[0].sentence.startswith(weak[costs.index(min(costs))].goal.name.capitalize())


@pytest.mark.parametrize("texture", ["medium", "coarse"])
def test_texture_that_is_missing_is_named_and_brought_back(texture):
    """What the band widgets of Feature Sharpen take away is more than `amount` and `radius` can bring back."""
    picture = looks.real(512)[0]
    mask = detail_mask(picture, [[face()]])
    soft = apply_bloom(apply_blur(picture, protect=mask))[0]

    def score(**changed: float) -> Score:
        made = apply_sharpen(soft, SharpenSettings(**changed), source=picture, mask=mask).image
        return score_effect(measure_effect(Measured.of(made, picture, mask)))

    without = {texture: -1.0}
    faulty = score(**without)
    first = advise(faulty)[0]
    assert (first.node, first.widget, first.direction) == (SHARPEN, texture, "raise")
    other = {"medium": {"amount": 1.5}, "coarse": {"radius": 0.225}}[texture]
    assert score(**{texture: 0.0}).total > max(faulty.total, score(**without, **other).total)


def _measured(picture, mask, sigma_share: float, amount: float) -> Effect:
    """The drawn portrait through the pack's blur, a bloom, and the pack's sharpening."""
    soft = looks.dreamy(apply_blur(picture, BlurSettings(sigma=100 * sigma_share), protect=mask))
    made = apply_sharpen(soft, SharpenSettings(amount=amount), source=picture, mask=mask).image
    return measure_effect(Measured.of(made, picture, mask))


@pytest.mark.parametrize(
    ("sigma_share", "amount", "widget", "direction", "better"),
    [(0.0, 0.0, "amount", "raise", (0.0, 0.7)), (0.02, 1.0, "sigma", "lower", (0.01, 1.0))],
)
def test_following_the_advice_helps(sigma_share, amount, widget, direction, better):
    picture, mask = looks.real()
    score = score_effect(_measured(picture, mask, sigma_share, amount))
    first = advise(score)[0]
    assert (first.widget, first.direction) == (widget, direction)
    assert score_effect(_measured(picture, mask, *better)).total > score.total

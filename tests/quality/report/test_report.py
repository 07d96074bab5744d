"""The report is sentences for people, then one line of JSON for machines."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
import torch

from softfocus.face_box import FaceBox
from softfocus.quality import Effect, Measured, measure_effect, rank, write_report
from softfocus.quality.effect.detail import CYCLES, FINE, MIDDLE
from softfocus.quality.effect.effect_report import NO_LAB, NO_REFERENCE, ONLY_CLARITY, describe
from softfocus.quality.report.diagnosis import DIAGNOSES
from softfocus.quality.report.report import ALL_GOOD, NO_PICTURES
from softfocus.quality.report.score import GOALS
from softfocus.quality.report.sides import NOT_JUDGED
from testing.quality import looks
from testing.quality.looks import PERFECT

HALO = next(goal for goal in GOALS if goal.name == "halo")


def split(report: str) -> tuple[list[str], list[dict]]:
    text, machine = report.split("\n\n")
    assert "\n" not in machine
    return text.split("\n"), json.loads(machine)


def test_sentences_carry_the_measurements():
    effect = replace(PERFECT, kept_inside=0.97, kept_outside=0.38, selectivity_db=4.07, clipped_percent=0.84)
    lines, _ = split(write_report(rank([effect])))
    text = " ".join(lines)
    for piece in ("97 %", "38 %", "4.1 dB", "0.8 % of the pixels clip", "18 % of the light"):
        assert piece in text
    assert all(line.endswith((".", ":")) for line in lines)


def test_one_sentence_says_by_which_lengths_detail_is_measured():
    masked, whole = looks.real(96), (looks.real(96)[0], None)
    near, far = looks.face_box("real", 96), FaceBox(70, 70, 9, 9, 9)
    cases = [
        (masked, [near], "Detail at 1 face is measured in cycles a face: 7 to 23."),
        (masked, [near, replace(near, face_width=20)], "Detail at 2 faces is measured in cycles a face: 7 to 23."),
        (masked, None, "Detail is measured in percent of the diagonal, since no bboxes are connected."),
        (masked, [far], "Detail is measured in percent of the diagonal, since bboxes show no face in the mask."),
        (whole, [near], "Detail is measured in percent of the diagonal, since bboxes count only inside a mask."),
        (whole, None, "Detail is measured in percent of the diagonal."),
    ]
    for (picture, mask), boxes, sentence in cases:
        for reference in (picture, None):
            effect = measure_effect(Measured.of(picture, reference, mask, None, boxes))
            said = [line for line in describe(effect) if "measured in" in line]
            nothing = reference is None and mask is None and boxes is None  # no detail is measured there
            assert said == ([] if nothing else [sentence])


def test_the_cycles_that_are_named_are_those_of_the_detail_band():
    """They pass half of the most power or more, at a face a fifth as wide as what FINE and MIDDLE are shares of."""
    cycles = torch.linspace(0.1, 60, 6000)
    fine, middle = (torch.exp(-2 * (math.pi * 5 * share * cycles) ** 2) for share in (FINE, MIDDLE))
    power = (fine - middle) ** 2
    half = cycles[power >= power.max() / 2]
    assert (round(float(half.min())), round(float(half.max()))) == CYCLES


@pytest.mark.parametrize("goal", [goal for goal in GOALS if goal.referenced], ids=lambda goal: goal.name)
def test_each_weak_part_names_a_widget_to_turn(goal):
    whole = replace(PERFECT, kept_inside=None, kept_outside=None, selectivity_db=None, face_drift=None, kept_whole=0.5)
    base = whole if goal.source == "kept_whole" else PERFECT
    beyond = goal.bad + (goal.bad - goal.good)
    lines, _ = split(write_report(rank([replace(base, **{goal.source: beyond})])))
    advice = [line for line in lines if line.startswith(goal.name.capitalize() + " ")]
    assert len(advice) == 1 and f"(target {goal.target}):" in advice[0]
    assert any(
        node in advice[0] for node in ("Luminance Bloom", "Feature Sharpen", "Gaussian Blur", "Face Detail Mask")
    )


def test_every_goal_has_advice():
    """But for darkness, which no widget of the pack mends."""
    missing = {goal.name for goal in GOALS if goal.source not in DIAGNOSES and goal.name not in DIAGNOSES}
    assert missing == {"dark parts"}


def test_perfect_picture_needs_nothing():
    lines, _ = split(write_report(rank([PERFECT])))
    assert lines[0] == "Score 100.0 of 100."
    assert lines[-2:] == [ALL_GOOD, NOT_JUDGED]


def test_batch_is_ranked_with_margins():
    lines, entries = split(write_report(rank([replace(PERFECT, kept_outside=1.0), PERFECT])))
    assert lines[0] == "Score 100.0 of 100 for picture 1, the best of 2."
    assert lines[2:4] == ["1. picture 1: 100.0", "2. picture 0: 75.0, 25.0 behind"]
    assert [entry["index"] for entry in entries] == [1, 0]


def test_json_holds_every_part_and_measurement():
    _, (entry,) = split(write_report(rank([replace(PERFECT, halo_peak=HALO.bad)])))
    assert entry["total"] == 50
    halo = next(part for part in entry["parts"] if part["name"] == "halo")
    assert halo == {
        "name": "halo",
        "value": HALO.bad,
        "unit": "/255",
        "score": 0.5,
        "fault": True,
        "target": HALO.target,
    }
    assert set(entry["effect"]) == set(Effect.__dataclass_fields__)
    assert entry["effect"]["kept_whole"] is None


def test_what_is_missing_is_said():
    picture, _ = looks.synthetic()
    lines, _ = split(write_report(rank([measure_effect(Measured.of(picture))])))
    assert NO_REFERENCE in lines and ONLY_CLARITY in lines and any("no mask" in line for line in lines)
    lines, _ = split(write_report(rank([replace(PERFECT, colour_drift=None)])))
    assert NO_LAB in lines


def test_mixed_batch_is_called_incomparable():
    picture, mask = looks.synthetic()
    soft = looks.dreamy(picture)
    report = write_report(
        rank([measure_effect(Measured.of(soft, picture, mask)), measure_effect(Measured.of(soft, picture, 0 * mask))])
    )
    assert "compare badly" in report


def test_no_pictures():
    assert split(write_report(rank([]))) == ([NO_PICTURES], [])

"""The order of a batch: scores, CLIP's part, picks of a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from softfocus.quality import rank
from softfocus.quality.clip.clip_scores import ClipClarity, ClipScores
from softfocus.quality.clip.clip_standing import MOST_POINTS
from testing.quality.looks import PERFECT

GOOD, FAIR, POOR = PERFECT, replace(PERFECT, kept_outside=0.5), replace(PERFECT, kept_outside=0.99)


def seen(clarity: float, coverage: float = 0.25) -> ClipScores:
    return ClipScores(clarity=ClipClarity(clarity, None, None), coverage=coverage)


def order(*arguments) -> list[int]:
    return [score.index for score in rank(*arguments).scores]


def test_without_clip_and_picks_the_scores_decide():
    ranking = rank([POOR, GOOD, FAIR], [None, None, None])
    assert [score.index for score in ranking.scores] == [1, 2, 0]
    assert ranking.clip_points == () and ranking.order is None


def test_clip_orders_equals_and_never_undoes_more_than_its_points():
    assert order([GOOD, GOOD], [seen(0.2), seen(0.9)]) == [1, 0]
    far, near = rank([GOOD, POOR], [seen(0.001), seen(0.999)]), rank([GOOD, GOOD], [seen(0.001), seen(0.999)])
    assert far.scores[0].total - far.scores[1].total > 2 * MOST_POINTS
    assert [score.index for score in far.scores] == [0, 1]
    assert near.clip_points == pytest.approx((-MOST_POINTS, MOST_POINTS), abs=0.01)
    assert near.scores[0].total == near.scores[1].total  # the score itself means the same with and without CLIP


def test_a_picture_that_clip_does_not_know_gets_no_points():
    assert rank([GOOD, GOOD, GOOD], [seen(0.2), None, seen(0.9)]).clip_points[1] == 0


def test_coverage_counts_beside_clarity():
    assert order([GOOD, GOOD], [seen(0.5, 0.20), seen(0.5, 0.25)]) == [1, 0]
    assert order([GOOD, GOOD], [seen(0.6, 0.20), seen(0.5, 0.25)]) == [1, 0]


def test_picks_overrule_both():
    ranking = rank([GOOD, FAIR], [seen(0.9), seen(0.2)], [(1, 0)] * 9)
    assert [score.index for score in ranking.scores] == [1, 0]
    assert ranking.order is not None and ranking.order.picks == 9

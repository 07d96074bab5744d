"""Best N: the front of the ranking, and what the report says of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.quality import Effect, Ranking, best_pictures, rank, write_report
from softfocus.quality.report.kept import describe_kept, ties
from testing.quality.looks import PERFECT

LEVELS = st.lists(st.integers(0, 4), max_size=16)  # of 5, so that many tie


def look(level: int) -> Effect:
    """The higher the level, the better."""
    return replace(PERFECT, kept_outside=0.9 - 0.1 * level)


def ranked(*levels: int, picks: tuple[tuple[int, int], ...] = ()) -> Ranking:
    return rank([look(level) for level in levels], picks=picks)


@settings(max_examples=100, deadline=None)
@given(LEVELS, st.integers(0, 20))
def test_the_best_are_kept_in_order_and_equals_by_their_place_in_the_batch(levels, keep):
    wanted = sorted(range(len(levels)), key=lambda index: (-levels[index], index))
    assert best_pictures(ranked(*levels), keep) == wanted[: len(levels) if keep == 0 else keep]


@settings(max_examples=100, deadline=None)
@given(LEVELS)
def test_each_tie_holds_every_picture_of_those_points(levels):
    groups = [[index for index, each in enumerate(levels) if each == level] for level in (4, 3, 2, 1, 0)]
    assert ties(ranked(*levels)) == [group for group in groups if len(group) > 1]


@settings(max_examples=30, deadline=None)
@given(st.integers(3, 16), st.data())
def test_pictures_that_picks_leave_equal_keep_their_places(count, data):
    """The last bits of the fit differ from picture to picture."""
    winner = data.draw(st.integers(0, count - 1))
    others = [index for index in range(count) if index != winner]
    ranking = ranked(*[2] * count, picks=tuple((winner, index) for index in others))
    assert best_pictures(ranking, 0) == [winner, *others] and ties(ranking) == [others]


def test_points_that_differ_in_their_last_bits_are_equal():
    effects = [replace(look(2), kept_outside=0.7 + 1e-12), look(2)]
    ranking = rank(effects)
    assert effects[0] != effects[1] and best_pictures(ranking, 1) == [0] and ties(ranking) == [[0, 1]]


def test_fewer_than_none_are_refused():
    with pytest.raises(ValueError, match="^keep is -1; it must be"):
        best_pictures(ranked(1, 2), -1)


def test_the_margin_to_the_first_one_left_out_is_said():
    ranking = ranked(0, 4, 2, 3)
    points = {score.index: ranking.points(score) for score in ranking.scores}
    margin = f"{points[3] - points[2]:.1f}"
    assert describe_kept(ranking, 2) == [
        f"Kept: pictures 1 and 3; picture 3 is {margin} points ahead of picture 2, the first one left out."
    ]
    (one,) = describe_kept(ranking, 1)
    assert one.startswith("Kept: picture 1; picture 1 is ") and one.endswith("picture 3, the first one left out.")
    assert describe_kept(ranking, 3)[0].startswith("Kept: pictures 1, 3 and 2; ")
    assert describe_kept(ranking, 0) == describe_kept(ranking, 9) == ["Kept: all 4 pictures."]
    assert describe_kept(ranked(1), 1) == describe_kept(ranked(), 1) == []


def test_a_margin_below_what_is_written_is_no_tie():
    (line,) = describe_kept(rank([replace(look(2), kept_outside=0.7001), look(2)]), 1)
    assert line == "Kept: picture 1; picture 1 is less than 0.1 points ahead of picture 0, the first one left out."


def test_ties_are_said():
    assert describe_kept(ranked(3, 1, 3, 3, 1), 2) == [
        "Kept: pictures 0 and 2; picture 2 ties with picture 3, the first one left out.",
        "Tie: pictures 0, 2 and 3 have equal points; the earlier in the batch comes first.",
        "Tie: pictures 1 and 4 have equal points; the earlier in the batch comes first.",
    ]


def test_with_picks_the_certainty_is_said():
    ranking = ranked(2, 2, 2, picks=((2, 0), (2, 1)))
    assert ranking.order is not None
    certain = f"{100 * float(ranking.order.certainty[2, 0]):.0f} %"
    tie = "Tie: pictures 0 and 1 have equal strength; the earlier in the batch comes first."
    assert describe_kept(ranking, 1) == [
        f"Kept: picture 2; picture 2 is before picture 0, the first one left out, with {certain} certainty.",
        tie,
    ]
    assert describe_kept(ranking, 2) == [
        "Kept: pictures 2 and 0; picture 0 ties with picture 1, the first one left out.",
        tie,
    ]


@pytest.mark.parametrize(("keep", "kept"), [(0, [True] * 3), (1, [True, False, False]), (2, [True, True, False])])
def test_the_report_says_it_to_people_and_machines(keep, kept):
    text, machine = write_report(ranked(1, 3, 2), keep=keep).split("\n\n")
    lines = text.splitlines()
    assert lines[5:6] == describe_kept(ranked(1, 3, 2), keep) and lines[4].startswith("3. picture 0")
    assert [entry["kept"] for entry in json.loads(machine)] == kept

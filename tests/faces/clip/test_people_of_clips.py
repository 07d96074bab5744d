"""People of a clip: numbers that go with the person, counted anew in each shot, and a steady choice of the largest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from softfocus.faces import Face, follow_faces, largest
from softfocus.faces.clip.people import count_by_shot
from testing.faces.moving import centre, face_at

FILLED = pytest.mark.parametrize("missing", ["previous", "interpolate"])
Faces = list[list[Face]]


def by_person(frames: Faces) -> list[dict[int, float]]:
    """Of each frame, where each person is: the centre's x."""
    return [{face.person: round(centre(face)[0]) for face in found} for found in frames]


def crossing() -> Faces:
    """Two people who pass each other at frame 10, one a little below; they come in any order."""
    frames = []
    for index in range(21):
        pair = [face_at(12 * (index - 10), seed=1), face_at(-12 * (index - 10), 20, seed=1)]
        frames.append(pair[:: 1 if index % 3 else -1])
    return frames


@FILLED
def test_two_who_cross_keep_their_numbers(missing):
    places = by_person(follow_faces(crossing(), missing))
    assert all(set(each) == {1, 2} for each in places)
    first, second = ([each[person] for each in places] for person in (1, 2))
    assert first == sorted(first) and second == sorted(second, reverse=True)
    assert first[0] < second[0] and first[-1] > second[-1]


@FILLED
def test_one_hidden_while_they_cross_keeps_the_number(missing):
    frames = crossing()
    for index in (9, 10, 11):
        frames[index] = [face for face in frames[index] if centre(face)[1] == 0]
    places = by_person(follow_faces(frames, missing))
    assert places[0][1] < places[0][2] and places[-1][1] > places[-1][2]


@FILLED
def test_newcomers_are_counted_in_the_order_in_which_they_appear(missing):
    """Two are there, later one comes at the far left, later still two at once."""
    frames = [[face_at(400.0), face_at(200.0)] for _ in range(60)]
    for index in range(20, 60):
        frames[index].append(face_at(0.0))
    for index in range(40, 60):
        frames[index] += [face_at(-200.0), face_at(-400.0)]
    assert by_person(follow_faces(frames, missing))[-1] == {1: 200, 2: 400, 3: 0, 4: -400, 5: -200}


@FILLED
def test_each_shot_counts_anew(missing):
    """The second shot shows one of them in the same place, with somebody on the left."""
    frames = [[face_at(200.0), face_at(600.0)]] * 5 + [[face_at(200.0), face_at(-200.0)]] * 5
    places = by_person(follow_faces(frames, missing, cuts=(5,)))
    assert places == [{1: 200, 2: 600}] * 5 + [{1: -200, 2: 200}] * 5


@FILLED
def test_a_cut_that_only_the_faces_show_counts_too(missing):
    frames = [[face_at(0.0)]] * 5 + [[face_at(500.0, width=90)]] * 5
    assert by_person(follow_faces(frames, missing)) == [{1: 0}] * 5 + [{1: 500}] * 5


@FILLED
def test_who_comes_back_after_a_gap_is_still_the_same(missing):
    frames = [[face_at(0.0), face_at(300.0)] if index not in range(5, 15) else [face_at(300.0)] for index in range(25)]
    places = by_person(follow_faces(frames, missing))
    assert places == [{1: 0, 2: 300}] * 25


def equals() -> Faces:
    """Two heads whose sizes go up and down against each other; the left one is the larger one in most frames."""
    wider = (1.05, 1.2, 0.9, 1.02, 0.85, 1.03, 1.1, 1.15, 0.8)
    return [[face_at(0.0, width=100 * each), face_at(400.0, width=100 * (2 - each) - 1)] for each in wider]


@FILLED
def test_the_larger_of_two_stays_the_larger_one_through_the_shot(missing):
    alone = [round(centre(largest(found, 1)[0])[0]) for found in equals()]
    assert alone == [0, 0, 400, 0, 400, 0, 0, 0, 400], "frame by frame, the choice jumps"
    followed = follow_faces(equals(), missing)
    assert {round(centre(face)[0]) for found in followed for face in largest(found, 1)} == {0}
    assert all(found[0].area >= found[1].area for found in followed), "largest first, as they are in the frame"


@FILLED
def test_others_fill_the_place_of_one_who_is_not_there(missing):
    """The largest is there for the middle third; before and after, the next one is masked."""
    frames = [[face_at(0.0), face_at(300.0, width=70)] for _ in range(90)]
    for index in range(30, 60):
        frames[index].append(face_at(700.0, width=200))
    chosen = [round(centre(largest(found, 1)[0])[0]) for found in follow_faces(frames, missing)]
    assert set(chosen[30:60]) == {700} and chosen[0] == chosen[-1] == 0
    two = [{round(centre(face)[0]) for face in largest(found, 2)} for found in follow_faces(frames, missing)]
    assert two[0] == two[-1] == {0, 300} and two[45] == {0, 700}


def test_the_largest_is_a_matter_of_the_shot():
    """The right one is the larger one in the second shot, to which both go on in their places."""
    first = [[face_at(0.0, width=120), face_at(400.0)]] * 3
    second = [[face_at(0.0, width=100), face_at(400.0, width=120)]] * 3
    followed = follow_faces(first + second, "previous", cuts=(3,))
    assert [round(centre(largest(found, 1)[0])[0]) for found in followed] == [0] * 3 + [400] * 3


def test_what_nobody_followed_is_not_counted():
    bare = replace(face_at(0.0), landmarks=None)
    assert [face.person for face in follow_faces([[bare, face_at(300.0)]], "previous")[0]] == [0, 1]
    assert count_by_shot([]) == [] and count_by_shot([[], []], (1, 7)) == [[], []]


def test_frames_taken_alone_are_not_counted_here():
    assert {face.person for found in follow_faces(crossing(), "empty") for face in found} == {0}

"""Faces followed through clips: gaps of both kinds, no doubles, nothing across cuts."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.faces import Face
from softfocus.faces.clip.follow import END_HOLD, follow_faces
from softfocus.faces.clip.motion import picture_motion
from softfocus.faces.clip.track import LONGEST_GAP
from softfocus.faces.masks.regions import face_width
from testing.faces.moving import WIDTH, centre, face_at, points

Faces = list[list[Face]]
FILLED = ("previous", "interpolate")


def pan(count: int, speed: float = 5.0, hidden: tuple[int, ...] = ()) -> Faces:
    """One face that moves right by `speed` px a frame."""
    return [[] if index in hidden else [face_at(speed * index)] for index in range(count)]


def xs(frames: Faces) -> list[list[float]]:
    return [
        sorted(round(points(face).mean(0)[0].item() - points(face_at(0.0)).mean(0)[0].item(), 2) for face in found)
        for found in frames
    ]


def same(a: Faces, b: Faces) -> bool:
    pairs = [(x, y) for left, right in zip(a, b, strict=True) for x, y in zip(left, right, strict=True)]
    return all(x.box == y.box and x.score == y.score and torch.equal(points(x), points(y)) for x, y in pairs)


def test_empty_leaves_every_frame_as_it_is():
    frames = pan(6, hidden=(2,))
    followed = follow_faces(frames, "empty")
    assert followed == frames and followed is not frames


def test_another_word_is_refused():
    with pytest.raises(ValueError, match="missing_frames is 'next'; choose one of empty, previous, interpolate"):
        follow_faces([], "next")


@pytest.mark.parametrize("missing", FILLED)
def test_nothing_in_nothing_out_and_one_frame_is_itself(missing):
    assert follow_faces([], missing) == [] and follow_faces([[], []], missing) == [[], []]
    assert same(follow_faces([[face_at(3.0), face_at(400.0)]], missing), [[face_at(3.0), face_at(400.0)]])
    bare = Face((0.0, 0.0, 10.0, 10.0), 0.5)
    assert follow_faces([[bare]], missing) == [[bare]]


@pytest.mark.parametrize("missing", FILLED)
def test_a_steady_pan_passes_exactly(missing):
    for found, followed in zip(pan(20), follow_faces(pan(20), missing), strict=True):
        assert (points(found[0]) - points(followed[0])).abs().max() < 0.01
        assert followed[0].box == pytest.approx(found[0].box, abs=0.01) and followed[0].score == found[0].score


def test_interpolate_goes_from_one_sighting_to_the_next_and_stays_at_the_ends():
    followed = xs(follow_faces(pan(12, hidden=(0, 4, 5, 6, 11)), "interpolate"))
    assert followed == [[pytest.approx(5.0 * min(max(index, 1), 10), abs=0.02)] for index in range(12)]


def test_previous_stays_where_the_face_was_last_seen():
    followed = xs(follow_faces(pan(12, hidden=(0, 4, 5, 6, 11)), "previous"))
    wanted = [None, 5, 10, 15, 15, 15, 15, 35, 40, 45, 50, 50]
    assert followed == [[] if x is None else [pytest.approx(x, abs=0.02)] for x in wanted]


def test_nothing_is_held_for_ever():
    late = [[], [face_at(0.0)], [face_at(0.0)], *([[]] * 60)]
    assert sum(map(len, follow_faces(late, "previous"))) == 2 + LONGEST_GAP
    assert sum(map(len, follow_faces(late, "interpolate"))) == 1 + 2 + END_HOLD


@pytest.mark.parametrize("missing", FILLED)
def test_a_gap_is_a_matter_of_each_face(missing):
    frames = [[face_at(0.0, width=120), face_at(400.0, score=0.7)] for _ in range(10)]
    frames[4], frames[5] = frames[4][:1], frames[5][:1]
    followed = follow_faces(frames, missing)
    assert all(len(found) == 2 for found in followed)
    assert xs(followed)[4] == xs(followed)[3] and followed[4][1].score == pytest.approx(0.7)


@pytest.mark.parametrize("missing", FILLED)
def test_no_face_twice(missing):
    """A stranger's face, too large to be the same, where one is missing: it alone stands there."""
    frames = pan(10, speed=0.0)
    frames[4] = [face_at(10.0, width=400)]
    followed = follow_faces(frames, missing)
    assert [len(found) for found in followed] == [1] * 10


@pytest.mark.parametrize("missing", FILLED)
def test_a_false_hit_in_one_frame_is_not_held_beside_the_real_face(missing):
    frames = pan(10, speed=0.0)
    frames[4].append(face_at(500.0))
    assert [len(found) for found in follow_faces(frames, missing)] == [1, 1, 1, 1, 2, 1, 1, 1, 1, 1]
    frames[4] = frames[4][1:]
    assert [len(found) for found in follow_faces(frames, missing)] == [1, 1, 1, 1, 2, 1, 1, 1, 1, 1]


@pytest.mark.parametrize("missing", FILLED)
def test_nothing_is_held_across_a_cut(missing):
    frames = [[face_at(0.0)]] * 5 + [[face_at(500.0, width=90)]] * 5
    assert [len(found) for found in follow_faces(frames, missing)] == [1] * 10
    told = follow_faces([[face_at(0.0)]] * 5 + [[]] * 5, missing, cuts=(5,))
    assert [len(found) for found in told] == [1] * 5 + [0] * 5


@pytest.mark.parametrize("missing", FILLED)
def test_faces_from_several_detectors_are_one_track(missing):
    """With six keypoints, with four, with none: each face keeps what it came with, and it moves along."""
    frames = pan(9)
    for index, found in enumerate(frames):
        count = (6, 4, 0)[index % 3]
        keypoints = torch.tensor((5.0 * index, 0.0)).repeat(count, 1) if count else None
        frames[index] = [replace(found[0], keypoints=keypoints)]
    frames[4] = []
    followed = [found[0].keypoints for found in follow_faces(frames, missing)]
    assert [0 if each is None else len(each) for each in followed] == [6, 4, 0, 6, 6, 0, 6, 4, 0]
    x = 20.0 if missing == "interpolate" else 15.0
    assert followed[4] is not None and followed[4][0, 0].item() == pytest.approx(x, abs=0.1)


@pytest.mark.parametrize("missing", FILLED)
def test_largest_first(missing):
    """The one behind comes nearer and overtakes the other in size."""
    frames = [[face_at(0.0), face_at(400.0, width=80.0 + 4 * index)] for index in range(11)]
    for found in follow_faces(frames, missing):
        assert found[0].box[2] >= found[1].box[2]
    assert centre(follow_faces(frames, missing)[-1][0])[0] == pytest.approx(400, abs=1)


@given(
    st.lists(st.lists(st.tuples(st.floats(0, 500), st.floats(0, 500)), max_size=3), max_size=8), st.sampled_from(FILLED)
)
@settings(max_examples=30, deadline=None)
def test_every_found_face_stays_and_the_input_is_untouched(places, missing):
    frames = [[face_at(x, y) for x, y in frame] for frame in places]
    before = copy.deepcopy(frames)
    followed = follow_faces(frames, missing)
    assert same(frames, before) and same(followed, follow_faces(before, missing))
    assert all(len(after) >= len(found) for after, found in zip(followed, frames, strict=True))


def test_without_opencv_faces_are_followed_by_their_own_positions(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "cv2", None)
    assert picture_motion(lambda index: torch.zeros(3, 8, 8)) is None
    assert xs(follow_faces(pan(5, hidden=(2,)), "interpolate", None)) == [[5.0 * index] for index in range(5)]


def test_width_is_what_the_tests_take_it_for():
    assert face_width(points(face_at(0.0))) == pytest.approx(WIDTH)

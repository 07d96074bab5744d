"""Linking: every face in one track, identities kept through pans, gaps and crossings, ended by cuts."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.faces import Face
from softfocus.faces.clip.track import LONGEST_GAP, link_faces
from testing.faces.moving import WIDTH, centre, face_at


def xs(track) -> list[float]:
    return [centre(face)[0] for face in track.sightings.values()]


@given(
    st.lists(st.lists(st.tuples(st.floats(0, 900), st.floats(0, 900)), max_size=4), max_size=8),
    st.sets(st.integers(0, 8)),
)
@settings(max_examples=40, deadline=None)
def test_every_face_is_in_exactly_one_track(places, cuts):
    frames = [[face_at(x, y) for x, y in frame] for frame in places]
    linked = [(index, id(face)) for track in link_faces(frames, cuts) for index, face in track.sightings.items()]
    assert sorted(linked) == sorted((index, id(face)) for index, found in enumerate(frames) for face in found)


@pytest.mark.parametrize("speed", [-0.45, 0.05, 0.3])
def test_a_pan_is_one_track(speed):
    frames = [[face_at(speed * WIDTH * index)] for index in range(20)]
    assert len(link_faces(frames)) == 1


def test_a_fast_pan_is_one_track_across_a_gap():
    frames = [[face_at(0.3 * WIDTH * index)] if index not in (8, 9, 10) else [] for index in range(20)]
    (track,) = link_faces(frames)
    assert len(track.sightings) == 17


@pytest.mark.parametrize("hidden", [0, 3])
@pytest.mark.parametrize("order", [1, -1])
def test_crossing_faces_keep_their_identity(hidden, order):
    """They pass at 12 % of the face width a frame, one a little below; one of them may be hidden meanwhile."""
    frames = []
    for index in range(21):
        right, left = face_at(12 * (index - 10), seed=1), face_at(-12 * (index - 10), 20, seed=1)
        frames.append([right] if abs(index - 10) < hidden else [right, left][::order])
    tracks = link_faces(frames)
    assert len(tracks) == 2
    for track in tracks:
        steps = torch.tensor(xs(track)).diff()
        assert (steps > 0).all() or (steps < 0).all()


@pytest.mark.parametrize("speed", [5.0, 40.0])
def test_one_bad_frame_does_not_end_a_track(speed):
    frames = [[face_at(speed * index + (45 if index == 6 else 0))] for index in range(12)]
    assert len(link_faces(frames)) == 1


def test_a_stranger_far_off_takes_no_face_away():
    """One face steps aside, the other is lost, a third appears far away: least sum, but only of near pairs."""
    tracks = link_faces([[face_at(0.0), face_at(400.0)], [face_at(30.0), face_at(-2000.0)]])
    assert sorted(map(tuple, map(xs, tracks))) == [(-2000.0,), (0.0, 30.0), (400.0,)]


def test_no_face_is_remembered_across_a_cut():
    here, there = [[face_at(0.0)]] * 5, [[face_at(300.0)]] * 5
    assert [list(track.sightings) for track in link_faces(here + there)] == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
    gap = [*here, [], *here]
    assert len(link_faces(gap)) == 1
    assert [list(track.sightings) for track in link_faces(gap, cuts=(6,))] == [[0, 1, 2, 3, 4], [6, 7, 8, 9, 10]]


def test_a_face_that_stays_in_its_place_is_followed_through_a_change_of_light():
    assert len(link_faces([[face_at(0.0)]] * 10, cuts=(5,))) == 1


def test_a_face_of_another_size_is_another_face():
    assert len(link_faces([[face_at(0.0)], [face_at(0.0, width=500)]])) == 2


def test_a_face_that_comes_back_too_late_is_another_one():
    for gap, count in ((LONGEST_GAP, 1), (LONGEST_GAP + 1, 2)):
        assert len(link_faces([[face_at(0.0)], *([[]] * gap), [face_at(0.0)]])) == count


def test_faces_without_landmarks_are_left_out():
    frames: list[list[Face]] = [[replace(face_at(0.0), landmarks=None)], [face_at(0.0)]]
    (track,) = link_faces(frames)
    assert list(track.sightings) == [1]
    assert link_faces([]) == [] and link_faces([[], []]) == []

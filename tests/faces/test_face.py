"""Which boxes show one face, which of them stays, and which are the largest."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from softfocus.faces.face import Face, box_overlap, distinct, largest, same_faces, seen_twice
from testing.faces.moving import face_at

BOX = (10.0, 20.0, 40.0, 40.0)


def moved(by: float, score: float = 0.5) -> Face:
    return Face((BOX[0] + by, *BOX[1:]), score)


@pytest.mark.parametrize("form", ["xywh", "cxcywh"])
def test_overlap_is_intersection_over_union(form):
    a = torch.tensor([(0.0, 0.0, 4.0, 2.0), (100.0, 0.0, 4.0, 2.0)])
    b = torch.tensor([(2.0, 0.0, 4.0, 2.0)])
    assert torch.allclose(box_overlap(a, b, form), torch.tensor([[4 / 12], [0.0]]))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (moved(0), True),
        (moved(17), True),  # 23 of 57 columns shared
        (moved(18), False),  # 22 of 58
        (moved(40), False),
        (Face((12.0, 22.0, 10.0, 10.0), 0.5), True),  # within it, at 1/16 of its area
        (Face((43.0, 22.0, 10.0, 10.0), 0.5), False),  # 0.7 of it within
        (Face((10.0, 20.0, 0.0, 0.0), 0.5), False),
    ],
)
def test_boxes_of_one_face(other, same):
    assert same_faces([moved(0)], [other]).item() is same_faces([other], [moved(0)]).item() is same


def test_no_faces_are_like_none():
    assert same_faces([], [moved(0)]).shape == (0, 1) and same_faces([moved(0)], []).shape == (1, 0)
    assert distinct([]) == []


def test_of_one_face_the_most_certain_stays():
    """The chain's middle is like both of its ends, which are unlike each other."""
    faces = [moved(0, 0.6), moved(15, 0.7), moved(30, 0.9), moved(200, 0.1)]
    assert distinct(faces) == [faces[2], faces[0], faces[3]]


def test_the_usually_largest_are_chosen_and_the_largest_of_those_come_first():
    sides = {10.0: 40.0, 30.0: 20.0, 20.0: 90.0}  # by usual area
    faces = [Face((0.0, 0.0, side, side), 0.5, usual_area=usual) for usual, side in sides.items()]
    assert largest(faces, 2) == [faces[2], faces[1]] and largest(faces, 1) == [faces[1]]
    assert largest(faces) == [faces[2], faces[0], faces[1]], "all of them, by their own boxes"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (face_at(0.0), True),
        (face_at(0.0, seed=1), True),  # other landmarks in the same box
        (replace(face_at(3.0), landmarks=None), True),
        (face_at(12.0), True),
        (face_at(20.0), False),  # boxes that are one face to the pack's own detector
        (face_at(0.0, width=50.0), False),  # a small face in front of a large one
        (replace(face_at(12.0), box=(0.0, 0.0, 200.0, 200.0)), True),  # a box around the whole head
        (replace(face_at(12.0), landmarks=None), False),
    ],
)
def test_faces_from_elsewhere_are_one_if_their_landmarks_are(other, same):
    here = face_at(0.0)
    assert seen_twice([here], [other]).item() is seen_twice([other], [here]).item() is same
    assert len(distinct([here, other], seen_twice)) == 2 - same


def test_irises_and_empty_lists_change_nothing():
    here = face_at(0.0)
    with_irises = replace(here, box=(0.0, 0.0, 9.0, 9.0), landmarks=torch.cat([here.landmarks, torch.zeros(10, 2)]))
    assert seen_twice([here], [with_irises]).item()
    assert seen_twice([], [here]).shape == (0, 1) and distinct([], seen_twice) == []

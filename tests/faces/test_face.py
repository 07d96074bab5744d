"""Which boxes show one face, and which of them stays."""

from __future__ import annotations

import pytest
import torch

from softfocus.faces.face import Face, box_overlap, distinct, same_faces

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

"""Faces limited to a subject's mask."""

from __future__ import annotations

import torch

from softfocus.faces.face import Face
from softfocus.faces.finding.subject import faces_of_subject

FRAME = torch.zeros(1, 3, 100, 200)


def face(left: float, top: float) -> Face:
    return Face((left, top, 20.0, 20.0), 0.9, torch.zeros(6, 2), torch.zeros(468, 2))


def mask(rows: slice, columns: slice) -> torch.Tensor:
    plane = torch.zeros(1, 1, 100, 200)
    plane[..., rows, columns] = 1
    return plane


def test_only_touched_faces_are_kept():
    both = [face(10, 10), face(150, 60)]
    assert faces_of_subject(lambda _: both, FRAME, mask(slice(0, 40), slice(0, 60))) == both[:1]


def test_an_empty_subject_has_no_face():
    assert faces_of_subject(lambda _: [face(10, 10)], FRAME, torch.zeros(1, 1, 100, 200)) == []


def test_surroundings_are_looked_at_when_nothing_is_found():
    """The part of the picture starts half the subject's size before it, and what is found there is moved back."""

    def find(frame: torch.Tensor) -> list[Face]:
        return [] if frame.shape == FRAME.shape else [face(25, 12)]

    (found,) = faces_of_subject(find, FRAME, mask(slice(30, 70), slice(100, 140)))
    assert found.box == (105.0, 22.0, 20.0, 20.0)
    assert found.landmarks is not None and found.keypoints is not None
    assert found.landmarks[0].tolist() == found.keypoints[0].tolist() == [80.0, 10.0]


def test_a_face_beside_the_subject_in_its_surroundings_is_none_of_its():
    found = faces_of_subject(lambda frame: [face(0, 0)], FRAME, mask(slice(30, 70), slice(150, 190)))
    assert found == []

"""Boxes from other detectors: read, checked, and enough for the mesh."""

from __future__ import annotations

import math

import pytest
import torch

from softfocus.faces import Face, add_landmarks, largest
from softfocus.faces.finding.boxes import faces_from_boxes
from testing.faces.portrait import BOX, face, nets, picture


def box(x: float = 178, y: float = 63, width: float = 90, height: float = 113, **more) -> dict:
    return {"x": x, "y": y, "width": width, "height": height, "label": "face", **more}


def meshed(image: torch.Tensor, *boxes: dict) -> list[Face]:
    return add_landmarks(nets(), image, faces_from_boxes([list(boxes)], 1))[0]


def test_one_box_one_list_and_one_list_a_frame_say_the_same():
    single, flat, nested = (
        faces_from_boxes(given, 1) for given in (box(score=0.5), [box(score=0.5)], [[box(score=0.5)]])
    )
    assert single == flat == nested == [[Face((178, 63, 90, 113), 0.5)]]


def test_one_frame_serves_all_pictures_and_empty_frames_stay_empty():
    assert [len(found) for found in faces_from_boxes([[box()]], 3)] == [1, 1, 1]
    assert [len(found) for found in faces_from_boxes([[], [box(), box(x=300)]], 2)] == [0, 2]
    assert faces_from_boxes([], 2) == [[], []]


def test_largest_first_no_more_than_asked_and_none_without_area():
    given = [box(width=20), box(width=200), box(width=0), box(height=-3)]
    assert [found.box[2] for found in faces_from_boxes(given, 1)[0]] == [200, 20]
    assert [found.box[2] for found in largest(faces_from_boxes(given, 1)[0], 1)] == [200]


def test_a_box_that_is_there_twice_is_one_face_and_boxes_that_overlap_are_two():
    """The more certain one stays."""
    twice = [box(score=0.5), box(x=181, score=0.8), box(x=220, score=0.7)]
    assert [found.score for found in faces_from_boxes([twice], 1)[0]] == [0.8, 0.7]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([[box()], [box()]], "bboxes has 2 frames but image has 3"),
        ([[{"x": 1, "y": 2}]], "width, height"),
        ([[box(x="left")]], "no numbers"),
        ([[box(x=math.nan)]], "not finite"),
        (7, "bboxes is int"),
        ([[box()], None, [box()]], "NoneType"),
    ],
)
def test_what_does_not_fit_is_named(given, said):
    with pytest.raises(ValueError, match=said):
        faces_from_boxes(given, 3)


@pytest.mark.parametrize(
    "given",
    [box(), box(168, 53, 110, 133), box(150, 20, 150, 170), box(190, 80, 70, 90)],
    ids=["tight", "loose", "whole head", "too small"],
)
def test_the_mesh_needs_only_a_box(given):
    (found,) = meshed(picture(), given)
    assert (found.landmarks - face().landmarks).norm(dim=1).mean() < 0.02 * BOX[2]


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_the_mesh_of_a_turned_face_needs_only_a_box(quarters):
    left, top, width, height = BOX
    for _ in range(quarters):
        left, top, width, height = top, 512 - left - width, height, width
    (found,) = meshed(picture().rot90(quarters, (2, 3)), box(left, top, width, height))
    across, down = found.landmarks[263] - found.landmarks[33], found.landmarks[152] - found.landmarks[10]
    turned = torch.tensor([(1.0, 0), (0, -1), (-1, 0), (0, 1)])[quarters]
    assert across @ turned > 0.9 * across.norm()
    assert across[0] * down[1] - across[1] * down[0] > 0, "not mirrored"


def test_a_box_without_a_face_is_left_out_however_certain_its_maker_was():
    assert meshed(picture(), box(400, 350, 80, 80, score=1.0), box(-900, -900, 50, 50, score=1.0)) == []
    assert meshed(torch.full((1, 3, 512, 512), 0.5), box(score=1.0)) == []

"""People in the Face Detail Mask node: who is masked, in a picture and through a clip, and what is said and shown."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from testing.faces.landmark_payloads import entry, payload
from testing.faces.portrait import face, picture
from testing.node_defaults import node_defaults

pytestmark = pytest.mark.host
LEFT, RIGHT = slice(0, 256), slice(256, 512)  # columns of `pair`
FOLLOWED = pytest.mark.parametrize("mode", ["previous", "interpolate"])


def pair() -> torch.Tensor:
    """IMAGE [1, 256, 512, 3]: the portrait, and beside it its mirror image."""
    return torch.cat([picture(256), picture(256).flip(-1)], -1).movedim(1, -1)


@pytest.fixture
def run(pack):
    from softfocus_pack.nodes.face_detail_mask import FaceDetailMask

    return lambda image, **inputs: FaceDetailMask.execute(image, **{**node_defaults(FaceDetailMask), **inputs})


def text(made) -> str:
    (said,) = made.ui["text"]
    return said


def grey(frames: int, width: int = 512) -> torch.Tensor:
    return torch.full((frames, 256, width, 3), 0.5)


def moved(scale: float, x: float) -> dict:
    """The portrait's landmarks as the host gives them, at a scale, the tip of the nose in a column half-way down."""
    made = entry(scale)
    made["landmarks_xy"] = made["landmarks_xy"] - made["landmarks_xy"][4] + np.float32((x, 128))
    points = made["landmarks_xy"][:468]
    return {**made, "bbox_xyxy": np.array((points.min(0), points.max(0))).ravel()}


def centres(boxes: list[list[dict]]) -> list[list[float]]:
    return [[box["x"] + box["width"] / 2 for box in frame] for frame in boxes]


def test_a_prompt_saved_before_there_was_a_choice_masks_everybody(pack, run):
    from softfocus_pack.nodes.face_detail_mask import FaceDetailMask

    older = {name: value for name, value in node_defaults(FaceDetailMask).items() if name != "people"}
    assert torch.equal(FaceDetailMask.execute(pair(), **older).args[0], run(pair()).args[0])
    assert FaceDetailMask.GET_NODE_INFO_V1()["input"]["optional"]["people"][1]["default"] == "all"


def test_one_of_two(run):
    everybody = run(pair(), refine=0)
    for person, here, there in (("1", LEFT, RIGHT), ("2", RIGHT, LEFT)):
        made = run(pair(), people=person, refine=0)
        for index in (0, 1):
            assert made.args[index][..., there].max() == 0
            assert torch.equal(made.args[index][..., here], everybody.args[index][..., here])
        (boxes,) = centres(made.args[2])
        assert len(boxes) == 1 and here.start < boxes[0] < here.stop
        assert text(made) == text(everybody) == "2 faces found in 1 frame by the pack's own nets."
    assert len(everybody.args[2][0]) == 2


def test_strengths_scale_both_masks_and_0_is_nobody(run):
    one, other = (run(pair(), people=people).args for people in ("1", "2"))
    mixed = run(pair(), people=" 2 : 0.25,1:0.5").args
    for index in (0, 1):
        assert torch.equal(mixed[index], torch.maximum(0.5 * one[index], 0.25 * other[index]))
    assert len(mixed[2][0]) == 2
    without = run(pair(), people="1, 2: 0").args
    assert torch.equal(without[0], one[0]) and len(without[2][0]) == 1


@pytest.mark.parametrize("people", ["two", "1;2", "1: 3", "0", "1, 1: 0.5"])
def test_what_cannot_be_read_is_refused_before_any_work(run, people):
    with pytest.raises(ValueError, match="^people is "):
        run(torch.zeros(1, 8, 8, 2), people=people)


def test_a_number_that_nobody_has_is_said(run):
    made = run(pair(), people="2, 4")
    assert text(made).endswith(" people names 4, but 2 people were found.") and len(made.args[2][0]) == 1
    nobody = run(pair(), people="4")
    assert text(nobody).endswith("but 2 people were found. Nobody is chosen: the masks are empty.")
    assert nobody.args[0].max() == nobody.args[1].max() == 0 and nobody.args[2] == [[]]
    assert "people" not in text(run(grey(1), people="4")), "no face at all is said by itself"


def test_max_faces_takes_the_largest_of_those_chosen_and_changes_no_number(run):
    faces = payload([moved(0.5, 100), moved(0.7, 250), moved(0.6, 400)], size=(256, 512))
    by_people = {
        people: [
            round(each) for each in centres(run(grey(1), face_landmarks=faces, people=people, max_faces=1).args[2])[0]
        ]
        for people in ("all", "1, 3", "1")
    }
    assert by_people == {
        "all": [pytest.approx(250, abs=20)],
        "1, 3": [pytest.approx(400, abs=20)],
        "1": [pytest.approx(100, abs=20)],
    }


@FOLLOWED
def test_followed_people_keep_their_numbers_when_they_cross(run, mode):
    """Frame by frame, the number goes with the place instead."""
    frames = [[moved(0.4, 100 + 15 * index), moved(0.44, 400 - 15 * index)] for index in range(21)]
    faces = payload(*frames, size=(256, 512))
    followed = [
        each for (each,) in centres(run(grey(21), face_landmarks=faces, people="1", missing_frames=mode).args[2])
    ]
    assert all(there > here for here, there in pairwise(followed)) and followed[-1] - followed[0] > 250
    alone = [each for (each,) in centres(run(grey(21), face_landmarks=faces, people="1").args[2])]
    assert max(alone) < 260


@FOLLOWED
def test_max_faces_does_not_jump_in_a_followed_clip(run, mode):
    wider = (1.05, 1.2, 0.9, 1.02, 0.85, 1.03, 1.1, 1.0, 1.15)
    faces = payload(*([moved(0.5 * each, 120), moved(0.5 * (1.98 - each), 380)] for each in wider), size=(256, 512))
    alone, followed = (
        [each < 256 for (each,) in centres(run(grey(9), face_landmarks=faces, max_faces=1, missing_frames=way).args[2])]
        for way in ("empty", mode)
    )
    assert alone == [True, True, False, True, False, True, True, True, True] and followed == [True] * 9


def test_frames_without_the_person_are_named(run):
    one, both = [moved(0.5, 120)], [moved(0.5, 120), moved(0.5, 380)]
    made = run(grey(4), face_landmarks=payload(both, one, [], one, size=(256, 512)), people="2")
    assert text(made).endswith("Nobody is chosen in frames 2, 4 of 4: no face is masked there.")
    assert [len(frame) for frame in made.args[2]] == [1, 0, 0, 0]


def test_boxes_and_landmarks_that_are_there_twice_are_one_face(run):
    (first, second) = run(pair()).args[2][0]
    nearly = {**first, "x": first["x"] + 2, "width": first["width"] * 1.02, "score": 0.2}
    head = {**first, "y": first["y"] - 0.4 * first["height"], "height": 1.4 * first["height"], "score": 0.1}
    made = run(pair(), bboxes=[[first, nearly, second, head, first]])
    areas = [box["width"] * box["height"] for box in made.args[2][0]]
    assert len(areas) == 2 and areas == sorted(areas, reverse=True)
    assert "2 faces found" in text(made)
    twice = payload([moved(0.5, 120), moved(0.5, 121), moved(0.5, 380)], size=(256, 512))
    assert len(run(grey(1), face_landmarks=twice).args[2][0]) == 2


def test_the_width_of_a_face_does_not_shrink_as_it_turns(run):
    """Landmarks squeezed to a half: so is the box, but hardly what is the face's scale."""
    front, turned = moved(0.5, 120), moved(0.5, 120)
    turned["landmarks_xy"] = (turned["landmarks_xy"] - np.float32((120, 0))) * np.float32((0.5, 1)) + np.float32(
        (120, 0)
    )
    points = turned["landmarks_xy"][:468]
    turned["bbox_xyxy"] = np.array((points.min(0), points.max(0))).ravel()
    faces = payload([front], [turned], size=(256, 256))
    ((straight,), (aside,)) = run(grey(2, 256), face_landmarks=faces).args[2]
    assert isinstance(straight["face_width"], float)
    assert straight["face_width"] == pytest.approx(face().box[2] / 2, rel=0.05)
    assert aside["width"] == pytest.approx(straight["width"] / 2, rel=0.01)
    assert aside["face_width"] == pytest.approx(straight["face_width"], rel=0.12)


def test_boxes_that_come_back_in_get_widths_of_their_own(run):
    ((given,),) = run(picture(256).movedim(1, -1)).args[2]
    ((back,),) = run(picture(256).movedim(1, -1), bboxes=[[{**given, "face_width": 3.0}]]).args[2]
    assert back["face_width"] == pytest.approx(given["face_width"], rel=0.03)


def test_a_face_without_landmarks_has_no_width(pack):
    from softfocus_pack.nodes.faces.results import bounding_box

    assert "face_width" in bounding_box(face())
    assert "face_width" not in bounding_box(replace(face(), landmarks=None))


def test_numbers_are_shown_where_there_is_a_choice(run):
    """Not on one face alone, unless somebody is named; on all that were found, dimmer where they are not masked."""
    one = picture(256).movedim(1, -1)
    assert not torch.equal(run(one, people="1").args[3], run(one).args[3])
    everybody, second = (run(pair(), people=people, eyes=0, brows=0, nose=0, lips=0, face=0) for people in ("all", "2"))
    plates = [(made.args[3] - pair()).abs().amax(-1)[0] > 0.02 for made in (everybody, second)]
    assert torch.equal(*plates) and plates[0][:, LEFT].any() and plates[0][:, RIGHT].any()
    both, dim = (made.args[3][0][plates[0]].mean() for made in (everybody, second))
    assert dim < both - 0.1


def test_numbers_of_a_frame_are_those_of_the_frame_alone(run):
    lonely = torch.cat([picture(256), torch.full((1, 3, 256, 256), 0.5)], -1).movedim(1, -1)
    together = run(torch.cat([pair(), lonely])).args[3]
    assert torch.equal(together, torch.cat([run(each).args[3] for each in (pair(), lonely)]))

"""The sentence about the faces of a batch."""

from __future__ import annotations

from dataclasses import replace

import torch

from softfocus.faces.face import Face
from softfocus.faces.summary import summarize_drawn, summarize_faces, summarize_people

FACE = Face((0, 0, 9, 9), 1.0, None, torch.zeros(468, 2))
SEEN, NONE = [FACE], []


def said(found, shown=None):
    return summarize_faces(found, found if shown is None else shown, "the nets", "Look again.")


def test_all_found():
    assert said([SEEN]) == "1 face found in 1 frame by the nets."
    assert said([SEEN, [FACE, FACE]]) == "3 faces found in 2 frames by the nets."


def test_none_in_one_picture():
    assert said([NONE]) == "No face found by the nets: the masks are empty. Look again."


def test_empty_frames_are_named():
    assert said([SEEN, NONE]) == "No face found by the nets in frame 2 of 2: its masks are empty. Look again."
    assert said([NONE] * 14).startswith("No face found by the nets in frames 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and")


def test_filled_frames_are_named():
    assert said([SEEN, NONE, SEEN], [SEEN] * 3) == "2 faces found in 3 frames by the nets. Filled in: frame 2."
    assert said([NONE, SEEN, NONE], [NONE, SEEN, SEEN]).endswith("Look again. Filled in: frame 3.")


def test_drawn_faces_are_told_with_their_confidence():
    drawn = replace(FACE, drawn=True, score=0.876)
    assert summarize_drawn([SEEN, NONE]) == ""
    assert summarize_drawn([SEEN, [drawn]]).startswith("One face is drawn (confidence 0.88): ")
    assert summarize_drawn([[drawn, replace(drawn, score=1.0)]]).startswith(
        "2 faces are drawn (confidence 0.88 to 1.00)"
    )


def people(*persons):
    return [replace(FACE, person=person) for person in persons]


def in_vain(everyone, named):
    chosen = [[face for face in faces if named and named.get(face.person)] for faces in everyone]
    return summarize_people(everyone, chosen, named)


def test_nobody_is_named_in_vain():
    assert in_vain([people(1, 2)], None) == in_vain([people(1, 2)], {2: 0.5}) == in_vain([], {2: 0.5}) == ""
    assert in_vain([NONE, people(1, 2), NONE], {2: 1.0}) == "", "that there is no face is said already"


def test_numbers_that_nobody_has():
    assert in_vain([people(2, 1)], {1: 1.0, 4: 1.0}) == "people names 4, but 2 people were found."
    alone = "people names 2, 4, but 1 person was found. Nobody is chosen: the masks are empty."
    assert in_vain([people(1)], {4: 1.0, 2: 0.5}) == alone
    assert in_vain([people(1, 2), people(1)], {1: 1.0, 3: 1.0}) == "people names 3, but no number is above 2."


def test_frames_in_which_nobody_is_chosen():
    said = in_vain([people(1, 2), people(1), NONE, people(1)], {2: 1.0})
    assert said == "Nobody is chosen in frames 2, 4 of 4: no face is masked there."
    assert in_vain([people(1)], {1: 0.0}) == "Nobody is chosen: the masks are empty."

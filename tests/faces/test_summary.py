"""The sentence about the faces of a batch."""

from __future__ import annotations

import torch

from softfocus.faces.face import Face
from softfocus.faces.summary import summarize_faces

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

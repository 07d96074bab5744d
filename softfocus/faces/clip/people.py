"""The people of a clip: counted anew in each shot, with a size that stays through the shot."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise
from statistics import median

from ..face import Face
from ..people import from_left


def count_by_shot(frames: list[list[Face]], shots: Collection[int] = ()) -> list[list[Face]]:
    """The same faces, with `person` and `usual_area` as they are in the shot.

    Args:
        frames: the faces of each frame; `person` tells who is who through the clip, 0 for faces that nobody followed.
        shots: frames with which a new shot starts.

    People are counted from 1 in the order of their first frames in the shot, from left to right within a frame. Their
    usual area is the median over the shot, so that who is the largest is the same in all of its frames. Faces that
    nobody followed stay uncounted.
    """
    starts = sorted({0, *(shot for shot in shots if 0 < shot < len(frames))})
    return [faces for start, stop in pairwise([*starts, len(frames)]) for faces in _counted(frames[start:stop])]


def _counted(shot: list[list[Face]]) -> list[list[Face]]:
    areas: dict[int, list[float]] = {}  # by person, in the order in which they appear
    for faces in shot:
        for face in from_left(faces):
            areas.setdefault(face.person, []).append(face.area)
    areas.pop(0, None)
    numbers = {person: number for number, person in enumerate(areas, 1)}
    usual = {person: median(each) for person, each in areas.items()}
    return [
        [replace(face, person=numbers.get(face.person, 0), usual_area=usual.get(face.person)) for face in faces]
        for faces in shot
    ]

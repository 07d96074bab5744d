"""Faces from ComfyUI's BOUNDING_BOX, as other detectors give them: boxes without points."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ...face_box import FaceBox
from ..face import Face, check_count, per_picture

SIDES = ("x", "y", "width", "height")


def faces_from_boxes(bboxes: Any, count: int) -> list[list[Face]]:
    """Faces without keypoints; `add_landmarks` follows.

    Args:
        bboxes: a list of boxes for each picture, one such list, or a single box. A box is a dictionary of `x`,
            `y` (its upper left corner), `width` and `height` in pixels of the picture, and `score` 0..1
            (1 if there is none). Boxes without an area are left out. One frame serves all pictures.
        count: of the pictures.

    Returns:
        One list for each picture, largest first.

    Raises:
        ValueError: the frame count does not fit, or something is no such box.
    """
    faces = [[_face(box) for box in frame if _has_area(box)] for frame in _frames(bboxes)]
    return per_picture(faces, count, "bboxes")


def face_boxes(bboxes: Any, count: int) -> list[list[FaceBox]]:
    """Boxes that say how large the faces are.

    Args:
        bboxes: as in `faces_from_boxes`; a box may have a `face_width` in pixels too, as Face Detail Mask gives it.
            Where it has none, its own width counts.
        count: of the pictures.

    Returns:
        One list for each picture.

    Raises:
        ValueError: as in `faces_from_boxes`.
    """
    frames = [[_face_box(box) for box in frame if _has_area(box)] for frame in _frames(bboxes)]
    check_count(len(frames), count, "bboxes")
    return frames if len(frames) == count else frames * count


def _frames(bboxes: Any) -> list[Sequence[Mapping[str, Any]]]:
    """One list of boxes a frame, checked."""
    if isinstance(bboxes, Mapping):
        bboxes = [bboxes]
    if not _is_list(bboxes):
        raise ValueError(f"bboxes is {_named(bboxes)}; expected boxes with {', '.join(SIDES)} in pixels")
    frames = [bboxes] if not bboxes or any(isinstance(each, Mapping) for each in bboxes) else list(bboxes)
    for frame in frames:
        if not _is_list(frame):
            raise ValueError(f"bboxes holds {_named(frame)}; expected a list of boxes for each picture")
        for box in frame:
            _check(box)
    return frames


def _check(box: Any) -> None:
    if not isinstance(box, Mapping) or not all(side in box for side in SIDES):
        raise ValueError(f"bboxes holds {_named(box)} as a box; expected {', '.join(SIDES)} in pixels")
    try:
        numbers = [float(box[side]) for side in SIDES] + [float(box.get("score", 1)), float(box.get("face_width", 1))]
    except (TypeError, ValueError) as error:
        raise ValueError(f"bboxes holds a box whose sides are no numbers ({error})") from error
    if not all(map(math.isfinite, numbers)):
        raise ValueError("bboxes holds a box that is not finite")
    if numbers[-1] <= 0:
        raise ValueError(f"bboxes holds a box whose face_width is {numbers[-1]:g}; it must be above 0")


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _named(value: Any) -> str:
    """What something unexpected is, in a word or two."""
    return (
        f"a dictionary of {', '.join(map(str, value)) or 'nothing'}"
        if isinstance(value, Mapping)
        else type(value).__name__
    )


def _has_area(box: Mapping[str, Any]) -> bool:
    return float(box["width"]) > 0 and float(box["height"]) > 0


def _face_box(box: Mapping[str, Any]) -> FaceBox:
    x, y, width, height = (float(box[side]) for side in SIDES)
    return FaceBox(x, y, width, height, float(box.get("face_width", width)))


def _face(box: Mapping[str, Any]) -> Face:
    x, y, width, height = (float(box[side]) for side in SIDES)
    return Face((x, y, width, height), float(box.get("score", 1.0)))

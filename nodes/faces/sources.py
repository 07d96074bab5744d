"""Where Face Detail Mask gets its faces: connected landmarks, connected boxes, the user's YuNet file, the pack's nets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from comfy_api.latest import io

from ...softfocus.faces import (
    Face,
    YuNet,
    add_landmarks,
    distinct,
    face_nets,
    faces_from_boxes,
    faces_from_landmarks,
    faces_of_subject,
    find_faces,
    largest,
    seen_twice,
)
from ...softfocus.opencv import MissingOpenCV
from ...softfocus.settings import MASK
from ..host.frames import Frames
from ..host.schema import number
from ..models.files import own_files, path_of

CATEGORY = "face_detection"
OWN = "the pack's own nets"
NOTHING_GIVEN = "Disconnect it to let the pack look for faces."


def confidence_input(advanced: bool = False) -> io.Input:
    """The widget of those who let a source find faces."""
    tooltip = "Lower finds more faces, and more that are none."
    return number("min_confidence", MASK.min_confidence, 0.05, 1, 0.05, tooltip, advanced)


@dataclass(frozen=True)
class Origin:
    """name, advice: where faces come from, and what helps where there are none, as the node says it."""

    name: str
    advice: str


@dataclass(frozen=True)
class FaceSource(Origin):
    """find: the faces of each frame of a chunk."""

    find: Callable[[Frames], list[list[Face]]]


TRACKS = Origin("tracks", "Disconnect them to let the pack look for faces in this part alone.")


def choose_source(image: torch.Tensor, face_landmarks: Any, bboxes: Any, min_confidence: float) -> FaceSource:
    """The best source there is: landmarks, then boxes, then a YuNet file in models/face_detection, then the own nets."""
    count, size = image.shape[0], image.shape[1:3]
    if face_landmarks is not None:
        known = faces_from_landmarks(face_landmarks, count, size)
        return FaceSource("face_landmarks", NOTHING_GIVEN, lambda frames: _of_chunk(known, frames))
    if bboxes is not None:
        boxes = faces_from_boxes(bboxes, count)
        return FaceSource("bboxes", NOTHING_GIVEN, lambda frames: _with_landmarks(_of_chunk(boxes, frames), frames))
    return own_source(min_confidence)


def own_source(min_confidence: float) -> FaceSource:
    """What looks for faces itself: a YuNet file in models/face_detection, else the pack's nets."""
    detector, name = _detector()

    def find(frames: Frames) -> list[list[Face]]:
        nets = face_nets(frames.rgb.device)
        subject = frames.masks["subject_mask"]

        def look(frame: torch.Tensor) -> list[Face]:
            return find_faces(nets, frame, min_confidence, detector=detector)[0]

        if subject is None:
            return [look(frame) for frame in frames.rgb.split(1)]
        pairs = zip(frames.rgb.split(1), subject.split(1), strict=True)
        return [faces_of_subject(look, frame, mask) for frame, mask in pairs]

    return FaceSource(name, "A lower min_confidence may help.", find)


def _of_chunk(known: list[list[Face]], frames: Frames) -> list[list[Face]]:
    return known[frames.first : frames.first + len(frames.rgb)]


def _with_landmarks(faces: list[list[Face]], frames: Frames) -> list[list[Face]]:
    """Two boxes around one face become one face here: the mesh finds the same landmarks in both."""
    meshed = add_landmarks(face_nets(frames.rgb.device), frames.rgb, faces)
    return [largest(distinct(each, seen_twice)) for each in meshed]


def _detector() -> tuple[YuNet | None, str]:
    """The user's YuNet and what to call it; None for the pack's own nets."""
    files = own_files(CATEGORY, (".onnx",))
    if not files:
        return None, OWN
    try:
        return YuNet(path_of(CATEGORY, files[0])), f"YuNet ({files[0]})"
    except MissingOpenCV as error:  # the file may lie there for another pack
        return None, f"{OWN} ({error})"

"""Run the Face Mesh on detected faces: upright crop, points, a second crop from those points, points again."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from .crops import Square, sample_square
from .face import Face
from .weights import FaceNets

CROP_MARGIN = 1.5  # side of the crop over the longer side of the face's upright box; the mesh was trained on this
SURE = 0.8  # detector score from which a face needs no second opinion
RIGHT_EYE, LEFT_EYE = 33, 263  # outer corners in the mesh


@torch.no_grad()
def add_landmarks(
    nets: FaceNets, image: Tensor, faces: list[list[Face]], min_presence: float = 0.1
) -> list[list[Face]]:
    """The same faces with ``landmarks`` [468, 2] and with ``box`` set to what the landmarks span.

    Args:
        nets: the face nets, on the image's device.
        image: [B, 3, H, W] sRGB; values outside 0..1 are clamped.
        faces: one list a picture, each face with its keypoints.
        min_presence: 0..1; a face that the mesh net rates lower is left out, unless the detector was sure of it
            (drawn faces are rated low).

    Two passes (arXiv 1907.06724): the detector's box and eyes give the first crop, the first points the second.
    """
    return [
        _frame_landmarks(nets, image[index : index + 1].clamp(0, 1), found, min_presence) if found else []
        for index, found in enumerate(faces)
    ]


def _frame_landmarks(nets: FaceNets, frame: Tensor, faces: list[Face], min_presence: float) -> list[Face]:
    squares = [_square_from_detection(face) for face in faces]
    points, presence = _run(nets, frame, squares)
    squares = [square_around(each, RIGHT_EYE, LEFT_EYE) for each in points]
    points, presence = _run(nets, frame, squares)
    return [
        replace(face, landmarks=each, box=_span(each))
        for face, each, present in zip(faces, points, presence, strict=True)
        if present >= min_presence or face.score >= SURE
    ]


def _run(nets: FaceNets, frame: Tensor, squares: list[Square]) -> tuple[list[Tensor], list[float]]:
    """Landmarks in picture pixels and presence 0..1, one for each square."""
    points, presence = [], []
    for square in squares:
        raw, logit = nets.mesh(sample_square(frame, square, nets.mesh.size))
        points.append(square.to_picture(raw[0, :, :2].cpu() / nets.mesh.size))
        presence.append(logit.sigmoid().item())
    return points, presence


def _square_from_detection(face: Face) -> Square:
    if face.keypoints is None:
        raise ValueError("the face has no keypoints; give add_landmarks faces from detect_faces")
    x, y, width, height = face.box
    dx, dy = (face.keypoints[1] - face.keypoints[0]).tolist()
    return Square(x + width / 2, y + height / 2, max(width, height) * CROP_MARGIN, math.atan2(dy, dx))


def square_around(points: Tensor, right: int, left: int) -> Square:
    """The square crop, upright for the line from point ``right`` to point ``left``, around points [N, 2]."""
    dx, dy = (points[left] - points[right]).tolist()
    frame = Square(0.0, 0.0, 1.0, math.atan2(dy, dx))
    upright = frame.from_picture(points)
    low, high = upright.amin(0), upright.amax(0)
    x, y = frame.to_picture((low + high) / 2).tolist()
    return Square(x, y, (high - low).max().item() * CROP_MARGIN, frame.angle)


def _span(points: Tensor) -> tuple[float, float, float, float]:
    (left, top), (right, bottom) = points.amin(0).tolist(), points.amax(0).tolist()
    return left, top, right - left, bottom - top

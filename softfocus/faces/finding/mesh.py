"""Run the Face Mesh on detected faces: upright crop, points, a second crop from those points, points again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from ...color import as_displayable
from ..crops import Square, sample_squares
from ..face import Face
from ..nets.weights import FaceNets
from ..topology import LEFT_EYE, RIGHT_EYE, mirror_map

CROP_MARGIN = 1.5  # side of the crop over the longer side of the face's upright box; the mesh was trained on this
SURE = 0.8  # detector score from which a face needs no second opinion
LEAST_PRESENCE = 0.2  # below which a face is left out that the detector was not sure of
DOUBTED = 5.0  # logit of presence below which a detected face is looked at turned, too
SURER = 5.0  # by so much the turned view's logit must be higher
BATCH = 16  # crops in one run of the net


def add_landmarks(
    nets: FaceNets,
    image: Tensor,
    faces: list[list[Face]],
    min_presence: float = LEAST_PRESENCE,
) -> list[list[Face]]:
    """The same faces with `landmarks` [468, 2] and with `box` set to what the landmarks span.

    Args:
        nets: the face nets, on the image's device.
        image: [B, 3, H, W] sRGB; any values, taken as by `displayable`.
        faces: one list a picture. A face without keypoints is a box from elsewhere, its score nothing to go by.
        min_presence: 0..1; a face that the mesh net rates lower is left out, unless the detector was sure of it
            (drawn faces are rated low).

    Two passes (arXiv 1907.06724): the detector's box and eyes give the first crop, the first points the second.
    A face without keypoints takes one pass more, at four angles, to learn where its eyes are.
    """
    return [
        add_in_frame(nets, as_displayable(image[index : index + 1]), found, min_presence) if found else []
        for index, found in enumerate(faces)
    ]


@torch.no_grad()
def add_in_frame(nets: FaceNets, frame: Tensor, faces: list[Face], min_presence: float = LEAST_PRESENCE) -> list[Face]:
    """`add_landmarks` to the faces of one picture [1, 3, H, W] whose values are known to lie in 0..1."""
    squares = [
        _square_from_box(nets, frame, face) if face.keypoints is None else _square_from_detection(face, face.keypoints)
        for face in faces
    ]
    certain = [face.keypoints is not None and face.score >= SURE for face in faces]
    needed = [0.0 if sure else min_presence for sure in certain]
    points, _ = run_mesh(nets, frame, squares, needed)
    points, logits = run_mesh(nets, frame, [square_around(each, RIGHT_EYE, LEFT_EYE) for each in points], needed)
    found = []
    for face, seen, logit, least in zip(faces, points, logits, needed, strict=True):
        if torch.tensor(logit).sigmoid() >= least:
            doubted = face.keypoints is not None and logit < DOUBTED
            upright = _turned(nets, frame, seen, logit) if doubted else seen
            found.append(replace(face, landmarks=upright, box=span(upright)))
    return found


def _turned(nets: FaceNets, frame: Tensor, points: Tensor, logit: float) -> Tensor:
    """The points, or those seen in the crop turned by quarters, where that is sure and far surer.

    A detector may take a face that stands on its head for an upright one; the mesh does not.
    """
    square = square_around(points, RIGHT_EYE, LEFT_EYE)
    turned = [replace(square, angle=square.angle + quarter * math.pi / 2) for quarter in (1, 2, 3)]
    seen, sure = run_mesh(nets, frame, turned)
    best = max(range(len(turned)), key=lambda index: sure[index])
    if sure[best] < max(DOUBTED, logit + SURER):
        return points
    (again,), _ = run_mesh(nets, frame, [square_around(seen[best], RIGHT_EYE, LEFT_EYE)])
    return again


def run_mesh(
    nets: FaceNets, frame: Tensor, squares: list[Square], needed: Sequence[float] = ()
) -> tuple[list[Tensor], list[float]]:
    """Landmarks in picture pixels and the logit of presence, one for each square.

    The mean over what the net sees and what it sees mirrored, since on turned heads its two answers differ.
    Presence is that of the crop as it is: its thresholds are the net's own. Where it is below what is `needed` of a
    square (0..1), the landmarks will hardly be asked for, and are those of the crop as it is.
    """
    points: list[Tensor] = []
    presence: list[float] = []
    for start in range(0, len(squares), BATCH):
        part = squares[start : start + BATCH]
        planar, logits = _mean_of_both(nets, sample_squares(frame, part, nets.mesh.size), needed[start : start + BATCH])
        points += [square.to_picture(each) for square, each in zip(part, planar, strict=True)]
        presence += logits.tolist()
    return points, presence


def _mean_of_both(nets: FaceNets, crops: Tensor, needed: Sequence[float]) -> tuple[Tensor, Tensor]:
    """Points [N, 468, 2] in 0..1 of the crops [N, 3, S, S], and logits of presence [N], as `run_mesh` says."""
    if not any(needed):
        raw, logits = nets.mesh(torch.cat((crops, crops.flip(-1))))
        seen, mirrored = _planar(raw, nets).chunk(2)
        return (seen + _turned_back(mirrored)) / 2, logits.chunk(2)[0]
    raw, logits = nets.mesh(crops)
    seen, asked = _planar(raw, nets), logits.sigmoid() >= logits.new_tensor(needed)
    if bool(asked.any()):
        mirrored = _planar(nets.mesh(crops[asked].flip(-1))[0], nets)
        seen[asked.cpu()] = (seen[asked.cpu()] + _turned_back(mirrored)) / 2
    return seen, logits


def _planar(raw: Tensor, nets: FaceNets) -> Tensor:
    return raw[..., :2].cpu() / nets.mesh.size


def _turned_back(mirrored: Tensor) -> Tensor:
    """Points in 0..1 of mirrored crops, in those of the crops."""
    return mirrored[:, mirror_map()] * torch.tensor((-1.0, 1.0)) + torch.tensor((1.0, 0.0))


def _square_from_detection(face: Face, keypoints: Tensor) -> Square:
    x, y, width, height = face.box
    dx, dy = (keypoints[1] - keypoints[0]).tolist()
    return Square(x + width / 2, y + height / 2, max(width, height) * CROP_MARGIN, math.atan2(dy, dx))


def _square_from_box(nets: FaceNets, frame: Tensor, face: Face) -> Square:
    """The crop for a face without keypoints: around its points as seen at the best of four angles.

    The net always draws an upright face and is often sure of it; at the right angle it is the surest.
    """
    x, y, width, height = face.box
    middle, side = (x + width / 2, y + height / 2), max(width, height) * CROP_MARGIN
    points, logits = run_mesh(nets, frame, [Square(*middle, side, quarter * math.pi / 2) for quarter in range(4)])
    return square_around(points[logits.index(max(logits))], RIGHT_EYE, LEFT_EYE)


def square_around(points: Tensor, right: int, left: int) -> Square:
    """The square crop, upright for the line from point `right` to point `left`, around points [N, 2]."""
    dx, dy = (points[left] - points[right]).tolist()
    frame = Square(0.0, 0.0, 1.0, math.atan2(dy, dx))
    upright = frame.from_picture(points)
    low, high = upright.amin(0), upright.amax(0)
    x, y = frame.to_picture((low + high) / 2).tolist()
    return Square(x, y, (high - low).max().item() * CROP_MARGIN, frame.angle)


def span(points: Tensor) -> tuple[float, float, float, float]:
    """Left, top, width and height of points [N, 2]."""
    (left, top), (right, bottom) = points.amin(0).tolist(), points.amax(0).tolist()
    return left, top, right - left, bottom - top

"""What the detector, the mesh and the region masks hand to each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..frame_names import describe_counts
from .topology import POINTS

SAME, WITHIN = 0.4, 0.75  # boxes of one face: above this intersection over union, or share of the smaller box
IDENTICAL = 0.8  # likewise, for boxes of whose origin nothing is known: a face hides another before theirs agree so far
CLOSE = 0.15  # mean distance of the landmarks of one face seen twice, over its longer side; cheek to cheek: 0.6


@dataclass(frozen=True)
class Face:
    """One face in one picture; lengths in pixels of that picture, tensors float32 on the CPU.

    Attributes:
        box: left, top, width, height.
        score: 0..1.
        keypoints: [6, 2] right eye, left eye, nose tip, mouth, right ear, left ear; [4, 2], the first four of these,
            from YuNet; None if the source has none.
        landmarks: [468, 2] or more points of the Face Mesh topology; None before the mesh has run.
        person: number of whom it shows, from 1, as the node's `people` counts; 0 where nobody has counted.
        usual_area: of its person's boxes in px^2, by which the largest are chosen; None: the area of its own box.
        strength: 0..1, what its masks are multiplied by.
        drawn: whether its landmarks follow a drawing, on which the mesh does not hold.
        eyes_seen: of right and left eye, 0..1: what the eye's mask is multiplied by, less where something covers it.
    """

    box: tuple[float, float, float, float]
    score: float
    keypoints: Tensor | None = None
    landmarks: Tensor | None = None
    person: int = 0
    usual_area: float | None = None
    strength: float = 1.0
    drawn: bool = False
    eyes_seen: tuple[float, float] = (1.0, 1.0)

    @property
    def area(self) -> float:
        """Of the box, in px^2."""
        return self.box[2] * self.box[3]


def largest(faces: list[Face], count: int = 0) -> list[Face]:
    """The faces by the area of their boxes, largest first; of more than `count` the usually largest, 0 for all."""
    kept = sorted(faces, key=_usual_area, reverse=True)[: count or None]
    return sorted(kept, key=lambda face: face.area, reverse=True)


def _usual_area(face: Face) -> float:
    return face.area if face.usual_area is None else face.usual_area


def per_picture(frames: list[list[Face]], count: int, name: str) -> list[list[Face]]:
    """Faces from elsewhere as one list for each of `count` pictures, largest first; one frame serves all pictures.

    Of faces that are there twice (`seen_twice`) one stays.

    Raises:
        ValueError: another number of frames, by the name of the input that gave them.
    """
    check_count(len(frames), count, name)
    ordered = [largest(distinct(faces, seen_twice)) for faces in frames]
    return ordered if len(ordered) == count else ordered * count


def check_count(frames: int, count: int, name: str) -> None:
    """Raise ValueError unless as many frames as pictures came, or one for all of them."""
    if frames not in (1, count):
        raise ValueError(describe_counts(name, frames, count, "connect the picture they were found in"))


def landmarks_of(face: Face) -> Tensor:
    """The landmarks of a face that must have them.

    Raises:
        ValueError: the mesh has not run.
    """
    if face.landmarks is None:
        raise ValueError("the face has no landmarks; run add_landmarks first")
    return face.landmarks


def moved(face: Face, dx: int, dy: int) -> Face:
    """The face of a part of a picture that begins at column dx and row dy, as a face of the picture."""
    left, top, width, height = face.box
    offset = torch.tensor((float(dx), float(dy)))
    keypoints, landmarks = (None if points is None else points + offset for points in (face.keypoints, face.landmarks))
    return replace(face, box=(left + dx, top + dy, width, height), keypoints=keypoints, landmarks=landmarks)


def same_faces(a: Sequence[Face], b: Sequence[Face]) -> Tensor:
    """Whether two boxes overlap so much that they show one face, for each of N and each of M faces: [N, M] bool."""
    if not a or not b:
        return torch.zeros(len(a), len(b), dtype=torch.bool)
    first, second = (torch.tensor([face.box for face in faces], dtype=torch.float64) for faces in (a, b))
    overlap = box_overlap(first, second)
    area, other = first[:, 2:].prod(-1)[:, None], second[:, 2:].prod(-1)
    shared = overlap * (area + other) / (1 + overlap)
    return (overlap > SAME) | (shared > WITHIN * torch.minimum(area, other))


def seen_twice(a: Sequence[Face], b: Sequence[Face]) -> Tensor:
    """Whether two faces from elsewhere are one, for each of N and each of M faces: [N, M] bool.

    Such boxes may be drawn around whole heads, and two heads may overlap by much: they are one face if their boxes are
    nearly identical or if their landmarks, where both have them, lie close together.
    """
    if not a or not b:
        return torch.zeros(len(a), len(b), dtype=torch.bool)
    first, second = (torch.tensor([face.box for face in faces], dtype=torch.float64) for faces in (a, b))
    here, there = (torch.stack([_mesh_points(face) for face in faces]) for faces in (a, b))
    apart = (here[:, None] - there).norm(dim=-1).mean(-1)
    sides = [(points.amax(1) - points.amin(1)).amax(-1) for points in (here, there)]
    return (box_overlap(first, second) > IDENTICAL) | (apart < CLOSE * torch.minimum(sides[0][:, None], sides[1]))


def _mesh_points(face: Face) -> Tensor:
    """The landmarks [468, 2] without irises; NaN, which is near nothing, if there are none."""
    return torch.full((POINTS, 2), torch.nan) if face.landmarks is None else face.landmarks[:POINTS].float()


Sameness = Callable[[Sequence[Face], Sequence[Face]], Tensor]


def distinct(faces: list[Face], are_same: Sameness = same_faces) -> list[Face]:
    """The faces, most certain first, without those that show the same one as a more certain one.

    `are_same` tells of N and of M faces which show the same, [N, M] bool.
    """
    ordered = sorted(faces, key=lambda each: each.score, reverse=True)
    same = are_same(ordered, ordered)
    kept: list[int] = []
    for index in range(len(ordered)):
        if not bool(same[index, kept].any()):
            kept.append(index)
    return [ordered[index] for index in kept]


def box_overlap(a: Tensor, b: Tensor, form: str = "xywh") -> Tensor:
    """Intersection over union [N, M] of boxes [N, 4] and [M, 4] in a format of `torchvision.ops.box_convert`."""
    from torchvision.ops import box_convert, box_iou  # comes with ComfyUI; takes a second to import

    return box_iou(box_convert(a, form, "xyxy"), box_convert(b, form, "xyxy"))

"""What the detector, the mesh and the region masks hand to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

SAME, WITHIN = 0.4, 0.75  # boxes of one face: above this intersection over union, or share of the smaller box


@dataclass(frozen=True)
class Face:
    """One face in one picture; lengths in pixels of that picture, tensors float32 on the CPU.

    Attributes:
        box: left, top, width, height.
        score: 0..1.
        keypoints: [6, 2] right eye, left eye, nose tip, mouth, right ear, left ear; [4, 2], the first four of these,
            from YuNet; None if the source has none.
        landmarks: [468, 2] or more points of the Face Mesh topology; None before the mesh has run.
    """

    box: tuple[float, float, float, float]
    score: float
    keypoints: Tensor | None = None
    landmarks: Tensor | None = None


def largest(faces: list[Face], count: int = 0) -> list[Face]:
    """The faces by the area of their boxes, largest first; at most `count` of them, 0 for all."""
    ordered = sorted(faces, key=lambda face: face.box[2] * face.box[3], reverse=True)
    return ordered[:count] if count else ordered


def per_picture(frames: list[list[Face]], count: int, name: str) -> list[list[Face]]:
    """Faces from elsewhere as one list for each of `count` pictures, largest first; one frame serves all pictures.

    Raises:
        ValueError: another number of frames, by the name of the input that gave them.
    """
    check_count(len(frames), count, name)
    ordered = [largest(faces) for faces in frames]
    return ordered if len(ordered) == count else ordered * count


def check_count(frames: int, count: int, name: str) -> None:
    """Raise ValueError unless as many frames as pictures came, or one for all of them."""
    if frames not in (1, count):
        raise ValueError(f"{name} has {frames} frames but image has {count}; connect the picture they were found in")


def landmarks_of(face: Face) -> Tensor:
    """The landmarks of a face that must have them.

    Raises:
        ValueError: the mesh has not run.
    """
    if face.landmarks is None:
        raise ValueError("the face has no landmarks; run add_landmarks first")
    return face.landmarks


def distinct(faces: list[Face]) -> list[Face]:
    """The faces, most certain first, without those that show the same one as a more certain one."""
    ordered = sorted(faces, key=lambda each: each.score, reverse=True)
    same = same_faces(ordered, ordered)
    kept: list[int] = []
    for index in range(len(ordered)):
        if not bool(same[index, kept].any()):
            kept.append(index)
    return [ordered[index] for index in kept]


def same_faces(a: Sequence[Face], b: Sequence[Face]) -> Tensor:
    """Whether two boxes overlap so much that they show one face, for each of N and each of M faces: [N, M] bool."""
    if not a or not b:
        return torch.zeros(len(a), len(b), dtype=torch.bool)
    first, second = (torch.tensor([face.box for face in faces], dtype=torch.float64) for faces in (a, b))
    overlap = box_overlap(first, second)
    area, other = first[:, 2:].prod(-1)[:, None], second[:, 2:].prod(-1)
    shared = overlap * (area + other) / (1 + overlap)
    return (overlap > SAME) | (shared > WITHIN * torch.minimum(area, other))


def box_overlap(a: Tensor, b: Tensor, form: str = "xywh") -> Tensor:
    """Intersection over union [N, M] of boxes [N, 4] and [M, 4] in a format of `torchvision.ops.box_convert`."""
    from torchvision.ops import box_convert, box_iou  # comes with ComfyUI; takes a second to import

    return box_iou(box_convert(a, form, "xyxy"), box_convert(b, form, "xyxy"))

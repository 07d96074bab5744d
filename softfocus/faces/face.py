"""What the detector, the mesh and the region masks hand to each other."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

SAME, WITHIN = 0.4, 0.75  # boxes of one face: from this intersection over union, or share of the smaller box


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
    """The faces by the area of their boxes, largest first; at most ``count`` of them, 0 for all."""
    ordered = sorted(faces, key=lambda face: face.box[2] * face.box[3], reverse=True)
    return ordered[:count] if count else ordered


def distinct(faces: list[Face]) -> list[Face]:
    """The faces, most certain first, without those that show the same one as a more certain one."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda each: each.score, reverse=True):
        if not any(same_face(face, other) for other in kept):
            kept.append(face)
    return kept


def same_face(a: Face, b: Face) -> bool:
    """Whether two boxes overlap so much that they show one face."""
    (left, top, width, height), (x, y, w, h) = a.box, b.box
    shared = max(0.0, min(left + width, x + w) - max(left, x)) * max(0.0, min(top + height, y + h) - max(top, y))
    areas = width * height, w * h
    return shared > SAME * (sum(areas) - shared) or shared > WITHIN * min(areas)

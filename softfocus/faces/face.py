"""What the detector, the mesh and the region masks hand to each other."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Face:
    """One face in one picture; lengths in pixels of that picture, tensors float32 on the CPU.

    Attributes:
        box: left, top, width, height.
        score: 0..1.
        keypoints: [6, 2] right eye, left eye, nose tip, mouth, right ear, left ear; None if the source has none.
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

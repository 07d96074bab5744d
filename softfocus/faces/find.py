"""From pictures to faces with landmarks: detection, then the mesh."""

from __future__ import annotations

from torch import Tensor

from .detect import detect_faces
from .face import Face, largest
from .mesh import add_landmarks
from .weights import FaceNets


def find_faces(nets: FaceNets, image: Tensor, min_confidence: float = 0.5, max_faces: int = 0) -> list[list[Face]]:
    """Faces of each picture of [B, 3, H, W] sRGB with their 468 landmarks, largest first.

    ``nets`` must be on the image's device. ``min_confidence`` 0..1 is the detector's; ``max_faces`` 0 means all. Only a
    picture in which no face is found is looked at more closely, in tiles.
    """
    frames = (image[index : index + 1] for index in range(len(image)))
    return [largest(_find(nets, frame, min_confidence), max_faces) for frame in frames]


def _find(nets: FaceNets, frame: Tensor, min_confidence: float) -> list[Face]:
    for closer in (False, True):
        (faces,) = add_landmarks(nets, frame, detect_faces(nets, frame, min_confidence, closer))
        if faces:
            return faces
    return []

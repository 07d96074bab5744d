"""From pictures to faces with landmarks: detection, then the mesh."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from ...color import as_displayable, displayable
from ...settings import MASK
from ...transparency import fill_transparent
from ..face import Face, distinct, largest, same_faces
from ..nets.weights import FaceNets
from .close_up import find_close_up
from .detect import detect_in_frame
from .drawn import detect_drawn_in_frame
from .drawn_landmarks import drawn_faces_first, place_on_drawings
from .mesh import SURE, add_in_frame
from .views import TURNS, tile_views, whole_views

Detector = Callable[[Tensor, float], list[list[Face]]]
DOUBTED = 0.9  # presence below which a face from a tile or a turned view is left out: many views err more often


def find_faces(
    nets: FaceNets,
    image: Tensor,
    min_confidence: float = MASK.min_confidence,
    detector: Detector | None = None,
    alpha: Tensor | None = None,
) -> list[list[Face]]:
    """Faces with their 468 landmarks.

    Args:
        nets: the face nets, on the image's device.
        image: [B, 3, H, W] sRGB; any values, taken as by `displayable`.
        min_confidence: 0..1, the detector's.
        detector: takes the place of the pack's own: from pictures and confidence to faces with keypoints, such as
            `YuNet`. Without one, each picture is viewed as a whole and in tiles, and turned too where no upright face
            is certain. Drawn faces are sought beside either.
        alpha: [B, 1, H, W] in 0..1; what it hides, no net is shown: visible colors go on there.

    Returns:
        One list a picture, largest first.
    """
    image = image if alpha is None else fill_transparent(displayable(image), alpha)
    frames = (as_displayable(image[index : index + 1]) for index in range(len(image)))
    return [largest(_find(nets, frame, min_confidence, detector)) for frame in frames]


def _find(nets: FaceNets, frame: Tensor, min_confidence: float, detector: Detector | None) -> list[Face]:
    faces = find_by_detectors(nets, frame, min_confidence, detector)
    # A detector is never sure of a part of a face, and may take a part of a large one for a small one.
    if any(face.score >= SURE for face in faces):
        return faces
    return find_close_up(nets, frame, max([min_confidence, *(face.score for face in faces)])) or faces


def find_by_detectors(
    nets: FaceNets, frame: Tensor, min_confidence: float = MASK.min_confidence, detector: Detector | None = None
) -> list[Face]:
    """The faces of one picture [1, 3, H, W] in 0..1 but for close-ups; arguments as of `find_faces`."""
    if detector is None:
        faces = _seen_in_views(nets, frame, min_confidence)
    else:
        faces = distinct(add_in_frame(nets, frame, detector(frame, min_confidence)[0]))
    drawn = place_on_drawings(nets, frame, detect_drawn_in_frame(nets, frame, min_confidence))
    faces = drawn_faces_first(drawn, faces, same_faces(drawn, faces))
    if detector is None and not any(face.score >= SURE for face in faces):
        for angle in TURNS:
            turned = detect_in_frame(nets, frame, min_confidence, partial(whole_views, angle=angle))
            faces += add_in_frame(nets, frame, turned, DOUBTED)
    return distinct(faces)


def _seen_in_views(nets: FaceNets, frame: Tensor, min_confidence: float) -> list[Face]:
    """Faces in the whole picture and in tiles of it."""
    faces = add_in_frame(nets, frame, detect_in_frame(nets, frame, min_confidence))
    tiled = detect_in_frame(nets, frame, min_confidence, tile_views)
    # A small face may be seen badly in the whole picture and well in a tile.
    scores, enough = (torch.tensor([face.score for face in each]) for each in (faces, tiled))
    known = same_faces(tiled, faces) & (scores >= enough.clamp(max=SURE)[:, None])
    better = [face for face, seen in zip(tiled, known.any(1).tolist(), strict=True) if not seen]
    return faces + add_in_frame(nets, frame, better, DOUBTED)

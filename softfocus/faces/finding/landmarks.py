"""Faces from ComfyUI's own face landmarks (its FACE_LANDMARKS dictionary)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from ..face import Face, per_picture
from ..topology import POINTS


def faces_from_landmarks(payload: Mapping[str, Any], count: int, size: Sequence[int]) -> list[list[Face]]:
    """Faces with landmarks, in pixels of the pictures.

    Args:
        payload: `frames`, a list of faces for each picture (`landmarks_xy` [468 or more, 2], `bbox_xyxy`, `score`), and
            `image_size` (height, width), to which the coordinates belong. One frame serves all pictures.
        count: of the pictures.
        size: (height, width) of the pictures.

    Returns:
        One list for each picture, largest first.

    Raises:
        ValueError: the frame count or the number of points does not fit.
    """
    if "frames" not in payload:
        raise ValueError("face_landmarks holds no frames; connect the output of Detect Face Landmarks (MediaPipe)")
    height, width = payload.get("image_size", size)
    scale = torch.tensor((size[1] / width, size[0] / height))
    faces = [[_face(each, scale) for each in frame] for frame in payload["frames"]]
    return per_picture(faces, count, "face_landmarks")


def _face(entry: Mapping[str, Any], scale: torch.Tensor) -> Face:
    landmarks = torch.as_tensor(entry["landmarks_xy"], dtype=torch.float32, device="cpu")[:, :2] * scale
    if len(landmarks) < POINTS:
        raise ValueError(f"face_landmarks has a face of {len(landmarks)} points; expected the {POINTS} of a face mesh")
    corners = torch.as_tensor(entry["bbox_xyxy"], dtype=torch.float32, device="cpu").view(2, 2) * scale
    (left, top), (right, bottom) = corners.tolist()
    return Face((left, top, right - left, bottom - top), float(entry.get("score", 1.0)), landmarks=landmarks)

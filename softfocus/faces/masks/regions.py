"""From the 468 points of the face mesh to soft masks of eyes, brows, nose, lips and the whole face."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from ...face_box import FaceBox
from ...settings import MASK
from ..face import Face
from ..topology import (
    BESIDE_MOUTH_CORNERS,
    CHIN,
    FOREHEAD,
    LEFT_EAR,
    LEFT_EYE,
    MOUTH_CORNERS,
    OVAL,
    PROFILE,
    RIGHT_EAR,
    RIGHT_EYE,
    RINGS,
)
from .raster import draw_soft_polygon, signed_distance

ASPECT = 0.75  # a face seen from the front is at least this wide for its height; a profile is measured by its height
HAIRLINE = 0.12  # of the face's height: the mesh's oval stops that far below the hairline
# Usual area of a ring over the squared face width. A ring that the pose turns away or folds over has less: below the
# first fraction of it a region is not drawn, above the second fully. In real profiles the mesh leaves the hidden eye an
# area of 0.011, so that 0.40 shuts it out.
USUAL_AREA = {"eyes": 0.029, "brows": 0.014, "nose": 0.065, "lips": 0.034, "face": 0.5}
TURNED_AWAY, SEEN = 0.40, 0.55


def face_width(landmarks: Tensor) -> float:
    """Width in pixels of the face as it would be seen from the front, the unit of `expand` and `feather`."""
    across = (landmarks[LEFT_EAR] - landmarks[RIGHT_EAR]).norm()
    down = (landmarks[CHIN] - landmarks[FOREHEAD]).norm()
    return torch.maximum(across, ASPECT * down).item()


def box_of_face(face: Face) -> FaceBox:
    """The box of a face with its width as seen from the front, or without landmarks with the box's own."""
    return FaceBox(*face.box, face.box[2] if face.landmarks is None else face_width(face.landmarks))


def region_masks(
    faces: list[list[Face]],
    size: Sequence[int],
    expand: float = MASK.expand,
    feather: float = MASK.feather,
    device: torch.device | None = None,
) -> dict[str, Tensor]:
    """Soft masks [B, 1, H, W] in 0..1, one for each of eyes, brows, nose, lips and face.

    Args:
        faces: one list a picture; faces without landmarks are skipped.
        size: height and width of the pictures.
        expand: how far each outline moves outwards, percent of the face's width.
        feather: width of the soft edge, percent of the face's width; never below one pixel.
        device: of the masks.

    A region that the pose folds away (the far eye of a profile) fades out, and an eye as far as `eyes_seen` says.
    `face` includes the forehead.
    """
    masks = {name: torch.zeros(len(faces), 1, *size, device=device, dtype=torch.float32) for name in RINGS}
    for index, found in enumerate(faces):
        for face in found:
            if face.landmarks is not None:
                canvases = {name: mask[index, 0] for name, mask in masks.items()}
                _draw_face(canvases, face.landmarks, face.eyes_seen, expand, feather)
    return masks


def weighted_maximum(masks: Mapping[str, Tensor], weights: Mapping[str, float]) -> Tensor:
    """The detail mask [B, 1, H, W]: at each pixel the largest of weight (0..1) times mask over the regions."""
    detail = torch.zeros_like(masks["face"])
    for name, weight in weights.items():
        if weight > 0:
            torch.maximum(detail, masks[name] * weight, out=detail)
    return detail


def _draw_face(
    canvases: dict[str, Tensor], landmarks: Tensor, eyes_seen: tuple[float, float], expand: float, feather: float
) -> None:
    width = face_width(landmarks)
    raised = _raise_forehead(landmarks)
    landmarks = _widen_mouth(landmarks)
    for name, rings in RINGS.items():
        points = raised if name == "face" else landmarks
        rings = rings[: 1 if name == "face" and _oval_holds_profile(points) else None]
        for ring, seen in zip(rings, eyes_seen if name == "eyes" else (1.0,) * len(rings), strict=True):
            polygon = points[list(ring)]
            share = _area(polygon) / (width**2 * USUAL_AREA[name])
            opacity = min(1.0, (share - TURNED_AWAY) / (SEEN - TURNED_AWAY)) * seen
            if opacity > 0:
                draw_soft_polygon(canvases[name], polygon, expand * width / 100, feather * width / 100, opacity)


def _oval_holds_profile(points: Tensor) -> bool:
    """Whether the face's halves add nothing to its oval: true unless seen nearly from the side."""
    return bool((signed_distance(points[list(PROFILE)], points[list(OVAL)]) < 0).all())


def _area(polygon: Tensor) -> float:
    """Signed area [px^2] of polygon [N, 2]: positive if clockwise as seen, negative if the mesh is folded over."""
    x, y = (polygon - polygon.mean(0)).unbind(-1)
    return ((x * y.roll(-1) - x.roll(-1) * y).sum() / 2).item()


def _widen_mouth(landmarks: Tensor) -> Tensor:
    """Move the corners of the mouth outwards, half-way to the next points: the mesh sees mouths a little too narrow."""
    widened = landmarks.clone()
    corners = list(MOUTH_CORNERS)
    widened[corners] = (landmarks[corners] + landmarks[list(BESIDE_MOUTH_CORNERS)]) / 2
    return widened


def _raise_forehead(landmarks: Tensor) -> Tensor:
    """Move the points above the eyes towards the hairline, the topmost by `HAIRLINE` of the face's height.

    Less towards the sides, as on an ellipse, so that no corner sticks out where the pose puts the forehead there.
    """
    up = landmarks[FOREHEAD] - landmarks[CHIN]
    eyes = (landmarks[RIGHT_EYE] + landmarks[LEFT_EYE]) / 2
    height = (landmarks - eyes) @ up
    above = (height / height[FOREHEAD].clamp_min(1e-6)).clamp(0, 1)
    across = landmarks @ torch.stack((-up[1], up[0]))
    low, high = across[list(OVAL)].aminmax()
    sideways = ((2 * across - low - high) / (high - low).clamp_min(1e-6)).clamp(-1, 1)
    return landmarks + HAIRLINE * (above**2 * (1 - sideways**2).sqrt())[:, None] * up

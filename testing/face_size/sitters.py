"""A portrait's face with all that measures need, and the same face in a larger picture, of which it takes less."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from softfocus.face_box import FaceBox
from softfocus.faces import Face, FaceNets, find_faces, refined_regions, weighted_maximum
from softfocus.faces.face import landmarks_of
from softfocus.faces.masks.regions import box_of_face, face_width
from softfocus.faces.topology import MOUTH_CORNERS, OVAL, RINGS
from softfocus.filters.band_matrix import mirrored_index
from softfocus.settings import MASK
from testing.portraits import Portrait

NOSE_TIP = 4


@dataclass(frozen=True)
class Sitter:
    """A picture with one face that is measured; lengths in its pixels.

    Attributes:
        image: [1, 3, H, W] sRGB.
        face: box and landmarks.
        mask, region: [1, 1, H, W] in 0..1, the detail mask at the node's defaults, and the whole face.
        points: [5, 2] right eye, left eye, nose, right and left corner of the mouth.
        own: [1, 1, H, W], 1 where the picture is not a mirrored continuation.
    """

    name: str
    image: Tensor
    face: Face
    mask: Tensor
    region: Tensor
    points: Tensor
    own: Tensor

    @property
    def width(self) -> float:
        return face_width(landmarks_of(self.face))

    @property
    def box(self) -> FaceBox:
        return box_of_face(self.face)


def sitter(name: str, image: Tensor, face: Face, points: Tensor | None = None) -> Sitter:
    """A picture [1, 3, H, W] with a face in it; the points of the face are its landmarks' where none are annotated."""
    regions = refined_regions(image, [[face]])
    points = five_points(landmarks_of(face)) if points is None else points
    mask = weighted_maximum(regions, MASK.weights)
    return Sitter(name, image, face, mask, regions["face"], points, torch.ones_like(mask))


def sitters(nets: FaceNets, portraits: Iterator[Portrait]) -> Iterator[Sitter]:
    """The largest face of each portrait; of points, those annotated."""
    for each in portraits:
        face = find_faces(nets, each.image)[0][0]
        yield sitter(each.name, each.image, face, each.points[0] if each.points else None)


def five_points(landmarks: Tensor) -> Tensor:
    """[5, 2] in the order of annotations: middles of the eyes, the nose's tip, corners of the mouth."""
    right, left = (landmarks[list(ring)].mean(0) for ring in RINGS["eyes"])
    return torch.stack([right, left, landmarks[NOSE_TIP], *landmarks[list(MOUTH_CORNERS)]])


def moved(face: Face, right: float, down: float) -> Face:
    """The same face that far to the right and down; its keypoints are left out."""
    x, y, width, height = face.box
    shift = torch.tensor((right, down))
    return replace(face, box=(x + right, y + down, width, height), landmarks=landmarks_of(face) + shift, keypoints=None)


def place(one: Sitter, share: float) -> Sitter:
    """The sitter in a square picture of whose diagonal the face's width takes `share`.

    The face's pixels stay as they are and its middle comes to the middle; around them the picture goes on mirrored, or
    is cut. No mask is on in what is mirrored.
    """
    side = round(one.width / share / math.sqrt(2))
    outline = landmarks_of(one.face)[list(OVAL)]
    middle = (outline.amin(0) + outline.amax(0)) / 2
    left, top = (middle - side / 2).round().int().tolist()
    height, width = one.image.shape[-2:]
    rows, columns = (mirrored_index(torch.arange(side) + start, size) for start, size in ((top, height), (left, width)))
    above, before = max(0, -top), max(0, -left)
    seen = one.own[..., max(0, top) : top + side, max(0, left) : left + side]

    def plane(whole: Tensor) -> Tensor:
        canvas = torch.zeros(1, 1, side, side)
        part = whole[..., max(0, top) : top + side, max(0, left) : left + side]
        canvas[..., above : above + seen.shape[-2], before : before + seen.shape[-1]] = part
        return canvas

    return replace(
        one,
        image=one.image[..., rows, :][..., columns],
        face=moved(one.face, -left, -top),
        mask=plane(one.mask),
        region=plane(one.region),
        points=one.points - torch.tensor((left, top)),
        own=plane(one.own),
    )

"""The nodes' functions at their defaults, of pictures alone, so that another process can be asked for them."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from softfocus.at_settings import apply_bloom, apply_blur, apply_sharpen
from softfocus.face_box import FaceBox
from softfocus.faces import box_of_face, detail_mask, face_detail_mask, face_nets, find_faces
from softfocus.look import make_look
from softfocus.quality import Measured, measure_clarity, measure_effect, rank
from softfocus.settings import BLUR


def mask(image: Tensor) -> Tensor:
    return face_detail_mask(image)


def boxes(image: Tensor) -> Tensor:
    """[N, 5]: left, top, width, height and face_width of each face, as the others take them."""
    return torch.tensor([[*vars(box).values()] for box in _found(image)[1]]).view(-1, 5)


def blur(image: Tensor, mask: Tensor, boxes: Tensor | None = None) -> Tensor:
    return apply_blur(image, protect=mask, faces=_faces(boxes))


def max_delta(image: Tensor, most: float) -> Tensor:
    return apply_blur(image, replace(BLUR, max_delta=most))


def bloom(image: Tensor, boxes: Tensor | None = None) -> Tensor:
    return apply_bloom(image, faces=_faces(boxes))[0]


def sharpen(image: Tensor, source: Tensor, mask: Tensor, boxes: Tensor | None = None) -> Tensor:
    return apply_sharpen(image, source=source, mask=mask, faces=_faces(boxes)).image


def look(image: Tensor, mask: Tensor, boxes: Tensor | None = None) -> Tensor:
    return make_look(image, mask, faces=_faces(boxes)).image


def score(image: Tensor, reference: Tensor, mask: Tensor, boxes: Tensor | None = None) -> float:
    return _score(image, reference, mask, _faces(boxes))


def workflow(image: Tensor, boxes: Tensor | None = None) -> float:
    """Mask, look and score; with boxes, those that it finds itself: which ones are given says only whether."""
    mask, found = _found(image)
    faces = None if boxes is None else [found]
    return _score(make_look(image, mask, faces=faces).image, image, mask, faces)


def _found(image: Tensor) -> tuple[Tensor, list[FaceBox]]:
    faces = find_faces(face_nets(image.device), image)
    return detail_mask(image, faces), list(map(box_of_face, faces[0]))


def _score(image: Tensor, reference: Tensor, mask: Tensor, faces: list[list[FaceBox]] | None) -> float:
    (picture,) = Measured.frames(image, reference, mask, faces=faces)
    return rank([measure_effect(picture, measure_clarity(picture).distortions)]).scores[0].total


def _faces(boxes: Tensor | None) -> list[list[FaceBox]] | None:
    return None if boxes is None else [[FaceBox(*each) for each in boxes.tolist()]]

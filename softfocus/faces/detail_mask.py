"""The mask of structure to keep: the faces of a picture by the weights of their regions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ..checks import check_image, check_kind, fitted_if_given
from ..face_box import FaceBox
from ..settings import MASK, MaskSettings
from .face import Face, largest, moved
from .finding.find import find_faces
from .masks.covered import see_eyes
from .masks.hair import hair_mask
from .masks.outline import refine_outline
from .masks.regions import box_of_face, face_width, region_masks, weighted_maximum
from .nets.weights import face_nets, hair_net


def face_detail_mask(image: Tensor, settings: MaskSettings = MASK, *, alpha: Tensor | None = None) -> Tensor:
    """Where the faces of a picture keep their structure, found with the pack's own nets.

    Args:
        image: [B, 3, H, W] float32 sRGB in 0..1; each picture is taken alone.
        settings: as of the node Face Detail Mask.
        alpha: [B or 1, 1, H, W] in 0..1; what it hides is not looked at.

    Returns:
        [B, 1, H, W] in 0..1, 1 where structure stays; 0 everywhere where there is no face.

    Raises:
        ValueError: a tensor is not float32 of the shape above, or a file of weights is damaged.
        TypeError: an argument is no tensor, or settings are none.

    >>> import torch
    >>> face_detail_mask(torch.full((1, 3, 48, 64), 0.5)).max().item()  # no face
    0.0
    """
    faces = _find(image, settings, alpha)
    return detail_mask(image, faces, settings, fitted_if_given(alpha, image, "alpha"))


def find_face_boxes(
    image: Tensor, settings: MaskSettings = MASK, *, alpha: Tensor | None = None
) -> list[list[FaceBox]]:
    """Boxes around the faces that `face_detail_mask` masks, for what follows the size of faces.

    Args:
        image: [B, 3, H, W] float32 sRGB in 0..1; each picture is taken alone.
        settings: as of the node Face Detail Mask; weights play no part.
        alpha: [B or 1, 1, H, W] in 0..1; what it hides is not looked at.

    Returns:
        For each picture its faces, largest first.

    Raises:
        ValueError: a tensor is not float32 of the shape above, or a file of weights is damaged.
        TypeError: an argument is no tensor, or settings are none.

    >>> import torch
    >>> find_face_boxes(torch.full((1, 3, 48, 64), 0.5))  # no face
    [[]]
    """
    return [[box_of_face(face) for face in found] for found in _find(image, settings, alpha)]


def _find(image: Tensor, settings: MaskSettings, alpha: Tensor | None) -> list[list[Face]]:
    """The faces of each picture that settings ask for."""
    check_image(image)
    check_kind(settings, MaskSettings, "settings")
    alpha = fitted_if_given(alpha, image, "alpha")
    faces = find_faces(face_nets(image.device), image, settings.min_confidence, alpha=alpha)
    return [largest(each, settings.max_faces) for each in faces]


def detail_mask(
    image: Tensor, faces: list[list[Face]], settings: MaskSettings = MASK, alpha: Tensor | None = None
) -> Tensor:
    """Where these faces keep their structure, [B, 1, H, W] in 0..1; arguments as of `refined_regions`."""
    if alpha is not None or settings.hair > 0:  # what is hidden takes colors from afar, and hair goes anywhere
        return weighted_maximum(refined_regions(image, faces, settings, alpha), settings.weights)
    detail = torch.zeros_like(image[:, :1])
    for index, found in enumerate(faces):
        rows, columns = _surroundings(found, settings, image.shape[-2:])
        part = (slice(index, index + 1), slice(None), rows, columns)
        if image[part].numel():
            near = [moved(face, -columns.start, -rows.start) for face in found]
            detail[part] = weighted_maximum(refined_regions(image[part], [near], settings), settings.weights)
    return detail


def _surroundings(faces: list[Face], settings: MaskSettings, size: Sequence[int]) -> tuple[slice, slice]:
    """Rows and columns of a picture of that size in which masks of the faces lie, and all that they are worked out of.

    That is a face's width around the landmarks, where the crop around the eyes and the outline's colors end, and how
    far settings make the outlines grow; empty without landmarks.
    """
    meshes = [face.landmarks for face in faces if face.landmarks is not None]
    if not meshes:
        return slice(0, 0), slice(0, 0)
    points, width = torch.cat(meshes), max(map(face_width, meshes))
    reach = width * (1 + max(0.0, settings.expand + settings.feather) / 100) + 1  # a soft edge has a pixel
    columns, rows = (
        slice(max(0, math.floor(low - reach)), min(side, max(0, math.ceil(high + reach))))
        for low, high, side in zip(points.amin(0).tolist(), points.amax(0).tolist(), (size[1], size[0]), strict=True)
    )
    return rows, columns


def refined_regions(
    image: Tensor, faces: list[list[Face]], settings: MaskSettings = MASK, alpha: Tensor | None = None
) -> dict[str, Tensor]:
    """Masks by region, with the outlines of face and hair fitted to the picture.

    Args:
        image: [B, 3, H, W] sRGB in 0..1.
        faces: one list a picture; faces without landmarks are skipped. Masks of each are as strong as its `strength`,
            0 being no mask, but known not to be hair.
        settings: of which max_faces and min_confidence play no part here.
        alpha: [B, 1, H, W] in 0..1; what it hides takes the visible colors around it.

    Returns:
        [B, 1, H, W] in 0..1 for each of eyes, brows, nose, lips, face; and hair, if it weighs something.
    """
    if settings.refine > 0:
        faces = see_eyes(image, faces, alpha)
    strengths = sorted({face.strength for found in faces for face in found} - {0.0}) or [1.0]
    masks = _drawn_regions(image, faces, strengths[0], settings, alpha)
    for strength in strengths[1:]:
        for name, mask in _drawn_regions(image, faces, strength, settings, alpha).items():
            torch.maximum(masks[name], mask, out=masks[name])
    if settings.hair > 0:
        masks["hair"] = hair_mask(hair_net(image.device), image, faces, settings.refine, alpha)
    return masks


def _drawn_regions(
    image: Tensor, faces: list[list[Face]], strength: float, settings: MaskSettings, alpha: Tensor | None
) -> dict[str, Tensor]:
    """What the mesh shows of the faces of one strength, that strong: their outlines are found at full strength."""
    faces = [[face for face in found if face.strength == strength] for found in faces]
    masks = region_masks(faces, image.shape[-2:], settings.expand, settings.feather, image.device)
    masks["face"] = refine_outline(image, masks["face"], faces, settings.refine, alpha)
    return {name: mask if strength == 1 else mask * strength for name, mask in masks.items()}

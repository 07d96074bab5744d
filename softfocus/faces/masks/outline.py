"""Fit the outline of the face mask to the picture: what hangs over the face, such as hair, is no skin."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ...filters.gaussian import gaussian_blur
from ...matting import refine_alpha
from ...matting.trimap import NEAR
from ...transparency import fill_transparent
from ..crops import surroundings
from ..face import Face
from .regions import face_width

BAND = 0.09  # half-width of the band around the drawn outline, as a share of the face's width
SOFTENING = 0.1  # of the band
WORKED_PX = 10.0  # of the band: a finer picture shows little that the softening leaves, and takes far longer
STEPS = (6, 10, 12)  # of the solve, half of what hair takes: less than a step of 8 bits away in the mean


def refine_outline(
    image: Tensor, face_mask: Tensor, faces: list[list[Face]], iterations: int, alpha: Tensor | None = None
) -> Tensor:
    """The face mask [B, 1, H, W] without what the colours of image [B, 3, H, W] show to be no face.

    The mask only ever shrinks: ears and neck have the face's colour and must not come in. The matte is
    softened a little, since the mask's edge was drawn soft. The band's width follows the largest face of a
    frame; only the surroundings of its faces are worked on. Zero iterations, and frames without a face, give
    the mask itself. What `alpha` [B, 1, H, W] in 0..1 hides takes the visible colors around it.
    """
    if iterations == 0:
        return face_mask
    image = fill_transparent(image, alpha)
    refined = face_mask.clone()
    for index, found in enumerate(faces):
        widths = [face_width(face.landmarks) for face in found if face.landmarks is not None]
        drawn = face_mask[index, 0] > 0
        if widths and bool(drawn.any()):
            band_px = BAND * max(widths)
            rows, columns = surroundings(drawn, round(NEAR * band_px))
            part = (slice(index, index + 1), slice(None), rows, columns)
            matte = _matte(image[part], face_mask[part], band_px, iterations)
            refined[part] = torch.minimum(face_mask[part], gaussian_blur(matte, SOFTENING * band_px))
    return refined


def _matte(image: Tensor, face_mask: Tensor, band_px: float, iterations: int) -> Tensor:
    """The matte [1, 1, H, W] of an image [1, 3, H, W], worked out in a copy whose band is at most WORKED_PX."""
    size, scale = image.shape[-2:], min(1.0, WORKED_PX / band_px)
    small = [max(1, round(scale * side)) for side in size]
    if scale < 1:
        image, face_mask = (interpolate(each, small, mode="bilinear", antialias=True) for each in (image, face_mask))
    matte = refine_alpha(image, face_mask, scale * band_px, iterations, trust_inside=False, steps=STEPS)
    return interpolate(matte, size, mode="bilinear") if scale < 1 else matte

"""Eyes that something covers: around a seen eye there is skin, around a covered one other colors.

Told by color alone: a flower, a fruit, a brim, the frame of glasses or a background. A hand has the skin's own.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from ...color import as_displayable, oklab
from ...smoothstep import smoothstep
from ...transparency import fill_transparent
from ..crops import Square, cut_window, sample_square
from ..face import Face, landmarks_of
from ..topology import OVAL, RINGS
from .raster import signed_distance
from .regions import face_width

SIDE = 1.7  # of the crop, in face widths
SIZE = 96  # px of it
RIM = 0.09  # face widths: so far around an eye's outline there is skin, but for the brow
CLEAR = 0.15  # face widths: skin's own colors are taken no nearer to the eyes, beyond what covers them
APART = 0.04  # and no nearer to brows and lips
LEAST = 0.012  # OKLab: skin's chroma spreads at least so much
UNLIKE = 3.0  # standard deviations of the skin's chroma
COVERED = (0.5, 0.65)  # share of the rim that is unlike skin: up to here the eye is seen, from there on covered
FEW = 16  # px


@torch.no_grad()
def see_eyes(image: Tensor, faces: list[list[Face]], alpha: Tensor | None = None) -> list[list[Face]]:
    """The faces with `eyes_seen` set; those without landmarks, and drawn ones, whose hair hangs over eyes, as they are.

    Args:
        image: [B, 3, H, W] sRGB; any values, taken as by `displayable`.
        faces: one list a picture.
        alpha: [B, 1, H, W] in 0..1; what it hides takes the visible colors around it.
    """
    image = fill_transparent(image, alpha)
    return [[_seen(image[index : index + 1], face) for face in found] for index, found in enumerate(faces)]


def _seen(frame: Tensor, face: Face) -> Face:
    width = 0.0 if face.landmarks is None else face_width(face.landmarks)
    if face.drawn or width < 1:
        return face
    landmarks = landmarks_of(face)
    low, high = landmarks.amin(0), landmarks.amax(0)
    x, y = ((low + high) / 2).tolist()
    square = Square(x, y, SIDE * width)
    window, within = cut_window(frame, square, SIZE)
    chroma = oklab(sample_square(as_displayable(window), within, SIZE)[0].flatten(1).cpu())[1:]
    steps = (torch.arange(SIZE) + 0.5) / SIZE
    rows, columns = torch.meshgrid(steps, steps, indexing="ij")
    points, own = torch.stack((columns, rows), -1).view(-1, 2) * SIDE, square.from_picture(landmarks) * SIDE
    inside = signed_distance(points, own[list(OVAL)]) < 0
    points, chroma = points[inside], chroma[:, inside]  # nothing else of the crop is looked at
    eyes, brows, lips = (
        torch.stack([signed_distance(points, own[list(ring)]) for ring in RINGS[name]])
        for name in ("eyes", "brows", "lips")
    )
    skin = (eyes.amin(0) > CLEAR) & (torch.cat([brows, lips]).amin(0) > APART)
    if skin.sum() < FEW:
        return face
    unlike = _unlike(chroma, skin)
    rims = (eyes > 0) & (eyes < RIM) & (brows.amin(0) > 0)
    right, left = (1 - smoothstep(unlike[rim].mean(), *COVERED).item() if rim.sum() >= FEW else 1.0 for rim in rims)
    return replace(face, eyes_seen=(right, left))


def _unlike(chroma: Tensor, skin: Tensor) -> Tensor:
    """1 where the chroma [2, P] is none of those where `skin` [P] is true, by median and deviation; else 0."""
    own = chroma[:, skin]
    middle = own.median(1).values[:, None]
    spread = (1.4826 * (own - middle).abs().median(1).values).clamp_min(LEAST)
    return (((chroma - middle) / spread[:, None]).square().sum(0) > UNLIKE**2).float()

"""Two faces of very different size in one picture."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from softfocus.faces.face import landmarks_of
from softfocus.smoothstep import smoothstep
from testing.face_size.sitters import Sitter, moved

CORE = 0.85  # widths of the face that is set in, around its box's middle: what is taken with it
EDGE = 0.25  # and the soft edge around that


def resized(one: Sitter, factor: float) -> Sitter:
    """The whole picture smaller or larger, as an image editor makes it."""
    size = [round(length * factor) for length in one.image.shape[-2:]]
    down, across = (new / old for new, old in zip(size, one.image.shape[-2:], strict=True))

    def sized(plane: Tensor) -> Tensor:
        return interpolate(plane, size, mode="bicubic", antialias=True).clamp(0, 1)

    x, y, width, height = one.face.box
    scale = torch.tensor((across, down))
    box = (x * across, y * down, width * across, height * down)
    face = replace(one.face, box=box, landmarks=landmarks_of(one.face) * scale, keypoints=None)
    return replace(
        one,
        image=sized(one.image),
        face=face,
        mask=sized(one.mask),
        region=sized(one.region),
        points=one.points * scale,
        own=sized(one.own),
    )


def set_in(large: Sitter, small: Sitter, x: float, y: float) -> tuple[Sitter, Sitter]:
    """One picture with both, the small one's face set in with a soft edge, its box's middle at about (x, y).

    Each of the two returned has the same picture and mask, and its own face; of the large one only what is not covered.
    """
    left, top, width, height = small.face.box
    right, down = round(x - left - width / 2), round(y - top - height / 2)
    size = large.image.shape[-2:]

    def onto(plane: Tensor) -> Tensor:
        before, above = right, down
        after, below = size[1] - right - plane.shape[-1], size[0] - down - plane.shape[-2]
        return pad(plane, (before, after, above, below))

    rows, columns = (torch.arange(length) + 0.5 for length in small.image.shape[-2:])
    away = torch.hypot((rows - top - height / 2)[:, None], (columns - left - width / 2)[None, :])
    cover = onto(smoothstep(away / small.width, CORE + EDGE, CORE)[None, None])
    planes = ((large.image, small.image), (large.mask, small.mask))
    image, mask = (torch.lerp(there, onto(here), cover) for there, here in planes)
    face, points = moved(small.face, right, down), small.points + torch.tensor((right, down))
    region, own = onto(small.region) * cover, onto(small.own) * (cover == 1)
    return (
        replace(large, image=image, mask=mask, region=large.region * (1 - cover), own=large.own * (cover == 0)),
        replace(small, image=image, mask=mask, face=face, points=points, region=region, own=own),
    )

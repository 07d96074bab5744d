"""The portrait that costs are taken on, in any size, with a mask, and what the nodes make of it on the way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from softfocus.faces import detail_mask, find_faces
from testing.faces.portrait import nets, picture
from testing.host_nodes import BLOOM, BLUR, SHARPEN, call

MASK_NODE = "SoftFocusFaceDetailMask"
MASKS = ("thin", "soft")
PICTURES = ("8 bit", "float")
SPOT = (0.35, 0.3)  # sigma of the soft mask, in halves of the height and of the width


def portrait(side: int, kind: str = "8 bit") -> Tensor:
    """[1, 3, side, side] sRGB: NASA's astronaut, of 256 values a channel or of any."""
    image = interpolate(picture(), (side, side), mode="bicubic", antialias=True).clamp(0, 1)
    return (255 * image).round() / 255 if kind == "8 bit" else image


def mask_of(image: Tensor, kind: str) -> Tensor:
    """[1, 1, H, W]: thin, the face's detail mask, soft at its outlines alone; soft, a spot with no flat place."""
    if kind == "thin":
        return detail_mask(image, find_faces(nets(), image))
    rows, columns = (torch.linspace(-1, 1, size) for size in image.shape[-2:])
    return torch.exp(-0.5 * ((rows[:, None] / SPOT[0]).square() + (columns / SPOT[1]).square()))[None, None]


@dataclass(frozen=True, eq=False)
class Scene:
    """picture [1, 3, H, W] and mask [1, 1, H, W]; the rest as the host has it: [1, H, W, 3] and [1, H, W]."""

    picture: Tensor
    mask: Tensor

    @cached_property
    def image(self) -> Tensor:
        return self.picture.movedim(1, -1).contiguous()

    @property
    def host_mask(self) -> Tensor:
        return self.mask[:, 0]

    @cached_property
    def boxes(self) -> Any:
        return call(MASK_NODE, image=self.image)[2]

    @cached_property
    def soft(self) -> Tensor:
        return call(BLUR, image=self.image, protect_mask=self.host_mask)[0]

    @cached_property
    def bloomed(self) -> Tensor:
        return call(BLOOM, image=self.soft)[0]

    @cached_property
    def sharp(self) -> Tensor:
        return call(SHARPEN, image=self.bloomed, detail_source=self.image, mask=self.host_mask)[0]

    @cached_property
    def filtered(self) -> Tensor:
        return call("SoftFocusDiffusionFilter", image=self.image)[0]

"""The portrait of the face tests: NASA's astronaut (public domain), and the nets, read once."""

from __future__ import annotations

from functools import cache

import torch
from skimage.data import astronaut
from torch import Tensor, nn
from torch.nn.functional import interpolate

from softfocus.faces import Face, FaceNets, find_faces, load_face_nets

BOX = (178, 63, 90, 113)  # left, top, width, height of the face, by another detector
RIGHT_EYE, LEFT_EYE, NOSE, RIGHT_MOUTH, LEFT_MOUTH = (200, 102), (247, 103), (220, 124), (199, 143), (240, 144)


@cache
def nets() -> FaceNets:
    return load_face_nets()


@cache
def _picture() -> Tensor:
    return torch.from_numpy(astronaut()).movedim(-1, 0)[None].float() / 255


def picture(size: int = 512) -> Tensor:
    """[1, 3, size, size] sRGB."""
    return interpolate(_picture(), (size, size), mode="bilinear", antialias=True) if size != 512 else _picture()


@cache
def face() -> Face:
    (found,) = find_faces(nets(), picture())[0]
    return found


def crop(size: int) -> torch.Tensor:
    """The portrait's head at a net's input size."""
    head = picture()[..., 30:210, 130:310]
    return nn.functional.interpolate(head, (size, size), mode="bilinear", antialias=True)

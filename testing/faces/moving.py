"""Faces that move as told: landmarks of a fixed made-up face, placed anywhere."""

from __future__ import annotations

import torch
from torch import Tensor

from softfocus.faces import Face

WIDTH = 100.0  # pixels


def shape(seed: int = 0) -> Tensor:
    """Landmarks [468, 2] of a face one unit wide about the origin; another seed, another face."""
    points = torch.rand(468, 2, generator=torch.Generator().manual_seed(seed)) - 0.5
    points[[234, 454, 10, 152]] = torch.tensor(((-0.5, 0.0), (0.5, 0.0), (0.0, -0.5), (0.0, 0.5)))
    return points


def face_at(x: float, y: float = 0.0, width: float = WIDTH, seed: int = 0, score: float = 0.9) -> Face:
    """A face about (x, y), in pixels."""
    box = (x - width / 2, y - width / 2, width, width)
    return Face(box, score, landmarks=shape(seed) * width + torch.tensor((x, y)))


def points(face: Face) -> Tensor:
    assert face.landmarks is not None
    return face.landmarks


def centre(face: Face) -> tuple[float, float]:
    left, top, width, height = face.box
    return left + width / 2, top + height / 2

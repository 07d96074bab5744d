"""Flicker of a mask in a clip, compensated for the motion of the picture, and jitter of landmarks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from torch import Tensor

from softfocus.faces import Face, region_masks, weighted_maximum
from softfocus.faces.masks.regions import face_width
from softfocus.settings import MASK

Faces = list[list[Face]]


@dataclass(frozen=True)
class Clip:
    """frames [F, 3, H, W] uint8 and the faces found in each."""

    name: str
    frames: Tensor
    found: Faces

    def picture(self, index: int) -> Tensor:
        return self.frames[index].float() / 255


def detail_masks(faces: Faces, size: tuple[int, int]) -> np.ndarray:
    """[F, H, W] in 0..1."""
    return weighted_maximum(region_masks(faces, size), MASK.weights)[:, 0].numpy()


def around(mask: np.ndarray) -> np.ndarray:
    """The neighbourhood of a mask, bool: where it is, and a few pixels more."""
    return cv2.dilate((mask > 0.02).astype(np.uint8), np.ones((15, 15), np.uint8)) > 0


def dis(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(first, second, None)  # type: ignore[attr-defined]


def farneback(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return cv2.calcOpticalFlowFarneback(first, second, None, 0.5, 4, 15, 5, 7, 1.5, 0)  # type: ignore[call-overload]


class Flicker:
    """Motion-compensated flicker of masks over one clip, measured with one kind of optical flow."""

    def __init__(self, clip: Clip, flow: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> None:
        grey = [cv2.cvtColor(frame.movedim(0, -1).numpy(), cv2.COLOR_RGB2GRAY) for frame in clip.frames]
        pairs = list(zip(grey, grey[1:], strict=False))
        self.back = [flow(second, first) for first, second in pairs]
        self.forth = [flow(first, second) for first, second in pairs]
        self.pairs = [i for i in range(len(pairs)) if clip.found[i] or clip.found[i + 1]]
        self.size = (grey[0].shape[0], grey[0].shape[1])

    def change(self, index: int, here: np.ndarray, there: np.ndarray) -> float:
        """Mean difference in 0..1 of the mask at `index` carried one frame on, to the mask there."""
        y, x = np.mgrid[: self.size[0], : self.size[1]].astype(np.float32)
        back = self.back[index]
        carried = cv2.remap(here, x + back[..., 0], y + back[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        where = around(np.maximum(here, there))
        return float(np.abs(carried - there)[where].mean()) if where.any() else 0.0

    def of(self, faces: Faces) -> float:
        """Mean over the pairs of frames in at least one of which a face was found."""
        masks = detail_masks(faces, self.size)
        return float(np.mean([self.change(i, masks[i], masks[i + 1]) for i in self.pairs]))

    def floor(self, faces: Faces) -> float:
        """What a mask scores that this very flow moves, from each frame to the next."""
        here = detail_masks(faces[:-1], self.size)
        moved = [[self._moved(face, index) for face in found] for index, found in enumerate(faces[:-1])]
        there = detail_masks(moved, self.size)
        return float(np.mean([self.change(i, here[i], there[i]) for i in self.pairs]))

    def _moved(self, face: Face, index: int) -> Face:
        points = points_of(face)
        x, y = (np.ascontiguousarray(points[:, i : i + 1].numpy() - 0.5, dtype=np.float32) for i in (0, 1))
        moved = cv2.remap(self.forth[index], x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, 0]
        return replace(face, landmarks=points + torch.from_numpy(moved))


def points_of(face: Face) -> Tensor:
    if face.landmarks is None:
        raise ValueError("a face without landmarks")
    return face.landmarks


def jitter(faces: Faces) -> float:
    """Second difference in time of the largest face's landmarks, percent of the face's width; median."""
    runs = zip(faces, faces[1:], faces[2:], strict=False)
    bends = [points_of(a[0]) - 2 * points_of(b[0]) + points_of(c[0]) for a, b, c in runs if a and b and c]
    width = face_width(points_of(next(found[0] for found in faces if found)))
    return 100 * torch.stack([bend.norm(dim=-1).mean() for bend in bends]).median().item() / width

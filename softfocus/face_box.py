"""Boxes around faces, and how near to each of them a pixel is: what makes lengths follow the face.

What makes a face read as clear or soft scales with the face, not with the picture. So a length in percent of the
diagonal means, at a face, percent of a diagonal of which that face's width takes `FACE_SHARE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .checks import check_kind, check_number
from .smoothstep import smoothstep
from .units import diagonal

FACE_SHARE = 0.2  # of the diagonal: width of the face that widgets in percent of the diagonal are made for
HELD = 0.2  # face widths around the box in which its scale is all that counts: as far as a face is masked
REACH = 0.9  # face widths around the box within which its scale fades out
LEAST_PX, MOST_PX = 1e-6, 1e6  # narrower and wider faces are weighed as these: their squares are single precision's

Window = tuple[slice, slice]  # rows, columns


@dataclass(frozen=True)
class FaceBox:
    """A box around a face, in pixels of its picture.

    Attributes:
        left, top, width, height: of the box; width and height above 0.
        face_width: of the face as it would be seen from the front, above 0: it does not shrink as the head turns.

    Raises:
        ValueError: a number is out of its range or not finite.
        TypeError: one is no number.
    """

    left: float
    top: float
    width: float
    height: float
    face_width: float

    def __post_init__(self) -> None:
        for name in ("left", "top"):
            check_number(getattr(self, name), name)
        for name in ("width", "height", "face_width"):
            check_number(getattr(self, name), name, above=0)

    @property
    def weighed_width(self) -> float:
        """`face_width` as far as single precision can weigh it; no face that is seen has another."""
        return min(max(self.face_width, LEAST_PX), MOST_PX)

    def resized(self, across: float, down: float) -> FaceBox:
        """The same box in a picture whose width and height are these factors of its own's."""
        return FaceBox(
            self.left * across, self.top * down, self.width * across, self.height * down, self.face_width * across
        )

    def counts_in(self, size: Sequence[int]) -> bool:
        """Whether its surroundings reach into a picture of (height, width): as a face leaves it, nothing jumps."""
        return all(each.start < each.stop for each in self.surroundings(size))

    def scale(self, image: Tensor) -> float:
        """Width of the face over FACE_SHARE of the diagonal of an image [..., H, W]."""
        return self.weighed_width / (FACE_SHARE * diagonal(image))

    def surroundings(self, size: Sequence[int]) -> Window:
        """Rows and columns of a picture of (height, width) in which the face counts; empty where it does not."""
        return tuple(  # type: ignore[return-value]
            slice(int(min(max(0, low - reach), length)), int(min(max(0, low + side + reach + 1), length)))
            for low, side, reach, length in (
                (self.top, self.height, REACH * self.face_width, size[0]),
                (self.left, self.width, REACH * self.face_width, size[1]),
            )
        )

    def nearness(self, rows: Tensor, columns: Tensor) -> Tensor:
        """[h, w]: 1 in the box and up to HELD around it, falling smoothly to 0 at REACH.

        Args:
            rows, columns: [h] and [w], coordinates of pixels' centres.
        """
        down = torch.maximum(self.top - rows, rows - (self.top + self.height)).clamp_min_(0)
        across = torch.maximum(self.left - columns, columns - (self.left + self.width)).clamp_min_(0)
        away = (down.square()[:, None] + across.square()).sqrt_().div_(self.weighed_width)
        return smoothstep(away, REACH, HELD)


def faces_of_frames(faces: Sequence[Sequence[FaceBox]] | None, image: Tensor) -> Sequence[Sequence[FaceBox]] | None:
    """Boxes of each frame of an image [B, C, H, W], those that count in it; None where there are none at all.

    The same box twice is one face.

    Raises:
        ValueError: there are not as many lists as frames, nor one for all of them.
        TypeError: something is no list, or no `FaceBox`.
    """
    if faces is None:
        return None
    check_kind(faces, Sequence, "faces")
    for frame, boxes in enumerate(faces):
        check_kind(boxes, Sequence, f"faces[{frame}]")
        for index, box in enumerate(boxes):
            check_kind(box, FaceBox, f"faces[{frame}][{index}]")
    if len(faces) not in (0, 1, len(image)):
        raise ValueError(f"faces has {len(faces)} lists; it must have one, or {len(image)} for this image")
    size = image.shape[-2:]
    inside = [[box for box in dict.fromkeys(boxes) if box.counts_in(size)] for boxes in faces]
    if not any(inside):
        return None
    return inside if len(inside) == len(image) else inside * len(image)


class FaceShares:
    """Whose scale counts for each pixel of a picture, at a cost that grows with the faces, not with their pairs.

    Where faces meet, the nearer counts more, and of two as near the smaller: on a child's face before its mother's,
    the large scale would not do.

    Attributes:
        free: [1, 1, H, W], the share of no face; with the shares of all it is 1.
    """

    def __init__(self, boxes: Sequence[FaceBox], size: Sequence[int], device: torch.device) -> None:
        self.free = torch.ones(1, 1, *size, device=device)
        self._alone = len(boxes) == 1
        self._claimed = self.free if self._alone else torch.full_like(self.free, torch.finfo(torch.float32).tiny)
        for box in boxes:
            rows, columns = box.surroundings(size)
            near = self._nearness(box)
            self.free[..., rows, columns] *= 1 - near
            if not self._alone:
                self._claimed[..., rows, columns] += _claim(near, box)

    def share(self, box: FaceBox) -> Tensor:
        """[1, 1, h, w] in 0..1: the share of one of the boxes in its surroundings."""
        rows, columns = box.surroundings(self.free.shape[-2:])
        if self._alone:
            return 1 - self.free[..., rows, columns]
        near = self._nearness(box)
        return _claim(near, box).div_(self._claimed[..., rows, columns]).mul_(1 - self.free[..., rows, columns])

    def _nearness(self, box: FaceBox) -> Tensor:
        rows, columns = (_centres(each, self.free.device) for each in box.surroundings(self.free.shape[-2:]))
        return box.nearness(rows, columns)[None, None]


def _claim(near: Tensor, box: FaceBox) -> Tensor:
    return (near.square() / box.weighed_width).square_()


def _centres(pixels: slice, device: torch.device) -> Tensor:
    return torch.arange(pixels.start, pixels.stop, device=device) + 0.5

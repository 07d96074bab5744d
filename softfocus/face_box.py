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

    def resized(self, across: float, down: float) -> FaceBox:
        """The same box in a picture whose width and height are these factors of its own's."""
        return FaceBox(
            self.left * across, self.top * down, self.width * across, self.height * down, self.face_width * across
        )

    def counts_in(self, window: Window, size: Sequence[int]) -> bool:
        """Whether the surroundings reach into a window of a picture of (height, width)."""
        return all(a.start < b.stop and b.start < a.stop for a, b in zip(self.surroundings(size), window, strict=True))

    def touches(self, size: Sequence[int]) -> bool:
        """Whether the box reaches into a picture of (height, width)."""
        return 0 < self.left + self.width and self.left < size[1] and 0 < self.top + self.height and self.top < size[0]

    def scale(self, image: Tensor) -> float:
        """Width of the face over FACE_SHARE of the diagonal of an image [..., H, W]."""
        return self.face_width / (FACE_SHARE * diagonal(image))

    def surroundings(self, size: Sequence[int]) -> Window:
        """Rows and columns of a picture of (height, width) in which the face counts; empty where it does not."""
        return tuple(  # type: ignore[return-value]
            slice(min(max(0, int(low - reach)), length), min(max(0, int(low + side + reach) + 1), length))
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
        away = (down.square()[:, None] + across.square()).sqrt_().div_(self.face_width)
        return smoothstep(away, REACH, HELD)


def free_share(boxes: Sequence[FaceBox], window: Window, device: torch.device) -> Tensor:
    """[1, 1, h, w] of a window: the share of no face in `face_shares`."""
    places = [_centres(each, device) for each in window]
    free = torch.ones(1, 1, *map(len, places), device=device)
    for box in boxes:
        free.mul_(1 - box.nearness(*places))
    return free


def faces_of_frames(faces: Sequence[Sequence[FaceBox]] | None, image: Tensor) -> Sequence[Sequence[FaceBox]] | None:
    """Boxes of each frame of an image [B, C, H, W], those that touch it; None where there are none at all.

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
    inside = [[box for box in boxes if box.touches(size)] for boxes in faces]
    if not any(inside):
        return None
    return inside if len(inside) == len(image) else inside * len(image)


def face_shares(boxes: Sequence[FaceBox], window: Window, device: torch.device) -> tuple[list[Tensor], Tensor]:
    """Whose scale counts for the pixels of a window: each [1, 1, h, w] in 0..1, together 1.

    Where faces meet, the nearer counts more, and of two as near the smaller: on a child's face before its mother's,
    the large scale would not do.

    Returns:
        A share for each box, and the share of no face.
    """
    places = [_centres(each, device) for each in window]
    near = [box.nearness(*places)[None, None] for box in boxes]
    if len(boxes) == 1:
        return near, 1 - near[0]
    free = torch.ones(1, 1, *map(len, places), device=device)
    claims = []
    for box, each in zip(boxes, near, strict=True):
        free.mul_(1 - each)
        claims.append((each.square() / box.face_width).square_())
    total = sum(claims, torch.zeros_like(free)).clamp_min_(torch.finfo(torch.float32).tiny)
    return [claim.div_(total).mul_(1 - free) for claim in claims], free


def _centres(pixels: slice, device: torch.device) -> Tensor:
    return torch.arange(pixels.start, pixels.stop, device=device) + 0.5

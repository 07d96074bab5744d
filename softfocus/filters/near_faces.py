"""Softness that knows how large the faces are: lengths and pictures that go over into others near small faces.

A face is small where it takes less than FACE_SHARE of the diagonal. Near it, a length of the picture's diagonal becomes
that length times the face's `FaceBox.scale`, which makes it the share of the face's width that it is on a face of
FACE_SHARE. Larger faces change nothing, but for what they keep from small ones beside them (`FaceShares`). All work is
done in parts around the small faces: its cost follows their area, and beyond `FaceBox.surroundings` no bit changes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..face_box import FaceBox, FaceShares, Window


class Part(NamedTuple):
    """A part of a picture that is worked on as one: small faces, and all the rows and columns in which they count."""

    window: Window
    faces: tuple[FaceBox, ...]


def small_faces(faces: Sequence[FaceBox], image: Tensor) -> list[FaceBox]:
    """Those that are small in an image [..., H, W] and count in it; the same box twice is one face."""
    size = image.shape[-2:]
    return [face for face in dict.fromkeys(faces) if face.scale(image) < 1 and _area(face.surroundings(size)) > 0]


def parts(faces: Sequence[FaceBox], image: Tensor, halo_px: float = 0) -> list[Part]:
    """The parts of an image [..., H, W] around small faces; none overlaps another.

    Args:
        halo_px: that each part will be read with: parts are joined where that leaves less to read.
    """
    size = image.shape[-2:]
    apart: list[Part] = []
    for face in small_faces(faces, image):
        part = Part(face.surroundings(size), (face,))
        while (other := next((each for each in apart if _join(part, each, halo_px, size)), None)) is not None:
            apart.remove(other)
            part = Part(_around(part.window, other.window), (*other.faces, *part.faces))
        apart.append(part)
    return apart


def length_map(length_px: Callable[[float], float], faces: Sequence[FaceBox], image: Tensor) -> Tensor:
    """A length for each pixel: sum_i share_i length_px(scale_i) over the small faces, and length_px(1) for the rest.

    Args:
        length_px: from a scale in 0..1 to pixels.
        faces: all of the frame.
        image: [..., H, W] on the device of the result.

    Returns:
        [1, 1, H, W] float32, just length_px(1) where no small face is near.
    """
    usual = length_px(1)
    lengths = torch.full((1, 1, *image.shape[-2:]), usual, dtype=torch.float32, device=image.device)
    for face, window, share in _shares(faces, image):
        cut(lengths, window).sub_(share.mul_(usual - length_px(face.scale(image))))
    return lengths


def mix_near_faces(whole: Tensor, faces: Sequence[FaceBox], near: Callable[[float, Window], Tensor]) -> None:
    """Let a frame go over, in place, into other pictures near small faces: whole + sum_i share_i (near_i - whole).

    Args:
        whole: [1, C, H, W].
        faces: all of the frame.
        near: from the scale of a face and a window to the picture there, [1, C, h, w].
    """
    before = whole.clone() if len(small_faces(faces, whole)) > 1 else whole
    for face, window, share in _shares(faces, whole):
        cut(whole, window).add_((near(face.scale(whole), window) - cut(before, window)).mul_(share))


def frames_with_faces(
    faces: Sequence[Sequence[FaceBox]] | None, *planes: Tensor | None
) -> Iterator[tuple[Sequence[FaceBox], list[Any]]]:
    """The boxes of each frame that has some, and its planes [1, C, H, W] (or None): views."""
    for frame, boxes in enumerate(faces or ()):
        if boxes:
            yield boxes, [None if plane is None else plane[frame : frame + 1] for plane in planes]


def seen_around(work: Callable[..., Tensor], window: Window, halo_px: float, *planes: Tensor | None) -> Tensor:
    """What `work` makes of a window of planes [1, C, H, W] (the first not None) that shows a halo around it."""
    assert planes[0] is not None
    seen = widened(window, halo_px, planes[0].shape[-2:])
    return within(work(*(None if plane is None else cut(plane, seen) for plane in planes)), window, seen)


def bounds(inside: Tensor) -> Window | None:
    """The smallest window around what is true in a plane [H, W]; None where nothing is."""
    rows, columns = (inside.any(axis).nonzero() for axis in (1, 0))
    if not len(rows):
        return None
    top, bottom, left, right = torch.cat([rows[:1], rows[-1:], columns[:1], columns[-1:]]).flatten().tolist()
    return slice(top, bottom + 1), slice(left, right + 1)


def cut(image: Tensor, window: Window) -> Tensor:
    """The window of an image [..., H, W]: a view."""
    return image[(..., *window)]


def within(image: Tensor, window: Window, around: Window) -> Tensor:
    """The window, in coordinates of the picture, of an image [..., h, w] that shows `around` of it: a view."""
    return cut(image, tuple(slice(a.start - b.start, a.stop - b.start) for a, b in zip(window, around, strict=True)))  # type: ignore[arg-type]


def widened(window: Window, halo_px: float, size: Sequence[int]) -> Window:
    """The window with a halo on every side, as far as the picture of (height, width) goes."""
    halo = math.ceil(min(halo_px, max(size)))
    return tuple(  # type: ignore[return-value]
        slice(max(0, each.start - halo), min(length, each.stop + halo))
        for each, length in zip(window, size, strict=True)
    )


def _shares(faces: Sequence[FaceBox], image: Tensor) -> Iterator[tuple[FaceBox, Window, Tensor]]:
    """Each small face, where it counts, and its share there [1, 1, h, w]."""
    size = image.shape[-2:]
    if small := small_faces(faces, image):
        shares = FaceShares(list(dict.fromkeys(faces)), size, image.device)
        for face in small:
            yield face, face.surroundings(size), shares.share(face)


def _join(part: Part, other: Part, halo_px: float, size: Sequence[int]) -> bool:
    if _overlap(part.window, other.window):
        return True
    windows = _around(part.window, other.window), part.window, other.window
    both, one, two = (_area(widened(each, halo_px, size)) for each in windows)
    return both <= one + two


def _around(window: Window, other: Window) -> Window:
    return tuple(slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(window, other, strict=True))  # type: ignore[return-value]


def _overlap(window: Window, other: Window) -> bool:
    return all(a.start < b.stop and b.start < a.stop for a, b in zip(window, other, strict=True))


def _area(window: Window) -> int:
    rows, columns = window
    return (rows.stop - rows.start) * (columns.stop - columns.start)

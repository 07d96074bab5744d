"""Portraits on which nothing was tuned: the stills of another wheel of templates, with YuNet's boxes as reference.

Nobody has looked the boxes over: some of them are no faces, and faces that YuNet misses are not counted.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from PIL import Image
from torch import Tensor

from testing.portraits import Portrait, fetch_wheel, to_tensor

TEMPLATES = "comfyui-workflow-templates-media-assets-01==0.1.48"
SUFFIXES = (".webp", ".png", ".jpg", ".jpeg")
SMALLEST_PX = 100


def other_portraits(
    detect: Callable[[Tensor], list[tuple[float, float, float, float]]], requirement: str = TEMPLATES
) -> Iterator[Portrait]:
    """The stills in which `detect` (from a picture [1, 3, H, W] to boxes) finds a face of at least 100 px."""
    wheel = zipfile.ZipFile(fetch_wheel(requirement))
    for name in sorted(wheel.namelist()):
        if name.lower().endswith(SUFFIXES):
            image = still(wheel.read(name))
            boxes = [] if image is None else [box for box in detect(image) if max(box[2:]) >= SMALLEST_PX]
            if image is not None and boxes:
                yield Portrait(Path(name).stem, image, boxes, [])


def still(data: bytes) -> Tensor | None:
    """The picture [1, 3, H, W] sRGB, or None if it moves."""
    picture = Image.open(io.BytesIO(data))
    if getattr(picture, "n_frames", 1) > 1:
        return None
    return to_tensor(picture.convert("RGB"))


def first_frame(data: bytes) -> Tensor:
    """The picture [1, 3, H, W] sRGB; of one that moves, its first frame."""
    return to_tensor(Image.open(io.BytesIO(data)).convert("RGB"))


def named_portraits(names: Collection[str], requirement: str = TEMPLATES) -> Iterator[Portrait]:
    """Pictures of a wheel by name, in its order; of one that moves, its first frame. No face is marked in them."""
    wheel = zipfile.ZipFile(fetch_wheel(requirement))
    for path in sorted(wheel.namelist()):
        if Path(path).stem in names and path.lower().endswith(SUFFIXES):
            yield Portrait(Path(path).stem, first_frame(wheel.read(path)), [], [])

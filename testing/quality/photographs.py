"""Photographs, and worse versions of them."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from PIL import Image, ImageFilter
from skimage import data
from torch import Tensor

from testing.portraits import portraits, to_tensor

PORTRAITS = (
    "flux_fill_inpaint_example-1",
    "hidream_i1_dev-1",
    "flux1_krea_dev-1",
    "image_z_image_turbo-1",
)


def photographs() -> Iterator[tuple[str, Image.Image]]:
    """Photographs that come with scikit-image."""
    for name in ("astronaut", "chelsea", "coffee", "rocket"):
        yield name, Image.fromarray(getattr(data, name)())
    yield "motorcycle", Image.fromarray(data.stereo_motorcycle()[0])


def real_pictures() -> Iterator[tuple[str, Image.Image]]:
    """The photographs, and some portraits."""
    yield from photographs()
    for portrait in portraits():
        if portrait.name in PORTRAITS:
            levels = (portrait.image[0] * 255).round().byte().movedim(0, -1)
            yield portrait.name, Image.fromarray(levels.numpy())


def worsened(picture: Image.Image, kind: str, level: float, name: str) -> Image.Image:
    """The picture blurred, noisy or compressed; the same noise for the same name at every level."""
    if kind == "blur":
        return picture.filter(ImageFilter.GaussianBlur(level))
    if kind == "noise":
        values = np.asarray(picture, dtype=np.float64)
        noise = np.random.default_rng(zlib.crc32(name.encode())).normal(0, 1, values.shape)
        return Image.fromarray((values + level * noise).round().clip(0, 255).astype(np.uint8))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=int(level))
    return Image.open(file).convert("RGB")


@lru_cache(maxsize=1)
def pictures() -> dict[str, Tensor]:
    """Photographs, cut to 240 px around their middle."""
    found = {}
    for name, picture in photographs():
        left, top = ((side - 240) // 2 for side in picture.size)
        found[name] = to_tensor(picture.crop((left, top, left + 240, top + 240)))
    return found

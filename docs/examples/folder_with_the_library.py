"""The look for a folder of pictures, by the library alone: no ComfyUI.

    python docs/examples/folder_with_the_library.py IN OUT [--glow 0.45]

Needs torch, torchvision, scipy, safetensors, Pillow, and softfocus: installed, or the folder beside this one.
Each picture of IN becomes OUT/<its name>.png, with its alpha, at its own size; results that are there are made again.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

sys.path.append(str(Path(__file__).resolve().parents[2]))  # where softfocus is not installed
from softfocus import LookSettings, face_detail_mask, make_look  # noqa: E402

PICTURES = {".png", ".jpg", ".jpeg", ".webp"}


def main(arguments: list[str]) -> None:
    settings = LookSettings()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, metavar="IN")
    parser.add_argument("target", type=Path, metavar="OUT")
    parser.add_argument(
        "--glow", type=float, default=settings.bloom.intensity, help="0..1, share of light that scatters"
    )
    given = parser.parse_args(arguments)
    settings = replace(settings, bloom=replace(settings.bloom, intensity=given.glow))
    given.target.mkdir(parents=True, exist_ok=True)
    for path in sorted(each for each in given.source.iterdir() if each.suffix.lower() in PICTURES):
        rgb, alpha = opened(path)
        with torch.inference_mode():
            mask = face_detail_mask(rgb, settings.mask, alpha=alpha)
            result = make_look(rgb, mask, settings, alpha=alpha).image
        save(result, alpha, given.target / f"{path.stem}.png")
        print(f"{path.name}: {'a face' if mask.any() else 'no face, soft everywhere'}", flush=True)


def opened(path: Path) -> tuple[Tensor, Tensor | None]:
    """[1, 3, H, W] sRGB in 0..1, upright, and [1, 1, H, W] alpha, or None for an opaque picture."""
    with Image.open(path) as picture:
        planes = np.array(ImageOps.exif_transpose(picture).convert("RGBA"))
    values = torch.from_numpy(planes).movedim(-1, 0)[None].float() / 255
    return values[:, :3], None if bool((values[:, 3:] == 1).all()) else values[:, 3:]


def save(rgb: Tensor, alpha: Tensor | None, path: Path) -> None:
    values = (rgb if alpha is None else torch.cat([rgb, alpha], 1))[0].clamp(0, 1)
    Image.fromarray((values * 255).round().byte().movedim(0, -1).numpy()).save(path)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Mattes of real pictures: RGBA cut-outs among ComfyUI's template pictures, whose alpha serves as the truth.

That alpha was made by commercial background removers, so it is a reference, not a measurement. Run by
`make bench`; pictures over a new background go to .cache/cutouts/ to be looked at.
"""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from softfocus.matting import refine_mask
from softfocus.units import percent_of_diagonal
from testing.matting.cutouts import BAND, KINDS, cutouts
from testing.matting.metrics import sad
from testing.matting.truth import rough_mask
from testing.portraits import CACHE

GREEN = (0.2, 0.75, 0.35)


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


def _write(picture: Tensor, path: Path) -> None:
    values = (picture[0].clamp(0, 1) * 255).round().byte().movedim(0, -1)
    Image.fromarray(values.numpy()).save(path)


if __name__ == "__main__":
    main()

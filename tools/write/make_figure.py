"""Draw docs/softness-and-detail.jpg, the figure of the README, from NASA's astronaut picture (public domain).

Columns are ways to make the picture; rows are the picture, its fine detail, and how its tones differ
from the bloomed picture's.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from skimage.data import astronaut
from torch import Tensor

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from softfocus import face_detail_mask, find_face_boxes  # noqa: E402
from softfocus.color import luminance  # noqa: E402
from softfocus.filters.gaussian import gaussian_blur  # noqa: E402
from softfocus.units import percent_of_diagonal  # noqa: E402
from testing.look import BAND, LOW, Compared, compare  # noqa: E402

OUTPUT = ROOT / "docs" / "softness-and-detail.jpg"
CROP = (slice(20, 260), slice(120, 360))
GAP, LEFT, TOP = 8, 110, 30
ROWS = ("picture", "fine detail\n(eyes, lashes,\nlip line)", "tones against\nthe dreamy\npicture, x 8")


def main() -> None:
    image = torch.from_numpy(astronaut()).movedim(-1, 0)[None].float() / 255
    look = compare(image, face_detail_mask(image), find_face_boxes(image))
    columns = {
        "before": look.source,
        "soft everywhere": look.bloomed,
        "sharp face pasted": look.pasted,
        "SoftFocus": look.ours,
    }
    cells = [[draw(picture, look) for picture in columns.values()] for draw in (plain, detail, tones)]
    page = compose(cells, list(columns))
    OUTPUT.parent.mkdir(exist_ok=True)
    page.save(OUTPUT, quality=86, optimize=True)
    print(f"{OUTPUT.relative_to(ROOT)}: {page.size[0]} x {page.size[1]}, {OUTPUT.stat().st_size // 1024} KB")


def plain(picture: Tensor, look: Compared) -> Tensor:
    return picture


def detail(picture: Tensor, look: Compared) -> Tensor:
    """The band that the pack blurs and restores, around middle grey."""
    luma = luminance(picture)
    fine, coarse = (gaussian_blur(luma, percent_of_diagonal(luma, percent)) for percent in BAND)
    return (0.5 + 4 * (fine - coarse)).expand(-1, 3, -1, -1)


def tones(picture: Tensor, look: Compared) -> Tensor:
    """Low frequencies minus those of the bloomed picture, around middle grey."""
    sigma = percent_of_diagonal(picture, LOW)
    difference = gaussian_blur(luminance(picture), sigma) - gaussian_blur(luminance(look.bloomed), sigma)
    return (0.5 + 8 * difference).expand(-1, 3, -1, -1)


def compose(cells: list[list[Tensor]], titles: list[str]) -> Image.Image:
    side = CROP[0].stop - CROP[0].start
    size = (LEFT + len(titles) * (side + GAP), TOP + len(cells) * (side + GAP))
    page = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(size=15)
    for column, title in enumerate(titles):
        draw.text((LEFT + column * (side + GAP) + side / 2, TOP / 2), title, "black", font, anchor="mm")
    for row, (name, pictures) in enumerate(zip(ROWS, cells, strict=True)):
        top = TOP + row * (side + GAP)
        draw.multiline_text((LEFT - 10, top + side / 2), name, "black", font, anchor="rm", align="right")
        for column, picture in enumerate(pictures):
            page.paste(to_pil(picture[..., CROP[0], CROP[1]]), (LEFT + column * (side + GAP), top))
    return page


def to_pil(picture: Tensor) -> Image.Image:
    values = (picture[0].clamp(0, 1) * 255).round().byte().movedim(0, -1)
    return Image.fromarray(np.ascontiguousarray(values.numpy()))


if __name__ == "__main__":
    main()

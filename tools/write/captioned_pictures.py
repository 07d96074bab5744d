"""Masks as pictures, pictures under their captions two by two, and charts one above the other."""

from __future__ import annotations

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

SIDE, GAP, TITLE = 320, 8, 24
PAPER, INK = "white", (30, 32, 38)
BACKDROP = (0.2, 0.55, 0.45)

Cells = dict[str, Tensor]  # caption to an IMAGE [B, H, W, 3], of which the first frame is shown


def grey(mask: Tensor) -> Tensor:
    """A MASK [B, H, W] as an IMAGE."""
    return mask[..., None].expand(-1, -1, -1, 3)


def over_backdrop(image: Tensor, mask: Tensor) -> Tensor:
    """An IMAGE seen through a MASK, green elsewhere."""
    return torch.lerp(torch.tensor(BACKDROP).expand_as(image), image, mask[..., None])


def as_values(picture: Image.Image) -> Tensor:
    """[H, W, 3] float32 in 0..1."""
    picture = picture.convert("RGB")
    values = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8)
    return values.view(picture.height, picture.width, 3).float() / 255


def as_picture(image: Tensor) -> Image.Image:
    """The first frame of an IMAGE."""
    return Image.fromarray((image[0].clamp(0, 1) * 255).round().byte().contiguous().numpy())


def compose(cells: Cells, rows: slice, columns: slice) -> Image.Image:
    """The same square part of every picture under its caption."""
    page = Image.new("RGB", (2 * SIDE + GAP, (len(cells) + 1) // 2 * (SIDE + TITLE)), PAPER)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=15)
    for index, (title, image) in enumerate(cells.items()):
        left, top = index % 2 * (SIDE + GAP), index // 2 * (SIDE + TITLE)
        draw.text((left + SIDE / 2, top + TITLE / 2), title, INK, font, anchor="mm")
        part = as_picture(image[:, rows, columns]).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        page.paste(part, (left, top + TITLE))
    return page


def stack(charts: list[Tensor]) -> Image.Image:
    """Whole charts, one above the other."""
    drawn = [as_picture(chart) for chart in charts]
    paper = drawn[0].getpixel((0, 0))
    page = Image.new("RGB", (max(each.width for each in drawn), sum(each.height for each in drawn)), paper)
    top = 0
    for each in drawn:
        page.paste(each, (0, top))
        top += each.height
    return page

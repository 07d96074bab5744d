"""Draw the gallery: real portraits with the face regions and the hair that the pack finds in them.

`python -m tools.write.make_gallery [--count N] [--out FILE]`. Each tile shows the picture, the preview with its
legend, and the detail mask. The sheet goes to benchmarks/results/, which git ignores: the pictures belong to others.
"""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor
from torch.nn.functional import interpolate

from softfocus.faces import FaceNets, find_faces, load_face_nets, refined_regions, weighted_maximum
from softfocus.faces.masks.preview import draw_legend, tint_regions
from softfocus.settings import MaskSettings
from testing.portraits import portraits

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "benchmarks" / "results" / "gallery.jpg"
SETTINGS = MaskSettings(hair=0.5)
CELL_PX = 260
COLUMNS = 3
TITLE_PX = 22
PAPER, INK = (250, 249, 246), (38, 40, 46)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=60, help="pictures at most, in the order of the annotation")
    parser.add_argument("--out", type=Path, default=OUTPUT, help="the sheet, a JPEG file")
    arguments = parser.parse_args(argv)
    nets = load_face_nets()
    tiles = []
    for portrait in islice(portraits(), arguments.count):
        views, found = looks(nets, portrait.image)
        tiles.append(tile(f"{portrait.name} ({found})", views))
        print(f"{len(tiles):3d} {portrait.name}: {found}")
    page = compose(tiles)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    page.save(arguments.out, quality=85)
    print(f"{arguments.out}: {page.size[0]} x {page.size[1]}, {len(tiles)} pictures")


def looks(nets: FaceNets, image: Tensor) -> tuple[list[Tensor], str]:
    """The picture [1, 3, H, W], its preview and its detail mask, and in words how many faces were found."""
    faces = find_faces(nets, image)
    masks, weights = refined_regions(image, faces, SETTINGS), SETTINGS.weights
    preview = draw_legend(tint_regions(image, masks, weights), weights)
    detail = weighted_maximum(masks, weights).expand(-1, 3, -1, -1)
    count = len(faces[0])
    return [image, preview, detail], f"{count} {'face' if count == 1 else 'faces'}"


def tile(title: str, views: list[Tensor], cell: tuple[int, int] = (CELL_PX, CELL_PX)) -> Image.Image:
    """The views side by side, each fitted into a cell of (width, height), under a title."""
    page = Image.new("RGB", (cell[0] * len(views), cell[1] + TITLE_PX), PAPER)
    ImageDraw.Draw(page).text((4, 4), title, fill=INK, font=ImageFont.load_default(size=TITLE_PX - 9))
    for index, view in enumerate(views):
        height, width = view.shape[-2:]
        scale = min(cell[0] / width, cell[1] / height)
        size = (max(1, round(height * scale)), max(1, round(width * scale)))
        small = interpolate(view, size, mode="bilinear", antialias=True)[0]
        pixels = (small.clamp(0, 1) * 255).round().byte().movedim(0, -1)
        page.paste(Image.fromarray(np.ascontiguousarray(pixels)), (index * cell[0], TITLE_PX))
    return page


def compose(tiles: list[Image.Image], columns: int = COLUMNS) -> Image.Image:
    """All tiles on one page, row by row."""
    if not tiles:
        raise SystemExit("no pictures")
    width, height = tiles[0].size
    page = Image.new("RGB", (columns * width, -(-len(tiles) // columns) * height), PAPER)
    for index, each in enumerate(tiles):
        page.paste(each, (index % columns * width, index // columns * height))
    return page


if __name__ == "__main__":
    with torch.inference_mode():
        main()

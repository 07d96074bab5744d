"""Close-ups: faces of the annotated portraits, cut around the face to so many times the frame's height.

    python -m benchmarks.faces.close_ups

Portraits with one face of at least 110 px. A face counts if its landmarks lie within 15 % of its size, in the mean, of
where they lie in the whole picture. The frame is square where the picture is large enough. Limits are for faces that
the detector is sure of in the whole picture; the others are profiles, drawings, covered eyes. Also: the finds in stills
of another wheel in which no detector finds a face, by name, to be looked at.
"""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from benchmarks.rows import Check, show_limits
from softfocus.faces import FaceNets, find_faces, load_face_nets
from softfocus.faces.face import CLOSE, landmarks_of
from softfocus.faces.finding.find import find_by_detectors
from testing.other_portraits import SUFFIXES, TEMPLATES, still
from testing.portraits import fetch_wheel, single_portraits

TIMES = (1.0, 1.5, 1.9, 2.5)
SMALLEST_PX = 110
SURE = 0.9  # of a detector
SHARES = {1.0: 1.0, 1.9: 13 / 14}


@dataclass(frozen=True)
class LargeFace:
    name: str
    image: Tensor
    landmarks: Tensor
    sure: bool


def cut(image: Tensor, landmarks: Tensor, times: float) -> tuple[Tensor, Tensor]:
    """The square around a face that is `times` as high, as far as the picture reaches, and the landmarks in it."""
    low, high = landmarks.amin(0), landmarks.amax(0)
    half = (high[1] - low[1]).item() / times / 2
    x, y = ((low + high) / 2).tolist()
    left, top = max(0, round(x - half)), max(0, round(y - half))
    part = image[..., top : round(y + half), left : round(x + half)]
    return part, landmarks - torch.tensor([float(left), float(top)])


def large_faces(nets: FaceNets) -> Iterator[LargeFace]:
    for each in single_portraits():
        faces = find_faces(nets, each.image)[0]
        if faces and min(faces[0].box[2:]) >= SMALLEST_PX:
            face = faces[0]
            yield LargeFace(each.name, each.image, landmarks_of(face), face.score >= SURE and not face.drawn)


def found_in(nets: FaceNets, face: LargeFace, times: float) -> tuple[bool, int]:
    """Whether the face is found where it is in its cut, and how many are found elsewhere."""
    part, wanted = cut(face.image, face.landmarks, times)
    size = (wanted.amax(0) - wanted.amin(0)).max().item()
    apart = [(landmarks_of(each) - wanted).norm(dim=1).mean().item() for each in find_faces(nets, part)[0]]
    right = sum(each < CLOSE * size for each in apart)
    return right > 0, len(apart) - right


def run_zooms(nets: FaceNets) -> list[Check]:
    """Prints a line for each zoom, with the misses; the limits."""
    faces, limits = list(large_faces(nets)), []
    for times in TIMES:
        seen = [(face, *found_in(nets, face, times)) for face in faces]
        sure = [found for face, found, _ in seen if face.sure]
        missed = ", ".join(face.name for face, found, _ in seen if not found)
        elsewhere = sum(more for *_, more in seen)
        print(
            f"{times:.1f} times: found {sum(found for _, found, _ in seen)} of {len(seen)}, "
            f"of the sure ones {sum(sure)} of {len(sure)}, elsewhere {elsewhere}; missed {missed or '-'}"
        )
        if times in SHARES:
            share = sum(sure) / len(sure)
            limits.append(Check(f"found at {times} times the frame's height", share, SHARES[times], at_least=True))
    return limits


def run_stills(nets: FaceNets) -> None:
    """Prints the finds in stills in which nothing else is found, at the default confidence."""
    wheel, asked, names = zipfile.ZipFile(fetch_wheel(TEMPLATES)), 0, []
    for name in sorted(wheel.namelist()):
        image = still(wheel.read(name)) if name.lower().endswith(SUFFIXES) else None
        if image is not None and not find_by_detectors(nets, image):
            asked += 1
            names += [f"{name.rsplit('/', 1)[-1]} {face.score:.2f}" for face in find_faces(nets, image)[0]]
    print(f"stills in which no detector finds a face: {asked}, finds of the mesh: {', '.join(names) or 'none'}")


def main() -> list[Check]:
    torch.set_num_threads(1)
    start, nets = time.perf_counter(), load_face_nets()
    with torch.inference_mode():
        limits = run_zooms(nets)
        run_stills(nets)
    show_limits(limits, start)
    return limits


if __name__ == "__main__":
    main()

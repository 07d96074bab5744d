"""Found faces against reference boxes: overlap, recall, false hits; YuNet as another detector."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from softfocus.faces.face import Face, box_overlap
from testing.portraits import Portrait

HIT = 0.3  # intersection over union
COUNTED = 0.35
YUNET_CONFIDENCE = 0.7
RUNS = 2
Box = tuple[float, float, float, float]


@dataclass
class Result:
    """Counts over a set of pictures."""

    wanted: int = 0
    false_hits: int = 0
    overlaps: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return len(self.overlaps) / max(self.wanted, 1)

    def add(self, name: str, found: list[Box], wanted: list[Box]) -> None:
        """Count one picture."""
        largest = max((w * h) ** 0.5 for _, _, w, h in wanted)
        for box in wanted:
            if (box[2] * box[3]) ** 0.5 < COUNTED * largest:
                continue
            self.wanted += 1
            best = max((overlap(each, box) for each in found), default=0.0)
            if best >= HIT:
                self.overlaps.append(best)
            else:
                self.missed.append(name)
        self.false_hits += sum(max(overlap(each, box) for box in wanted) < HIT for each in found)


def overlap(a: Box, b: Box) -> float:
    """Intersection over union of two boxes (left, top, width, height)."""
    first, second = (torch.tensor([box], dtype=torch.float64) for box in (a, b))
    return box_overlap(first, second).item()


Finder = Callable[[Tensor], list[list[Face]]]


class NativeYuNet:
    """YuNet as OpenCV's users run it: once, at the picture's own size, without the mesh."""

    def __init__(self, path: Path, min_confidence: float = YUNET_CONFIDENCE) -> None:
        import cv2

        cv2.setNumThreads(torch.get_num_threads())
        self._net = cv2.FaceDetectorYN.create(str(path), "", (320, 320), min_confidence)

    def __call__(self, image: Tensor) -> list[list[Face]]:
        pixels = (image[0].flip(0).movedim(0, -1) * 255).round().byte().contiguous().numpy()
        self._net.setInputSize((pixels.shape[1], pixels.shape[0]))
        rows = self._net.detect(pixels)[1]
        return [[] if rows is None else [_face(torch.from_numpy(row)) for row in rows]]


def _face(row: Tensor) -> Face:
    x, y, width, height = row[:4].tolist()
    return Face((x, y, width, height), row[14].item(), row[4:14].view(5, 2))


def yunet_file() -> Path | None:
    """The file that SOFTFOCUS_YUNET names, or None where it names none."""
    path = os.environ.get("SOFTFOCUS_YUNET")
    return Path(path) if path else None


def measure(methods: dict[str, Finder], pictures: Iterable[Portrait], runs: int = RUNS) -> dict[str, Result]:
    """Recall, false hits, overlap and seconds by method; the fastest of the runs on a picture counts."""
    results = {name: Result() for name in methods}
    for portrait in pictures:
        for name, find in methods.items():
            faces, seconds = timed(find, portrait.image, runs)
            results[name].seconds.append(seconds)
            results[name].add(portrait.name, [face.box for face in faces[0]], portrait.boxes)
    return results


def timed(find: Finder, image: Tensor, runs: int = RUNS) -> tuple[list[list[Face]], float]:
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        faces = find(image)
        seconds.append(time.perf_counter() - start)
    return faces, min(seconds)

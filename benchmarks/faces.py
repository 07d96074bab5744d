"""Face finding against reference boxes of real pictures: recall, false hits, overlap, time, YuNet beside it.

Run by `make bench`, or alone: `python -m benchmarks.faces`. The reference are another detector's boxes, looked over by
eye. A face counts if its side is at least 35 % of that of the largest in the picture; a false hit meets no box at all.
`--wheel other` takes pictures on which nothing was tuned, with YuNet's boxes as they are. YuNet is run at the picture's
own size, on as many threads as the nets.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from benchmarks.other_portraits import other_portraits
from benchmarks.portraits import Portrait, portraits
from softfocus.faces import FaceNets, detect_faces, find_faces, load_face_nets
from softfocus.faces.face import Face
from softfocus.faces.looks import Look, whole_looks
from softfocus.faces.yunet import YuNet

HIT = 0.3  # intersection over union
COUNTED = 0.35
YUNET_CONFIDENCE = 0.7
NO_YUNET = "set SOFTFOCUS_YUNET to the OpenCV Zoo's face_detection_yunet_2023mar.onnx"
RUNS = 2
LISTED = 4  # names of missed pictures
TIMED_EVERY = 4  # of the annotated pictures

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
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(width, 0.0) * max(height, 0.0)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


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
        return [[] if rows is None else [Face(tuple(row[:4].tolist()), float(row[14])) for row in rows]]


def yunet_file() -> Path | None:
    """The file that SOFTFOCUS_YUNET names, or None where it names none."""
    path = os.environ.get("SOFTFOCUS_YUNET")
    return Path(path) if path else None


def finders(nets: FaceNets) -> dict[str, Finder]:
    """What is compared, by its name in the table."""
    methods: dict[str, Finder] = {
        "BlazeFace short alone": partial(detect_faces, nets, looks=_first_look),
        "SoftFocus": partial(find_faces, nets),
    }
    path = yunet_file()
    if path is not None:
        methods["YuNet"] = NativeYuNet(path)
        methods["YuNet and mesh"] = partial(find_faces, nets, detector=YuNet(path), min_confidence=YUNET_CONFIDENCE)
    return methods


def _first_look(height: int, width: int) -> list[Look]:
    return whole_looks(height, width)[:1]


def measure(methods: dict[str, Finder], pictures: Iterable[Portrait], runs: int = RUNS) -> dict[str, Result]:
    """Recall, false hits, overlap and seconds by method; the fastest of the runs on a picture counts."""
    results = {name: Result() for name in methods}
    for portrait in pictures:
        for name, find in methods.items():
            faces, seconds = _timed(find, portrait.image, runs)
            results[name].seconds.append(seconds)
            results[name].add(portrait.name, [face.box for face in faces[0]], portrait.boxes)
    return results


def _timed(find: Finder, image: Tensor, runs: int = RUNS) -> tuple[list[list[Face]], float]:
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        faces = find(image)
        seconds.append(time.perf_counter() - start)
    return faces, min(seconds)


def print_results(title: str, results: dict[str, Result]) -> None:
    print(f"{title:26}  recall         false hits   mean IoU   ms a picture   missed")
    for name, result in results.items():
        hits = len(result.overlaps)
        share = f"{hits}/{result.wanted} = {result.recall:.3f}"
        overlaps, spent = sum(result.overlaps) / max(hits, 1), 1000 * statistics.median(result.seconds or [0.0])
        missed = ", ".join(result.missed[:LISTED]) + (" ..." if len(result.missed) > LISTED else "")
        print(f"{name:26}  {share:13}  {result.false_hits:10}   {overlaps:8.3f}   {spent:12.0f}   {missed or '-'}")


def print_times(methods: dict[str, Finder], pictures: list[Portrait]) -> None:
    """Median milliseconds on the pictures scaled to 1024 px, and on frames of 3840 x 2160 that hold one of them."""
    square = [interpolate(each.image, (1024, 1024), mode="bilinear").clamp(0, 1) for each in pictures]
    frame = torch.full((1, 3, 2160, 3840), 0.5)
    frame[..., 400:1424, 800:1824] = square[0]
    sets = {
        "1024 px": square,
        "3840 x 2160 px": [frame],
        "1024 px, no face": [square[0].new_full((1, 3, 1024, 1024), 0.5)],
    }
    print("median ms" + "".join(f"{name:>20}" for name in sets))
    medians = {}
    for method, find in methods.items():
        medians[method] = [
            1000 * statistics.median(_timed(find, image)[1] for image in images) for images in sets.values()
        ]
        print(f"{method:26}" + "".join(f"{value:18.0f}" for value in medians[method]))
    if "YuNet" in medians:
        ratio = medians["SoftFocus"][0] / medians["YuNet"][0]
        print(f"SoftFocus takes {ratio:.1f} times as long as YuNet on pictures of 1024 px")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--wheel", choices=("annotated", "other"), default="annotated")
    options = parser.parse_args(argv)
    torch.set_num_threads(options.threads)
    methods = finders(load_face_nets())
    if options.wheel == "other":
        if "YuNet" not in methods:
            raise SystemExit(f"the other wheel's reference is YuNet; {NO_YUNET}")
        reference = methods["YuNet"]
        pictures = other_portraits(lambda image: [face.box for face in reference(image)[0]])
        print_results("faces of the other wheel", measure(methods, pictures))
        return
    print_results("faces of real pictures", measure(methods, portraits()))
    print_times(methods, list(portraits())[::TIMED_EVERY])


if __name__ == "__main__":
    main()

"""Face finding against the reference boxes of real pictures: recall, false hits, overlap, time.

Run by `make bench`, or alone: `python -m benchmarks.faces`. The reference are another detector's boxes, looked over by
eye. A face counts if its side is at least 35 % of that of the largest in the picture; a false hit meets no box at all.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, field

import torch

from benchmarks.portraits import portraits
from softfocus.faces import FaceNets, detect_faces, find_faces, load_face_nets, region_masks

HIT = 0.3  # intersection over union
COUNTED = 0.35

Box = tuple[float, float, float, float]


@dataclass
class Result:
    """Counts over a set of pictures."""

    wanted: int = 0
    false_hits: int = 0
    overlaps: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

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


def measure(nets: FaceNets) -> tuple[dict[str, Result], dict[str, list[float]]]:
    """Results for the detector's first looks alone and for all of it, and the seconds of each step by picture."""
    results = {"detector alone": Result(), "detector and mesh": Result()}
    seconds: dict[str, list[float]] = {"detector alone": [], "detector and mesh": [], "masks": []}
    for portrait in portraits():
        times = [time.perf_counter()]
        detected = detect_faces(nets, portrait.image)
        times.append(time.perf_counter())
        found = find_faces(nets, portrait.image)
        times.append(time.perf_counter())
        region_masks(found, portrait.image.shape[2:])
        times.append(time.perf_counter())
        for spent, start, stop in zip(seconds.values(), times, times[1:], strict=False):
            spent.append(stop - start)
        for result, faces in zip(results.values(), (detected, found), strict=True):
            result.add(portrait.name, [face.box for face in faces[0]], portrait.boxes)
    return results, seconds


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    torch.set_num_threads(parser.parse_args(argv).threads)
    results, seconds = measure(load_face_nets())
    print("faces of real pictures      recall         false hits   mean IoU   missed")
    for name, result in results.items():
        hits = len(result.overlaps)
        share = f"{hits}/{result.wanted} = {result.recall:.3f}"
        missed = ", ".join(result.missed) or "-"
        print(f"{name:26}  {share:13}  {result.false_hits:10}   {sum(result.overlaps) / max(hits, 1):8.3f}   {missed}")
    for name, spent in seconds.items():
        print(f"{name}: median {1000 * sorted(spent)[len(spent) // 2]:.0f} ms a picture")


if __name__ == "__main__":
    main()

"""Face finding against reference boxes of real pictures: recall, false hits, overlap, time, YuNet beside it.

Run by `make bench`, or alone: `python -m benchmarks.faces`. The reference are another detector's boxes, looked over by
eye. A face counts if its side is at least 35 % of that of the largest in the picture; a false hit meets no box at all.
`--wheel other` takes pictures on which nothing was tuned, with YuNet's boxes as they are. YuNet is run at the picture's
own size, on as many threads as the nets.
"""

from __future__ import annotations

import argparse
import statistics
from functools import partial

import torch
from torch.nn.functional import interpolate

from softfocus.faces import FaceNets, detect_faces, find_faces, load_face_nets
from softfocus.faces.finding.views import View, whole_views
from softfocus.faces.finding.yunet import YuNet
from testing.faces.reference import YUNET_CONFIDENCE, Finder, NativeYuNet, Result, measure, timed, yunet_file
from testing.other_portraits import other_portraits
from testing.portraits import Portrait, portraits

NO_YUNET = "set SOFTFOCUS_YUNET to the OpenCV Zoo's face_detection_yunet_2023mar.onnx"
LISTED = 4  # names of missed pictures
TIMED_EVERY = 4  # of the annotated pictures


def finders(nets: FaceNets) -> dict[str, Finder]:
    """What is compared, by its name in the table."""
    methods: dict[str, Finder] = {
        "BlazeFace short alone": partial(detect_faces, nets, views=_first_view),
        "SoftFocus": partial(find_faces, nets),
    }
    path = yunet_file()
    if path is not None:
        methods["YuNet"] = NativeYuNet(path)
        methods["YuNet and mesh"] = partial(find_faces, nets, detector=YuNet(path), min_confidence=YUNET_CONFIDENCE)
    return methods


def _first_view(height: int, width: int) -> list[View]:
    return whole_views(height, width)[:1]


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
            1000 * statistics.median(timed(find, image)[1] for image in images) for images in sets.values()
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

"""Seconds of the processor that the nodes' functions take beside commit 1aad9f5, at 1024 px and their defaults.

    python -m benchmarks.engine.time [--rows mask score] [--rounds 5] [--side 1024]

Then and now are processes of one thread that take turns on NASA's portrait; the shortest run of each counts. Beside
them: now with boxes around faces, a blur with a max_delta, and the host's own ImageBlur.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks.baseline import ROOT, Checkout, baseline, checkout
from benchmarks.engine.scene import PICTURES, portrait
from benchmarks.rows import Check, Row, show, show_limits

THEN, NOW = "earlier", "benchmarks.engine.now"
BESIDE = Path(__file__).with_name("then")
SIDE, ROUNDS = 1024, 5
IMAGE_BLUR = {"node_id": "ImageBlur", "blur_radius": 10, "sigma": 1.0}
MAX_DELTA = 0.1
DELTA_ROWS = {f"max_delta, {kind}": kind for kind in PICTURES}
WITHOUT_BOXES = {"mask", *DELTA_ROWS}
ROWS = ("mask", "score", "blur", "bloom", "sharpen", "look", "workflow", *DELTA_ROWS)
LIMITS = {"workflow": 0.40, "mask": 0.44, "score": 0.29, "look": 0.64}  # now / then
LIMITS |= dict(zip(DELTA_ROWS, (0.5, 1.0), strict=True))

Calls = dict[str, tuple[Checkout, str, dict[str, Any]]]  # process, function and inputs of each way


def table(old: Checkout | None, new: Checkout, side: int, rounds: int, names: Sequence[str] = ROWS) -> Iterator[Row]:
    image = portrait(side)
    boxes = new.run(f"{NOW}:boxes", image=image)["result"]
    inputs_of = _inputs(new, image)
    for name in names:
        function, inputs = name.split(",")[0], inputs_of[name]
        calls: Calls = {"now": (new, f"{NOW}:{function}", inputs)}
        if old is not None:
            calls["then"] = (old, f"{THEN}:{function}", inputs)
        if name not in WITHOUT_BOXES:
            calls["with boxes"] = (new, f"{NOW}:{function}", {**inputs, "boxes": boxes})
        yield _row(name, calls, rounds)
    host = (new, "testing.host_nodes:call", {**IMAGE_BLUR, "image": image.movedim(1, -1)})
    yield _row("ImageBlur of radius 10", {"now": host}, rounds)


def _inputs(new: Checkout, image: torch.Tensor) -> dict[str, dict[str, Any]]:
    """What each function is given, all of it made by today's."""
    mask = new.run(f"{NOW}:mask", image=image)["result"]
    soft = new.run(f"{NOW}:blur", image=image, mask=mask)["result"]
    bloomed = new.run(f"{NOW}:bloom", image=soft)["result"]
    sharp = new.run(f"{NOW}:sharpen", image=bloomed, source=image, mask=mask)["result"]
    return {
        "mask": {"image": image},
        "score": {"image": sharp, "reference": image, "mask": mask},
        "blur": {"image": image, "mask": mask},
        "bloom": {"image": soft},
        "sharpen": {"image": bloomed, "source": image, "mask": mask},
        "look": {"image": image, "mask": mask},
        "workflow": {"image": image},
        **{name: {"image": portrait(len(image[0, 0]), kind), "most": MAX_DELTA} for name, kind in DELTA_ROWS.items()},
    }


def _row(name: str, calls: Calls, rounds: int) -> Row:
    """The shortest CPU seconds of each call, which take turns; the first run of each fills caches."""
    best = dict.fromkeys(calls, float("inf"))
    for turn in range(rounds + 1):
        for way, (process, function, inputs) in calls.items():
            taken = process.run(function, **inputs).cpu_milliseconds / 1000
            best[way] = min(best[way], taken) if turn else best[way]
    then, boxes = best.get("then"), best.get("with boxes")
    row: Row = {"function": name.rjust(len("ImageBlur of radius 10")), "then s": then, "now s": best["now"]}
    row["now/then"] = None if then is None else best["now"] / then
    return row | {"with boxes s": boxes, "with boxes/then": None if then is None or boxes is None else boxes / then}


def checks(rows: Sequence[Row]) -> list[Check]:
    found = {str(row["function"]).strip(): row["now/then"] for row in rows}
    return [
        Check(f"{name}: CPU seconds now / at 1aad9f5", float(ratio), most)
        for name, most in LIMITS.items()
        if (ratio := found.get(name)) is not None
    ]


def main(arguments: list[str] | None = None) -> None:
    start = time.perf_counter()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine.time", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=ROWS, metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="runs of each, of which the shortest counts")
    parser.add_argument("--side", type=int, default=SIDE, help="pixels")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    with baseline(beside=BESIDE) as old, checkout(ROOT) as new:
        found = table(old, new, options.side, options.rounds, options.rows)
        rows = show(f"CPU seconds at {options.side} px", found)
    show_limits(checks(rows), start)


if __name__ == "__main__":
    main()

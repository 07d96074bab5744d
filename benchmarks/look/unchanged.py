"""The look at its defaults, pixel by pixel, beside that of the baseline's commit: opaque portraits stay as they were.

Run by `make bench`, or alone: `python -m benchmarks.look.unchanged [--pictures 4]`. Both make the look of the same
picture with the same mask, each in a process of its own.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from benchmarks.baseline import ROOT, Checkout, baseline, checkout
from benchmarks.rows import Check, Row, show, values
from softfocus.faces import detail_mask, find_faces, load_face_nets
from testing.portraits import single_portraits

THEN = ("benchmarks.look:make_look", "ours")  # function of (image, mask), and the result among what it returns
NOW = ("softfocus.look:make_look", "image")
SIDES = (512, 1024)  # px
PICTURES = 4
LIMIT = 1.0  # of 255


def table(old: Checkout, new: Checkout, pictures: int = PICTURES) -> Iterator[Row]:
    """Largest difference, and that which 99.9 % of the values stay below, in 1/255; milliseconds of both."""
    nets = load_face_nets()
    for portrait in itertools.islice(single_portraits(), pictures):
        for side in SIDES:
            image = sized(portrait.image, side)
            mask = detail_mask(image, find_faces(nets, image))
            (then, then_ms), (now, now_ms) = (made(each, image, mask) for each in ((old, *THEN), (new, *NOW)))
            away = 255 * (now - then).abs().flatten()
            row: Row = {"px": side, "largest": float(away.max())}
            row |= {"99.9 %": float(away.kthvalue(round(0.999 * len(away))).values)}
            yield {**row, "then ms": then_ms, "now ms": now_ms, "now/then": now_ms / then_ms, "portrait": portrait.name}


def made(source: tuple[Checkout, str, str], image: Tensor, mask: Tensor) -> tuple[Tensor, float]:
    """The look, and its shortest time of two runs in milliseconds."""
    process, function, name = source
    result = process.run(function, runs=2, image=image, mask=mask)
    return result[name], result.milliseconds


def sized(image: Tensor, longest: int) -> Tensor:
    scale = longest / max(image.shape[-2:])
    size = [round(length * scale) for length in image.shape[-2:]]
    return interpolate(image, size, mode="bicubic", antialias=True).clamp(0, 1)


def main(arguments: list[str] | None = None) -> list[Check]:
    """Print the table and the limit; returns the limit, none without history."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.look.unchanged", description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=PICTURES, help="portraits, each in two sizes")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    with baseline() as old, checkout(ROOT) as new:
        if old is None:
            return []
        rows = show("The look at its defaults then and now, differences in 1/255", table(old, new, options.pictures))
    check = Check("look of opaque portraits: largest change, 1/255", max(values(rows, "largest")), LIMIT)
    print(f"\n{check.line()}")
    return [check]


if __name__ == "__main__":
    main()

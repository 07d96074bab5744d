"""Operations and bytes of every node, counted; no clock.

    python -m benchmarks.engine.cost [--nodes blur "three nodes"] [--sizes 256 1024]

A row counts a call at the node's defaults on NASA's portrait: on a device's path, as an accelerator would run it, or on
this processor's (`measure`). The milliseconds are those of launches and traffic one after the other at a stated speed,
not measured. `left`: planes that became arrays or lists.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterator, Sequence
from functools import partial

import torch

from benchmarks.engine.cost.goals import checks
from benchmarks.engine.cost.measure import (
    BYTES_A_SECOND,
    SECONDS_A_LAUNCH,
    as_here,
    as_on_a_device,
    count,
    predicted_ms,
)
from benchmarks.engine.cost.works import WORKS
from benchmarks.engine.scene import MASKS, PICTURES, Scene, mask_of, portrait
from benchmarks.rows import Row, show, show_limits
from testing.host_nodes import nodes

SIZES = (256, 1024, 4096)
PATHS = {"device": as_on_a_device, "cpu": as_here}


def table(names: Sequence[str], sizes: Sequence[int], gigabytes: float, microseconds: float) -> Iterator[Row]:
    for side, kind, mask_kind in itertools.product(sizes, PICTURES, MASKS):
        image = portrait(side, kind)
        scene = Scene(image, mask_of(image, mask_kind))
        for name in names:
            work = WORKS[name]
            if side > work.largest or not (work.masked or mask_kind == MASKS[0]):
                continue
            for path, entered in PATHS.items():
                found = count(partial(work.run, scene), entered)
                row: Row = {"px": side, "picture": kind, "mask": mask_kind if work.masked else None, "path": path}
                row |= {"operations": found.operations, "bytes/px": round(found.bytes / side**2)}
                row |= {"syncs": None, "ms": None, "node": name, "left": None}
                if path == "device":
                    predicted = predicted_ms(found, 1e9 * gigabytes, 1e-6 * microseconds)
                    row |= {"syncs": found.syncs, "ms": predicted, "left": _places(found.left)}
                yield row


def _places(left: Sequence[str]) -> str:
    return " ".join(sorted({each.split(": ")[0].removeprefix("softfocus/") for each in left}))


def main(arguments: list[str] | None = None) -> None:
    start = time.perf_counter()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine.cost", description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", nargs="+", default=list(WORKS), choices=WORKS, metavar="NODE", help=", ".join(WORKS))
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="sides in pixels")
    parser.add_argument("--gigabytes", type=float, default=BYTES_A_SECOND / 1e9, help="a second, of a device's memory")
    parser.add_argument("--microseconds", type=float, default=1e6 * SECONDS_A_LAUNCH, help="a launch")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    nodes()  # loaded before, so that the first call of each path fills its caches
    title = f"Counted; predicted at {options.gigabytes:g} GB/s and {options.microseconds:g} us a launch"
    rows = show(title, table(options.nodes, options.sizes, options.gigabytes, options.microseconds))
    show_limits(checks(rows), start)


if __name__ == "__main__":
    main()

"""Mattes of photographs whose alpha was measured, from rough masks and from trimaps: two solvers and ours.

    python -m benchmarks.matting_photographs [masks|trimaps|time ...] [--names GT01 ...] [--no-peers|--all-peers]
    python -m benchmarks.matting_photographs --held

The photographs are GT01 to GT13, on which constants were chosen. `masks`: errors over the whole picture, the solvers on
the band that ours opens, and only from coarse masks without --all-peers. `trimaps`: errors within their unknown part.
`time`: beside closed-form and the state before. `--held` measures GT14 to GT27 and writes a line into held.md.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import torch

from benchmarks.baseline import baseline
from benchmarks.held import append
from benchmarks.matting_photographs import masks, trimaps
from benchmarks.matting_photographs import time as cost
from benchmarks.matting_photographs.figures import Figures
from benchmarks.rows import Check, show, show_limits
from testing.matting.photographs import HELD, KINDS, TUNING, folder, photographs

RECORD = Path(__file__).with_name("held.md")
MISSING = (
    "SOFTFOCUS_MATTING names no folder with the photographs of alphamatting.com (benchmarks/README.md says which): "
    "nothing is measured."
)


def masks_table(options: argparse.Namespace) -> list[Check]:
    found: list[Figures] = []
    peers_on = () if options.no_peers else KINDS if options.all_peers else (masks.COARSE,)
    show(masks.TITLE.format(_said(options)), masks.table(photographs(options.names), peers_on, found))
    show(masks.SUMMARY, masks.summary(found))
    if peers_on:
        print(masks.against_chosen_peers(found))
    return masks.checks(found)


def trimaps_table(options: argparse.Namespace) -> list[Check]:
    found: list[Figures] = []
    title = trimaps.TITLE.format(_said(options))
    show(title, trimaps.table(photographs(options.names), not options.no_peers, found))
    show(trimaps.SUMMARY, trimaps.summary(found))
    return trimaps.checks(found)


def time_table(options: argparse.Namespace) -> list[Check]:
    with baseline(cost.EARLIER) as earlier:
        rows = show(cost.TITLE, cost.table(islice(photographs(options.names), cost.COUNT), earlier))
    show(cost.MEMORY, cost.memory_table(next(photographs(options.names))))
    return cost.checks(rows)


TABLES: dict[str, Callable[[argparse.Namespace], list[Check]]] = {
    "masks": masks_table,
    "trimaps": trimaps_table,
    "time": time_table,
}


def main(arguments: Sequence[str] | None = None) -> list[Check]:
    """Print tables and limits; returns the limits."""
    options = parsed(arguments)
    if folder() is None:
        print(MISSING)
        return []
    start = time.perf_counter()
    torch.set_num_threads(1)
    with torch.inference_mode():
        checks = [check for name in options.tables or TABLES for check in TABLES[name](options)]
    show_limits(checks, start)
    if options.held:
        print(append(checks, RECORD))
    return checks


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.matting_photographs", description=__doc__.splitlines()[0]
    )
    parser.add_argument("tables", nargs="*", metavar="table", help=f"of {', '.join(TABLES)}; all of them where none")
    parser.add_argument(
        "--names", nargs="+", choices=TUNING, metavar="NAME", help="some of the photographs; all where not given"
    )
    parser.add_argument("--no-peers", action="store_true", help="without the solvers, which take most of the time")
    parser.add_argument("--all-peers", action="store_true", help="the solvers from every mask, not only coarse ones")
    parser.add_argument("--held", action="store_true", help="GT14 to GT27, everything; adds a line to held.md")
    options = parser.parse_args(arguments)
    unknown = set(options.tables) - set(TABLES)
    if unknown:
        parser.error(f"no table {', '.join(sorted(unknown))}; there are {', '.join(TABLES)}")
    if options.held and (options.tables or options.names or options.no_peers):
        parser.error("--held measures everything on all held photographs: no tables, --names or --no-peers with it")
    options.names = options.names or (HELD if options.held else TUNING)
    return options


def _said(options: argparse.Namespace) -> str:
    return f"{len(options.names)} {'held' if options.held else 'tuning'} photographs"


if __name__ == "__main__":
    main()

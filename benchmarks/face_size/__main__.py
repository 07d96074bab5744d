"""One face in ever larger pictures: is it as clear where it takes 3 % of the diagonal as where it takes 44?

    python -m benchmarks.face_size [sizes|pairs|clips|time ...] [--portraits N] [--of tuning reported] [--percent 44 20]

The look at the workflow's defaults, with boxes around faces, beside the look without boxes, the sharp face pasted over
the soft picture, and the look of commit 1aad9f5. `sizes`: the face's pixels stay, its surroundings grow. `pairs`: two
faces of 4:1 in one picture. `clips`: a push-in and a real clip, frame by frame. `time`: what boxes cost.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from itertools import islice

import torch

from benchmarks.baseline import baseline
from benchmarks.face_size import clips, limits, pairs, sizes
from benchmarks.face_size import time as cost
from benchmarks.face_size.portraits import SETS, load
from benchmarks.rows import Check, show, show_limits
from softfocus.faces import load_face_nets


def sizes_table(options: argparse.Namespace) -> list[Check]:
    checks = []
    with baseline() as earlier:
        for name in options.of:
            people = list(islice(load(load_face_nets(), name), options.portraits))
            title = f"One face in ever larger pictures, {len(people)} {name} portraits. {sizes.TITLE}"
            checks += limits.checks(
                show(title, sizes.table(people, earlier, [percent / 100 for percent in options.percent])), name
            )
    return checks


def pairs_table(options: argparse.Namespace) -> list[Check]:
    return pairs.checks(show(pairs.TITLE, pairs.table(load_face_nets())))


def clips_table(options: argparse.Namespace) -> list[Check]:
    return clips.checks(show(clips.TITLE, clips.table(load_face_nets())))


def time_table(options: argparse.Namespace) -> list[Check]:
    return cost.checks(show(cost.TITLE, cost.table(load_face_nets())))


SIZES = tuple(limits.LEAST_FINE)
TABLES: dict[str, Callable[[argparse.Namespace], list[Check]]] = {
    "sizes": sizes_table,
    "pairs": pairs_table,
    "clips": clips_table,
    "time": time_table,
}


def main(arguments: Sequence[str] | None = None) -> list[Check]:
    """Print tables and limits; returns the limits."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.face_size", description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="*", metavar="table", help=f"of {', '.join(TABLES)}; all of them where none")
    parser.add_argument("--portraits", type=int, help="of each set, for sizes; all of them where not given")
    parser.add_argument(
        "--percent", nargs="+", type=int, choices=SIZES, default=SIZES, help="of the diagonal, for sizes"
    )
    parser.add_argument("--of", nargs="+", choices=SETS, default=SETS, help="sets, for sizes")
    options = parser.parse_args(arguments)
    unknown = set(options.tables) - set(TABLES)
    if unknown:
        parser.error(f"no table {', '.join(sorted(unknown))}; there are {', '.join(TABLES)}")
    start = time.perf_counter()
    torch.set_num_threads(1)
    with torch.inference_mode():
        checks = [check for name in options.tables or TABLES for check in TABLES[name](options)]
    show_limits(checks, start)
    return checks


if __name__ == "__main__":
    main()

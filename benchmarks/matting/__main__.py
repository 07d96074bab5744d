"""Mattes of drawn portraits: a rough mask, simple filters, two solvers and ours, node defaults.

Run by `make bench`. The default seeds are those that no method was tuned on. The other methods run on
fewer scenes than ours; the last column compares ours with each method on that method's own scenes.
Sparse hair is that of a bare head: its colour is seen in the unknown band only.
"""

from __future__ import annotations

import argparse
from statistics import mean

from benchmarks.matting import time as matting_time
from benchmarks.matting.cases import Figures, run
from benchmarks.matting.limits import GROUPS, print_limits, print_strands
from benchmarks.matting.methods import METHODS
from benchmarks.matting.ratios import ratios, total_ratio
from testing.matting.backgrounds import BACKGROUNDS
from testing.matting.truth import FRESH_SEEDS, MASK_KINDS, REPORTED_SEEDS, TUNING_SEEDS


def print_table(results: list[Figures]) -> None:
    names = ("n", "SAD", "SAD band", "/rough", "worst", "MSE", "Grad", "Conn", "s", "ours/it")
    print(f"{'':36}" + "".join(f"{name:>9}" for name in names))
    for group in GROUPS:
        for background in BACKGROUNDS:
            row = [each for each in results if each.job.background == background and each.job.group == group]
            for method in (*METHODS, "ours"):
                print_line(f"{background:12} {group:12}", row, method)


def print_line(title: str, row: list[Figures], method: str) -> None:
    mine = [each for each in row if each.method == method]
    if not mine:
        return
    to_rough = total_ratio(row, method, "rough mask")
    worst = max(ratio for ratio, _ in ratios(row, method, "rough mask"))
    columns = [mean(each.sad for each in mine), mean(each.sad_band for each in mine), to_rough, worst]
    columns += [mean(getattr(each, name) for each in mine) for name in ("mse", "grad", "conn", "seconds")]
    columns.append(total_ratio(row, "ours", method))
    print(f"{title} {method:>13}{len(mine):6}" + "".join(f"{value:9.2f}" for value in columns))


def print_by_mask(results: list[Figures]) -> None:
    print("\nOurs: SAD / SAD of the rough mask by kind of mask, mean and worst")
    print(f"{'':26}" + "".join(f"{kind:>16}" for kind in MASK_KINDS))
    for group in GROUPS:
        for background in BACKGROUNDS:
            here = [each for each in results if (each.job.background, each.job.group) == (background, group)]
            if here:
                print(f"{background:12} {group:12} " + "".join(ratio_of_mask(here, kind) for kind in MASK_KINDS))


def ratio_of_mask(row: list[Figures], kind: str) -> str:
    found = [ratio for ratio, _ in ratios([each for each in row if each.mask == kind], "ours", "rough mask")]
    return f"{mean(found):9.2f} ({max(found):4.2f})" if found else f"{'-':>16}"


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", choices=("tuning", "reported"), default="reported")
    parser.add_argument("--quick", action="store_true", help="one seed, two kinds of mask, no timing at 1024")
    parser.add_argument("--alone", action="store_true", help="ours and the rough mask only, no timing at 1024")
    options = parser.parse_args(argv)
    tuning = options.seeds == "tuning"
    seeds, fresh = (TUNING_SEEDS, TUNING_SEEDS) if tuning else (REPORTED_SEEDS, FRESH_SEEDS)
    print(f"Mattes of drawn portraits, 512 x 512, {options.seeds} seeds; whole picture; band: 4 % of the diagonal")
    results = run(seeds, fresh, options.quick, options.alone)
    print_table(results)
    print_by_mask(results)
    print_strands(results)
    print_limits(results)
    if not (options.quick or options.alone):
        matting_time.main()


if __name__ == "__main__":
    main()

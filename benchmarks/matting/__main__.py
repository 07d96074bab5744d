"""Mattes of drawn portraits: a rough mask, simple filters, two solvers and ours, node defaults.

Run by `make bench`. The default seeds are those that no method was tuned on. The other methods run on
fewer scenes than ours; the last column compares ours with each method on that method's own scenes.
"""

from __future__ import annotations

import argparse
from statistics import mean

from benchmarks.matting import time as matting_time
from benchmarks.matting.cases import Figures, run
from benchmarks.matting.methods import METHODS
from testing.matting.backgrounds import BACKGROUNDS
from testing.matting.truth import MASK_KINDS, REPORTED_SEEDS, TUNING_SEEDS

GROUPS = ("strands", "opaque", "bald")
LIMITS = {"smooth": 0.30, "busy": 0.55, "low contrast": 0.80, "same colour": 1.0}  # SAD of ours / rough mask, strands


def ratios(results: list[Figures], method: str, to: str) -> list[tuple[float, Figures]]:
    """SAD of one method / SAD of another, over the cases that both ran on."""
    base = {each.case: each.sad for each in results if each.method == to}
    return [(each.sad / base[each.case], each) for each in results if each.method == method and each.case in base]


def total_ratio(results: list[Figures], method: str, to: str) -> float:
    """The same as a ratio of sums, nan where the methods share no case."""
    pairs = ratios(results, method, to)
    base = sum(each.sad / ratio for ratio, each in pairs)
    return sum(each.sad for _, each in pairs) / base if base else float("nan")


def print_table(results: list[Figures]) -> None:
    names = ("n", "SAD", "SAD band", "/rough", "worst", "MSE", "Grad", "Conn", "s", "ours/it")
    print(f"{'':32}" + "".join(f"{name:>9}" for name in names))
    for group in GROUPS:
        for background in BACKGROUNDS:
            row = [each for each in results if each.job.background == background and each.job.group == group]
            for method in (*METHODS, "ours"):
                print_line(f"{background:12} {group:8}", row, method)


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
    print(f"{'':22}" + "".join(f"{kind:>16}" for kind in MASK_KINDS))
    for group in GROUPS:
        for background in BACKGROUNDS:
            line = f"{background:12} {group:8} "
            for kind in MASK_KINDS:
                row = [r for r in results if (r.job.background, r.job.group, r.mask) == (background, group, kind)]
                found = [ratio for ratio, _ in ratios(row, "ours", "rough mask")]
                line += f"{mean(found):9.2f} ({max(found):4.2f})" if found else f"{'-':>16}"
            print(line)


def print_limits(results: list[Figures]) -> None:
    print("\nOurs against its limits")
    for group in GROUPS:
        for background, limit in LIMITS.items():
            row = [each for each in results if (each.job.background, each.job.group) == (background, group)]
            for other, most in (("rough mask", limit if group == "strands" else 1.0), ("closed-form", 1.0)):
                ratio = total_ratio(row, "ours", other)
                print(f"SAD / {other:11}, {background:12} {group:8} {ratio:6.2f}  limit {most:.2f}")
    worst, case = max(ratios(results, "ours", "rough mask"), key=lambda pair: pair[0])
    where = f"{case.job.background}, {case.job.hair}, {case.mask}, seed {case.job.seed}"
    print(f"SAD / rough mask, worst case of all {worst:4.2f}  limit 1.00  ({where})")
    outside = {each.case: each.outside for each in results if each.method == "rough mask"}
    rise = max(each.outside - outside[each.case] for each in results if each.method == "ours")
    print(f"largest rise of the SAD outside the band {rise:.5f}  limit 0")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", choices=("tuning", "reported"), default="reported")
    parser.add_argument("--quick", action="store_true", help="one seed, two kinds of mask, no timing at 1024")
    options = parser.parse_args(argv)
    seeds = TUNING_SEEDS if options.seeds == "tuning" else REPORTED_SEEDS
    print(f"Mattes of drawn portraits, 512 x 512, {options.seeds} seeds; whole picture; band: 4 % of the diagonal")
    results = run(seeds, options.quick)
    print_table(results)
    print_by_mask(results)
    print_limits(results)
    if not options.quick:
        matting_time.main()


if __name__ == "__main__":
    main()

"""Does Match a Filter find the filter between two photographs, and say so when there is none?

    python -m benchmarks.match_filter [--pairs N] [--seed N]

200 pairs from pictures on which nothing was chosen: settings drawn evenly, exposure +-0.1 EV, noise of 1 % and JPEG of
quality 90 on both. Then 20 pairs by other tools' glows, changes that are no glow, and the time at 1024 and 4096 px.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from benchmarks.match_filter.glows import Change, glows, other_changes
from benchmarks.match_filter.pairs import Pair, filtered_pair, photographed
from benchmarks.match_filter.pictures import pictures
from benchmarks.rows import Check, Row, show, show_limits, values
from softfocus.light.families import FAMILIES
from softfocus.matching.filter_match import FilterMatch, match_filter
from softfocus.matching.verdict import Kind

PAIRS, SEED, GLOW_PAIRS = 200, 20261130, 20
GRADE_STOPS, SIZE_SHARE = 0.25, 0.1
SETTINGS, FAMILY, MOST_REFUSED, LEAST_REFUSED = 0.9, 0.85, 10, 18
SIDES = (1024, 4096)


@dataclass(frozen=True)
class Result:
    """One pair's match, beside the truth."""

    picture: str
    pair: Pair
    match: FilterMatch
    seconds: float

    @property
    def grade_error(self) -> float:
        """Stops."""
        assert self.pair.truth is not None
        return math.log2(self.match.likely[0][0].grade / self.pair.truth.grade)

    @property
    def size_error(self) -> float:
        """As a share."""
        assert self.pair.truth is not None
        return self.match.likely[0][0].size / self.pair.truth.size - 1

    @property
    def family_right(self) -> bool:
        assert self.pair.truth is not None
        return self.match.likely[0][0].family == self.pair.truth.family

    @property
    def refused(self) -> bool:
        return self.match.verdict.kind is not Kind.MATCHED

    @property
    def grade_met(self) -> bool:
        return not self.refused and abs(self.grade_error) <= GRADE_STOPS

    @property
    def size_met(self) -> bool:
        return not self.refused and abs(self.size_error) <= SIZE_SHARE


def results(count: int, seed: int) -> list[Result]:
    """The pictures in turn, each with filters of its own."""
    made = []
    found = list(pictures())
    for number in range(count):
        name, image = found[number % len(found)]
        pair = filtered_pair(image, seed + number)
        start = time.perf_counter()
        match = match_filter(pair.without, pair.with_filter)
        made.append(Result(name, pair_of(pair), match, time.perf_counter() - start))
        print(".", end="", flush=True)
    return made


def pair_of(pair: Pair) -> Pair:
    """What is kept of a pair: not its pictures."""
    nothing = torch.empty(0)
    return Pair(nothing, nothing, pair.truth)


def by(made: Sequence[Result], groups: dict[str, list[Result]]) -> Iterator[Row]:
    for name, chosen in groups.items():
        if chosen:
            yield {
                "pairs of": name,
                "pairs": len(chosen),
                "family": np.mean([each.family_right for each in chosen]).item(),
                "grade": np.mean([each.grade_met for each in chosen]).item(),
                "size": np.mean([each.size_met for each in chosen]).item(),
                "both": np.mean([each.grade_met and each.size_met for each in chosen]).item(),
                "refused": sum(each.refused for each in chosen),
                "grade off, stops": np.median([abs(each.grade_error) for each in chosen]).item(),
                "size off": np.median([abs(each.size_error) for each in chosen]).item(),
            }


def groups(made: Sequence[Result]) -> dict[str, list[Result]]:
    chosen = {"all": list(made)}
    truths = [each.pair.truth for each in made]
    for family in FAMILIES:
        chosen[family] = [each for each, truth in zip(made, truths, strict=True) if truth and truth.family == family]
    for low, high in ((0.125, 0.25), (0.25, 0.5), (0.5, 1.0), (1.0, 2.0)):
        name = f"grade {low:g} to {high:g}"
        chosen[name] = [each for each, truth in zip(made, truths, strict=True) if truth and low <= truth.grade < high]
    for low, high in ((50, 75), (75, 110), (110, 150), (150, 200)):
        name = f"size {low} to {high}"
        chosen[name] = [each for each, truth in zip(made, truths, strict=True) if truth and low <= truth.size < high]
    for picture in sorted({each.picture for each in made}):
        chosen[picture[-26:]] = [each for each in made if each.picture == picture]
    return chosen


def confusion(made: Sequence[Result]) -> Iterator[Row]:
    counted = Counter((each.pair.truth.family, each.match.likely[0][0].family) for each in made if each.pair.truth)
    for family in FAMILIES:
        yield {"filter": family} | {f"called {other}": counted[family, other] for other in FAMILIES}


def calibration(made: Sequence[Result]) -> Iterator[Row]:
    """How often the truth lies within one and two of the standard deviations that were told."""
    for name in ("grade", "size"):
        shares = []
        for each in made:
            best = each.match.likely[0][0]
            spread = getattr(best, f"{name}_spread")
            error = each.grade_error if name == "grade" else math.log2(1 + each.size_error)
            shares.append(abs(error) / max(spread, 1e-9))
        row: Row = {"setting": name}
        yield row | {f"within {many}": np.mean(np.array(shares) <= many).item() for many in (1, 2, 3)}


def changes(named: dict[str, Change], count: int, seed: int) -> Iterator[Row]:
    """Changes in turn on pictures in turn."""
    found = list(pictures())
    for number in range(count):
        name, change = list(named.items())[number % len(named)]
        picture, image = found[(7 * number) % len(found)]
        pair = photographed(image, change(image).clamp(0, 1), np.random.default_rng(seed + number))
        match = match_filter(pair.without, pair.with_filter)
        verdict = match.verdict
        yield {
            "change": name,
            "picture": picture[-26:],
            "called": verdict.kind.value,
            "left": 255 * verdict.left,
            "changed": 255 * verdict.changed,
        }


def costs() -> Iterator[Row]:
    image = list(pictures())[2][1]
    for side in SIDES:
        large = interpolate(image, (side * 2 // 3, side), mode="bicubic", antialias=True).clamp(0, 1)
        yield {"size": f"{side} x {side * 2 // 3}", "seconds": _seconds(large)}


def _seconds(image: Tensor) -> float:
    start = time.perf_counter()
    match_filter(image, image)
    return time.perf_counter() - start


def main(argv: list[str] | None = None) -> list[Check]:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    start = time.perf_counter()
    with torch.inference_mode():
        made = results(options.pairs, options.seed)
        table = show("Found, shares of pairs", by(made, groups(made)))
        show("Families", confusion(made))
        show("Truth within the standard deviations told", calibration(made))
        others = show("Glows of other tools", changes(glows(), GLOW_PAIRS, options.seed))
        show("No glow", changes(other_changes(), 2 * len(other_changes()), options.seed))
        show("Time, one thread", costs())
    whole = table[0]
    refused = sum(row["called"] == Kind.OTHER.value for row in others)
    checks = [
        Check("grade within a quarter stop, share of pairs", float(whole["grade"] or 0), SETTINGS, at_least=True),
        Check("size within 10 %, share of pairs", float(whole["size"] or 0), SETTINGS, at_least=True),
        Check("both, share of pairs", float(whole["both"] or 0), SETTINGS, at_least=True),
        Check("family right, share of pairs", float(whole["family"] or 0), FAMILY, at_least=True),
        Check("filtered pairs called otherwise, of 200", values(table, "refused")[0] * PAIRS / len(made), MOST_REFUSED),
        Check("other glows called no filter of these, of 20", refused * GLOW_PAIRS / len(others), LEAST_REFUSED, True),
    ]
    show_limits(checks, start)
    return checks


if __name__ == "__main__":
    main()

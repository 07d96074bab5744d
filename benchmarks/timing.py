"""The shortest time of some runs: on a shared machine only the minimum says what the work costs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

ENOUGH_S = 0.3
ROUNDS = 9


def seconds(work: Callable[[], object], runs: int = 2, clock: Callable[[], float] | None = None) -> float:
    """The shortest of some runs; `time.process_time` as clock counts the processor's time, of all threads."""
    best = float("inf")
    clock = clock or time.perf_counter
    for _ in range(runs):
        start = clock()
        work()
        best = min(best, clock() - start)
    return best


def side_by_side(
    works: Mapping[str, Callable[[], object]], rounds: int = ROUNDS, enough_s: float = ENOUGH_S
) -> dict[str, float]:
    """The shortest time of each work in milliseconds; what has run for `enough_s` in all is not run again.

    The works take turns, so that a neighbour that comes and goes slows all of them and ratios stay fair.
    """
    best = dict.fromkeys(works, float("inf"))
    spent = dict.fromkeys(works, 0.0)
    for _ in range(rounds):
        for name, work in works.items():
            if spent[name] < enough_s:
                taken = seconds(work, runs=1)
                spent[name] += taken
                best[name] = min(best[name], 1000 * taken)
    return best
